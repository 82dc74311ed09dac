"""Digests that show issues which have been sealed since: withheld from whom those are not for."""

import json
import re
from datetime import timedelta

from escalation.errors import Forbidden, NotFound
from escalation.store import digests, viewing
from escalation.store.digests import StoredDigest
from escalation.store.selecting import Unsealed
from escalation.store.transaction import Connection
from escalation.store.viewing import SealedRow
from escalation.workflow.viewing import Viewer, covers, is_among, papers_are_for

_ISSUE = re.compile(rb"iss_[0-9a-z]+")
_A_SECOND = timedelta(seconds=1)
"""A sealing holds from a whole second, a digest was made at an instant within one."""


def shown(connection: Connection, stored: StoredDigest, content: bytes) -> list[SealedRow]:
    """The sealed issues that a digest shows."""
    found = viewing.sealed_since(connection, stored.created_at - _A_SECOND)
    return [row for row in found if row.id.encode() in content]


def sealed_later(connection: Connection, stored: StoredDigest, content: bytes) -> Unsealed:
    """The issues that were not sealed yet when a digest was made."""
    found = viewing.sealed_since(connection, stored.created_at - _A_SECOND)
    later = stored.created_at
    return tuple(row.id for row in found if row.sealed_at > later or row.id.encode() in content)


def absent(name: str) -> NotFound:
    """There is no such digest, or none for who asks: the same words for both."""
    return NotFound(f"There is no digest {name}.")


def _issues(content: bytes) -> list[str]:
    """The ids of issues in a digest."""
    return sorted({found.decode() for found in _ISSUE.findall(content)})


def _is_for(viewer: Viewer, stored: StoredDigest, content: bytes) -> bool:
    """Whether somebody may read a forum's papers, or figures of the issues that these are of."""
    if stored.forum is not None:
        return papers_are_for(viewer, stored.forum)
    return covers(viewer, json.loads(content)["of"])


def check(
    connection: Connection,
    stored: StoredDigest,
    content: bytes,
    viewer: Viewer,
    named: str | None = None,
) -> None:
    """Let nobody read a digest that shows what they may not see; it was asked for as ``named``.

    Raises:
        NotFound: it is of a forum whose papers are not for them, or shows more than their key is
            for.
        Forbidden: ``withheld``, naming the digest that stands for it once there is one.
    """
    beyond = viewer.within and viewing.hidden_unsealed(connection, viewer, _issues(content))
    if beyond or not _is_for(viewer, stored, content):
        raise absent(stored.number if named is None else named)
    rows = shown(connection, stored, content)
    if all(is_among(viewer, row.sealed_to) for row in rows):
        return
    instead = digests.correction(connection, stored.id)
    told = {} if instead is None else {"corrected_by": instead.number}
    where = "its correction is being made" if instead is None else f"read {instead.number} instead"
    raise Forbidden(
        f"{stored.number} shows a matter that has been sealed since it was made, and is kept from "
        f"all but the people named for that matter; {where}.",
        "withheld",
        extra=told,
    )

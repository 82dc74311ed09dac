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


def sealed_since_made(connection: Connection, stored: StoredDigest) -> Unsealed:
    """The issues that were sealed after a digest was made, or in the same second."""
    found = viewing.sealed_since(connection, stored.created_at - _A_SECOND)
    return tuple(row.id for row in found)


def counted(
    connection: Connection, stored: StoredDigest, instead: StoredDigest | None
) -> list[SealedRow]:
    """The sealed issues that a digest may count: of one that is corrected, all sealed until then.

    Which of them it counted is not kept, so it is for those who may see all of them.
    """
    if instead is None:
        return []
    found = viewing.sealed_since(connection, stored.created_at - _A_SECOND)
    return [row for row in found if row.sealed_at <= instead.created_at]


def absent(name: str) -> NotFound:
    """There is no such digest, or none for who asks: the same words for both."""
    return NotFound(f"There is no digest {name}.")


def _issues(content: bytes) -> list[str]:
    """The ids of issues in a digest."""
    return sorted({found.decode() for found in _ISSUE.findall(content)})


def refuse_foreign(stored: StoredDigest, viewer: Viewer, named: str | None = None) -> None:
    """Look no further at papers of a forum that are not for somebody: the time would tell.

    Raises:
        NotFound: they are not for them.
    """
    if stored.forum is not None and not papers_are_for(viewer, stored.forum):
        raise absent(stored.number if named is None else named)


def _is_for(viewer: Viewer, stored: StoredDigest, content: bytes) -> bool:
    """Whether somebody may read figures of the issues that these are of."""
    return stored.forum is not None or covers(viewer, json.loads(content)["of"])


def _measured_for(viewer: Viewer, content: bytes) -> bool:
    """Whether a key is for all that a forum's paper counts beside the issues that it shows."""
    document = json.loads(content)
    key = Viewer(within=viewer.within)
    cards = (
        document[name]
        for name in ("scorecard", "benchmark")
        if "forum" in document and name in document
    )
    return all(covers(key, card["of"]) for card in cards)


def check(
    connection: Connection,
    stored: StoredDigest,
    content: bytes,
    viewer: Viewer,
    named: str | None = None,
) -> None:
    """Let nobody read a digest that shows what they may not see; it was asked for as ``named``.

    Whose forum's papers are for them at all, :func:`refuse_foreign` has said before.

    Raises:
        NotFound: it is not for them, or shows more than their key is for.
        Forbidden: ``withheld``, naming the digest that stands for it once there is one.
    """
    beyond = viewer.within and (
        viewing.hidden_unsealed(connection, viewer, _issues(content))
        or not _measured_for(viewer, content)
    )
    if beyond or not _is_for(viewer, stored, content):
        raise absent(stored.number if named is None else named)
    refuse_sealed(connection, stored, content, viewer)


def refuse_sealed(
    connection: Connection, stored: StoredDigest, content: bytes, viewer: Viewer
) -> None:
    """Keep a digest that tells of matters sealed since from all but the people named for them.

    Raises:
        Forbidden: ``withheld``, naming the digest that stands for it once there is one.
    """
    instead = digests.correction(connection, stored.id)
    rows = shown(connection, stored, content) or counted(connection, stored, instead)
    if all(is_among(viewer, row.sealed_to) for row in rows):
        return
    told = {} if instead is None else {"corrected_by": instead.number}
    where = "its correction is being made" if instead is None else f"read {instead.number} instead"
    raise Forbidden(
        f"{stored.number} tells of a matter that has been sealed since it was made, and is kept "
        f"from all but the people named for that matter; {where}.",
        "withheld",
        extra=told,
    )

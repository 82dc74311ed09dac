"""Whether a ladder file may be published: which approvals it needs, and whether it has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from escalation.errors import Fault, Refused
from escalation.routing.approval import Need, needed
from escalation.routing.publication import Publication
from escalation.services.registry import Known
from escalation.store import ladder_changes
from escalation.store.transaction import Connection

PUBLISHED = "published"


def needs_of(known: Known, publication: Publication) -> tuple[Need, ...]:
    """The approvals without which a file may not be published now."""
    if known.directory is None:
        return ()
    return needed(known.publication, publication, known.directory)


def gathered(
    connection: Connection, known: Known, publication: Publication
) -> Sequence[Mapping[str, Any]]:
    """The approvals that a file is published by; the change that has them is settled by it.

    Raises:
        Refused: ``approval_needed``, naming each that is missing.
    """
    needs = needs_of(known, publication)
    found = ladder_changes.of_content(connection, publication.hash, (ladder_changes.APPROVED,))
    answers = found[0]["answers"] if found else []
    missing = [need.words for need in needs if not need.met_by(answers)]
    if missing:
        raise Refused(
            f"{publication.label!r} needs the approval of {'; of '.join(missing)}. Propose it as a "
            "ladder change, and publish it once it is approved.",
            "approval_needed",
            errors=[Fault("approval_missing", each) for each in missing],
        )
    for change in found:
        ladder_changes.change(connection, change["id"], {"status": PUBLISHED})
    return answers

"""What a mail about a meeting's agenda, or a change of the ladder file, says besides its event."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.routing.approval import Need
from escalation.services import agendas
from escalation.services.mail.sight import Sight
from escalation.store.transaction import Connection
from escalation.workflow.meetings.facts import Item
from escalation.workflow.meetings.plan import MeetingEvent

SHOWN = 100
"""Items of an agenda that a mail names at most; how many more there are it says."""
Fact = tuple[str, str]


def more_of(connection: Connection, sight: Sight, body: Mapping[str, Any]) -> list[Fact]:
    """Facts that are read when the mail is written: by what its reader may see then."""
    details = body["data"].get("details") or {}
    if body["type"] == MeetingEvent.AGENDA:
        return list(_items(connection, sight, details))
    return [("Approval asked of", Need.restored(each).words) for each in details.get("needs") or ()]


def _items(connection: Connection, sight: Sight, details: Mapping[str, Any]) -> Iterator[Fact]:
    viewer = sight.at(str(details["forum"]))
    if viewer is None:
        return
    found = agendas.listed(connection, str(details["meeting"]), viewer)
    there = [(item, issue) for item, issue in found if item.open]
    for number, (item, issue) in enumerate(there[:SHOWN], start=1):
        if issue is None:
            yield f"{number}. {item.kind.capitalize()}", _words(item, item.title or item.subject)
        elif issue.sealing is not None:
            yield f"{number}. {issue.reference}", "sealed: see the papers"
        else:
            yield f"{number}. {issue.reference}", _words(item, " ".join(issue.title.split()))
    if len(there) > SHOWN:
        yield "More", f"{len(there) - SHOWN} items"
    if not there:
        yield "Items", "none so far"


def _words(item: Item, title: str) -> str:
    section = () if item.section is None else (f"({item.section})",)
    sought = () if item.sought is None else (f"Sought: {item.sought}",)
    return " ".join((title, *section, *sought))

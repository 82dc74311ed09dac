"""A change of the ladder file put on an agenda by hand, of a forum that decides it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation.errors import Fault, Invalid, Refused
from escalation.services.ladder_changes.telling import needs_in
from escalation.store import agendas, ladder_changes
from escalation.store.transaction import Connection
from escalation.workflow.meetings.asks import Table
from escalation.workflow.meetings.facts import ItemKind, MeetingFacts

SOUGHT = "Approve it (`resolve`), or give it back (`return`)"
_TITLE = 300


def title_of(row: Mapping[str, Any]) -> str:
    """What a change is called on an agenda."""
    return f"{row['label']}: {row['reason']}"[:_TITLE]


def tabled(connection: Connection, ask: Table, facts: MeetingFacts, now: datetime) -> Table:
    """The ask, called as the change is; it comes off the other agendas of the same forum.

    Raises:
        Invalid: there is no such change.
        Refused: ``change_settled``; ``not_your_approval`` where this forum is not asked;
            ``approved_already``.
    """
    row = ladder_changes.one(connection, ask.subject, lock=True)
    if row is None:
        detail = f"There is no ladder change {ask.subject}."
        raise Invalid("Nothing was tabled.", errors=[Fault("unknown", detail, pointer="/item")])
    if row["status"] != ladder_changes.OPEN:
        raise Refused(f"The change is {row['status']} already.", "change_settled")
    forum = facts.body.code
    need = next((need for need in needs_in(row) if need.forum == forum), None)
    if need is None:
        whose = "; ".join(need.words for need in needs_in(row))
        raise Refused(f"It is for others to approve: {whose}.", "not_your_approval")
    if need.met_by(row["answers"]):
        raise Refused("It has this approval already.", "approved_already")
    if not any(item.open and item.subject == ask.subject for item in facts.items):
        why = "tabled for another meeting"
        off = {"about": ask.subject, "asked": forum, "as_": ItemKind.LADDER.value}
        agendas.take_off_moot(connection, [{**off, "why": why, "at": now}])
    return replace(ask, title=ask.title or title_of(row), sought=ask.sought or SOUGHT)

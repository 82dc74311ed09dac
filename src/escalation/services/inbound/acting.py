"""What follows of a delivery: the asks at the desk that bring an issue where its ticket is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.clock import whole_second
from escalation.routing.vocabulary import Awaiting, Channel, IssueKind, RaiserType, Scope
from escalation.services.inbound.mapping import Wanted
from escalation.services.inbound.telling import Goal, StateNews
from escalation.workflow.commands import (
    Acknowledge,
    Ask,
    Edit,
    Hold,
    Inform,
    Log,
    Note,
    Reclassify,
    Reopen,
    Resolve,
    Resume,
)
from escalation.workflow.facts import Facts, Issue
from escalation.workflow.forum import after
from escalation.workflow.states import TERMINAL, UNRESOLVED, Status

WORDS = frozenset({"title", "description", "themes"})
"""What is edited; all else that a tool changes is reclassified."""
_DONE = frozenset({Status.RESOLVED, Status.CLOSED})
_IS = {Goal.RESOLVED: Status.RESOLVED, Goal.ON_HOLD: Status.ON_HOLD}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_RAISER = "raiser_"


@dataclass(frozen=True, slots=True)
class Instants:
    """Between which instants a ticket may say that it was received; outside, it counts as now."""

    earliest: datetime
    latest: datetime

    def received(self, told: datetime | None) -> datetime | None:
        """When it was received; None for now."""
        return told if told is not None and self.earliest <= told <= self.latest else None

    def past(self, told: datetime | None) -> datetime | None:
        """An instant of the tool, whose clock may be before ours."""
        return None if told is None else min(told, self.latest)


def first_ask(given: Mapping[str, Any], ref: Mapping[str, str], instants: Instants) -> Log:
    """The issue that a ticket is logged as; ``ref`` is its external reference."""
    raiser = {n.removeprefix(_RAISER): v for n, v in given.items() if n.startswith(_RAISER)}
    if not _EMAIL.fullmatch(raiser.get("email", "")):
        raiser.pop("email", None)
    raiser["type"] = raiser.get("type", RaiserType.CUSTOMER).value
    return Log(
        kind=given.get("kind", IssueKind.ISSUE),
        title=given["title"],
        description=given.get("description", ""),
        channel=given.get("channel", Channel.TICKETING_TOOL),
        agency=given["agency"],
        raiser={**raiser, "anonymous": False},
        provider=given.get("provider"),
        function=given.get("function"),
        service=given.get("service"),
        region=given.get("region"),
        scope=given.get("scope", Scope.FUNCTION),
        severity=given.get("severity"),
        impact=given.get("impact"),
        urgency=given.get("urgency"),
        themes=given.get("themes", ()),
        external_refs=(ref,),
        occurred_at=instants.past(given.get("occurred_at")),
        received_at=instants.received(given.get("received_at")),
    )


def change_asks(issue: Issue, news: Mapping[str, Any]) -> Iterator[Ask]:
    """What brings an issue's fields to what is news of its ticket."""
    other = {n: v for n, v in news.items() if v is not None and getattr(issue, n) != v}
    words = {n: v for n, v in other.items() if n in WORDS}
    classes = {n: v for n, v in other.items() if n not in WORDS}
    if words:
        yield Edit(changes=words)
    if classes and issue.status not in TERMINAL:
        yield Reclassify(changes=classes, reason="It was changed in the tool.")


def stands(facts: Facts, news: StateNews) -> bool:
    """Whether a ticket's news leaves the issue as it is, because of what people did here.

    A tool that says of a state only that it still is in it, with other values, moves nothing that
    people have moved on; one that says for the first time that nobody works on its ticket opens
    nothing that they have settled.
    """
    status = facts.issue.status
    if status is Status.WITHDRAWN or (news.late and status is not Status.OPEN):
        return True
    if news.before is None and news.goal is Goal.UNRESOLVED:
        return status in _DONE
    return news.before is news.goal and status is not _IS.get(news.goal, status)


def toward(facts: Facts, news: StateNews, now: datetime) -> Ask | None:
    """The next act on the way to where the ticket is; None where the issue is there."""
    if news.goal is Goal.RESOLVED:
        return _to_resolved(facts.issue, news)
    if facts.issue.status in _DONE:
        return Reopen(reason="It was opened again in the tool.")
    if news.goal is Goal.ON_HOLD:
        return _to_hold(facts, news, now)
    return _to_work(facts.issue, news)


def _to_work(issue: Issue, news: StateNews) -> Ask | None:
    if issue.status is Status.ON_HOLD:
        return Resume()
    if issue.status is Status.OPEN and news.goal is Goal.IN_PROGRESS:
        return Acknowledge()
    return None


def _to_resolved(issue: Issue, news: StateNews) -> Ask | None:
    outcome = dict(news.given)
    if issue.status in UNRESOLVED:
        return Resolve(outcome=outcome, reason="It was resolved in the tool.")
    kept = issue.outcome or {}
    another = any(kept.get(name) != value for name, value in outcome.items())
    if issue.status is Status.RESOLVED and news.before is Goal.RESOLVED and another:
        return Reopen(reason="The tool gave it another outcome.")  # which is given next
    return None


def _to_hold(facts: Facts, news: StateNews, now: datetime) -> Ask | None:
    """A hold until the tool says, else as long as is assumed, and never beyond the ladder's cap."""
    issue, calendar = facts.issue, facts.under.calendar(facts.issue.calendar)
    awaiting: Awaiting = news.given["awaiting"]
    told: datetime | None = news.given.get("until")
    latest = after(now, facts.under.ladder.clocks.hold_caps[awaiting].value, calendar)
    ends = whole_second(told) if told is not None and told > now else None
    if issue.status is Status.ON_HOLD:
        held = (issue.hold or {}).get("until")
        moved = ends is not None and held != min(ends, latest).isoformat()
        return Resume() if moved and news.before is Goal.ON_HOLD else None
    if ends is None:
        ends = after(now, news.given["lasting"], calendar)
    return Hold(until=min(ends, latest), awaiting=awaiting, reason="It waits in the tool.")


def said_ask(wanted: Wanted) -> Ask:
    """A comment of the tool as a note, or as what the raiser was told."""
    given = wanted.given
    text, by = given["text"], given.get("by")
    said: dict[str, Any] = {
        "text": text if by is None else f"{by}: {text}",
        "channel": given.get("channel"),
        "visibility": given.get("visibility", "shared"),
    }
    return Inform(**said) if wanted.act == "inform" else Note(**said)

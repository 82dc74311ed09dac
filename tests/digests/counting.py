"""The figures of a scorecard by a second reader: the timeline's events folded, and plain counting.

It shares no code with the product but the folding of the other figures' tests. Business time is
added up day by day from opening hours that are written down here, on the holidays of Queensland.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import groupby, pairwise
from typing import Any

import holidays

from tests.digests.folding import BODIES, UNRESOLVED, State, states

BRISBANE = timezone(timedelta(hours=10))
WEEK = {day: (time(8, 30), time(17)) for day in range(5)}
LONG_WEEK = {**{day: (time(7), time(19)) for day in range(5)}, 5: (time(9), time(12))}
NORTH = {day: (time(8), time(16, 30)) for day in range(5)}
HOURS = {"ola-transit": LONG_WEEK, "far-north": NORTH}
"""The opening hours of an agreement, else of a region; of all others those of an office."""
CLOSED = holidays.country_holidays("AU", subdiv="QLD", years=[2025, 2026, 2027])
DIMENSIONS = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
)  # fmt: skip
_OFFICE = frozenset({"payroll", "finance"})
AGREED: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("meridian", "rivers"): ("ola-rivers", _OFFICE | {"human_resources"}),
    ("meridian", "schools"): ("ola-schools", _OFFICE | {"human_resources"}),
    ("meridian", "transit"): ("ola-transit", _OFFICE),
    ("meridian", "wellbeing"): ("ola-wellbeing", _OFFICE | {"human_resources"}),
    ("meridian", "records"): ("ola-records", _OFFICE),
    ("corptech", "meridian"): ("ola-meridian-corptech", _OFFICE | {"technology"}),
}
"""The agreement of each provider with each client, and the functions that it covers."""
MOVED = {
    "issue.disputed": "disputed",
    "issue.reopened": "reopened",
    "issue.escalated": "escalated",
    "issue.referred_back": "referred_back",
}


Happened = tuple[str, dict[str, Any], datetime]


@dataclass
class Told:
    """What one issue's timeline tells, command by command."""

    kind: str
    received_at: datetime
    steps: list[tuple[State, dict[str, Any], tuple[Any, ...]]] = field(default_factory=list)
    """How it stood, what it was about, and the events that made it so."""


def told(events: Iterable[Any]) -> Told:
    """One issue's timeline, read."""
    every = list(events)
    groups = [tuple(group) for _, group in groupby(every, key=lambda event: event.id[:-2])]
    logged = json.loads(groups[0][0].payload)
    about = {name: logged.get(name) for name in DIMENSIONS}
    about |= _agreed(about)
    received = datetime.fromisoformat(logged["received_at"])
    found = Told(logged["kind"], received)
    for state, group in zip(states(every, logged["agency"]), groups, strict=True):
        for event in group:
            changes = json.loads(event.payload).get("changes", {})
            about = {n: changes[n]["to"] if n in changes else v for n, v in about.items()}
            if changes.keys() & {"agency", "function"}:
                about |= _agreed(about)
        hours = about["ola"] if about["ola"] in HOURS else about["region"]
        about = {**about, "rung": state.rung, "severity": state.severity, "hours": hours}
        found.steps.append((state, about, group))
    return found


def _agreed(about: dict[str, Any]) -> dict[str, str | None]:
    """Where a provider serves an agency, what was agreed of the function, and on which ladder."""
    code, functions = AGREED.get((about["provider"], about["agency"]), (None, frozenset[str]()))
    cluster = "technology" if about["provider"] == "corptech" else "southern-cross"
    ola = code if about["function"] in functions else None
    return {
        "cluster": None if code is None else cluster,
        "ola": ola,
        "ladder": "corptech" if ola == "ola-meridian-corptech" else "ssi-standard",
    }


def by_issue(events: Iterable[Any], known_at: datetime) -> dict[str, Told]:
    """The timelines of all issues, by what was recorded by an instant."""
    known: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if event.aggregate.startswith("iss_") and event.recorded_at <= known_at:
            known[event.aggregate].append(event)
    return {issue: told(each) for issue, each in known.items()}


def happened(
    timelines: dict[str, Told], late: set[tuple[str, int]], since: datetime, until: datetime
) -> Iterator[Happened]:
    """What happened after one instant and not after another: the measure, where it counts, when."""
    for issue, timeline in timelines.items():
        yield from _happened(issue, timeline, late, since, until)


def _happened(
    issue: str, timeline: Told, late: set[tuple[str, int]], since: datetime, until: datetime
) -> Iterator[Happened]:
    before: State | None = None
    stood: dict[str, Any] = {}
    for state, about, events in timeline.steps:
        if since < state.at <= until:
            where = about if before is None else stood
            for measure in _measures(issue, timeline, before, state, events, late):
                yield measure, where, state.at
        for event in events:
            if since < event.effective_at <= until:
                then, what = _on_the_record(timeline, event.recorded_at)
                for measure in _clocks(event, then):
                    yield measure, what, event.effective_at
        before, stood = state, about


def _on_the_record(timeline: Told, at: datetime) -> tuple[State, dict[str, Any]]:
    """How an issue stood once everything was written that was recorded by then."""
    known = [step for step in timeline.steps if step[2][0].recorded_at <= at]
    return known[-1][:2]


def _measures(  # noqa: C901, PLR0912 - a table
    issue: str,
    timeline: Told,
    before: State | None,
    state: State,
    events: tuple[Any, ...],
    late: set[tuple[str, int]],
) -> Iterator[str]:
    was = before.status if before else ""
    complaint = timeline.kind == "complaint"
    if before is None:
        yield "logged"
        if complaint:
            yield "complaints_received"
        if state.status == "resolved":
            yield "first_contact"
    for status in ("resolved", "closed", "withdrawn"):
        if state.status == status != was:
            yield status
    if state.status == "on_hold" != was:
        yield "held"
    for event in events:
        if event.type in MOVED:
            yield MOVED[event.type]
        if event.type == "issue.resolved" and complaint:
            further = json.loads(event.payload)["outcome"].get("further_action")
            yield "further_action" if further not in {None, False} else "no_further_action"
    if before is not None and _left(before, state):
        yield "past_target" if (issue, before.visit) in late else "in_target"


def _left(before: State, state: State) -> bool:
    officers = before.status in UNRESOLVED and before.rung not in BODIES
    return officers and (state.visit != before.visit or state.status not in UNRESOLVED)


def _clocks(event: Any, state: State) -> Iterator[str]:
    if event.type == "issue.informed" and state.status in UNRESOLVED:
        yield "updates_given"
    if event.type == "issue.warned":
        payload = json.loads(event.payload)
        if payload["step"] == "end" and payload["clock"] in {"inform", "acknowledge"}:
            missed = {"inform": "updates_missed", "acknowledge": "acknowledgements_missed"}
            yield missed[payload["clock"]]


def stood(timelines: dict[str, Told], at: datetime) -> Iterator[tuple[Told, State, dict[str, Any]]]:
    """The issues that stood unresolved at an instant."""
    for timeline in timelines.values():
        for state, about, _ in [s for s in timeline.steps if s[0].at <= at][-1:]:
            if state.status in UNRESOLVED:
                yield timeline, state, about


def visits(
    timelines: dict[str, Told], since: datetime, until: datetime
) -> Iterator[tuple[tuple[str, int], State, dict[str, Any], int]]:
    """The ended visits to officers: which, how it stood until then, and its business seconds."""
    for issue, timeline in timelines.items():
        entered: dict[int, datetime] = {}
        for state, _, _ in timeline.steps:
            entered.setdefault(state.visit, state.at)
        for (before, about, _), (state, _, _) in pairwise(timeline.steps):
            if since < state.at <= until and _left(before, state):
                took = open_seconds(about["hours"], entered[before.visit], state.at)
                yield (issue, before.visit), before, about, took


def open_seconds(hours: str | None, start: datetime, end: datetime) -> int:
    """Open seconds between two instants, added up day by day."""
    total, day = timedelta(), start.astimezone(BRISBANE).date()
    while day <= end.astimezone(BRISBANE).date():
        for opens, closes in _windows(hours, day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return int(total.total_seconds())


def age(hours: str | None, received: datetime, at: datetime) -> int:
    """Whole business days after day zero."""
    zero, today = (each.astimezone(BRISBANE).date() for each in (received, at))
    while not _windows(hours, zero):
        zero += timedelta(days=1)
    after = (zero + timedelta(days=n) for n in range(1, (today - zero).days + 1))
    return sum(bool(_windows(hours, day)) for day in after)


def band(hours: str | None, received: datetime, at: datetime) -> str:
    """The band of an age."""
    days = age(hours, received, at)
    bands = {5: "0 to 5", 10: "6 to 10", 20: "11 to 20", 30: "21 to 30", 45: "31 to 45"}
    return next((b for last, b in bands.items() if days <= last), "over 45")


def _windows(hours: str | None, day: date) -> list[tuple[datetime, datetime]]:
    week = HOURS.get(hours or "", WEEK)
    if day.weekday() not in week or day in CLOSED:
        return []
    opens, closes = (datetime.combine(day, at, BRISBANE) for at in week[day.weekday()])
    return [(opens.astimezone(UTC), closes.astimezone(UTC))]

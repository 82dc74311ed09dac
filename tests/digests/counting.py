"""The figures of a scorecard by a second reader: the timeline's events folded, and plain counting.

It shares no code with the product but the folding of the other figures' tests. Business time is
added up day by day from opening hours that are written down here, on the holidays of Queensland.
"""

import json
from collections import Counter, defaultdict
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
HOURS = {"ola-transit": LONG_WEEK}
"""The opening hours by agreement; of all others those of an office."""
CLOSED = holidays.country_holidays("AU", subdiv="QLD", years=[2025, 2026, 2027])
DIMENSIONS = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
)  # fmt: skip
MOVED = {
    "issue.disputed": "disputed",
    "issue.reopened": "reopened",
    "issue.escalated": "escalated",
    "issue.referred_back": "referred_back",
}
Figures = dict[tuple[str, str | None], Counter[str]]


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
    about["cluster"] = "technology" if logged["provider"] == "corptech" else "southern-cross"
    received = datetime.fromisoformat(logged["received_at"])
    found = Told(logged["kind"], received)
    for state, group in zip(states(every, logged["agency"]), groups, strict=True):
        for event in group:
            changes = json.loads(event.payload).get("changes", {})
            about = {n: changes[n]["to"] if n in changes else v for n, v in about.items()}
        about = {**about, "rung": state.rung, "severity": state.severity}
        found.steps.append((state, about, group))
    return found


def by_issue(events: Iterable[Any], known_at: datetime) -> dict[str, Told]:
    """The timelines of all issues, by what was recorded by an instant."""
    known: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if event.aggregate.startswith("iss_") and event.recorded_at <= known_at:
            known[event.aggregate].append(event)
    return {issue: told(each) for issue, each in known.items()}


def counted(
    timelines: dict[str, Told], late: set[tuple[str, int]], since: datetime, until: datetime
) -> Figures:
    """Counts of what happened after one instant and not after another, in each dimension."""
    found: Figures = defaultdict(Counter)
    for issue, timeline in timelines.items():
        for measure, about in _happened(issue, timeline, late, since, until):
            found["", None][measure] += 1
            for name in DIMENSIONS:
                found[name, about[name]][measure] += 1
    return found


def _happened(
    issue: str, timeline: Told, late: set[tuple[str, int]], since: datetime, until: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    before: State | None = None
    stood: dict[str, Any] = {}
    for state, about, events in timeline.steps:
        if since < state.at <= until:
            where = about if before is None else stood
            for measure in _measures(issue, timeline, before, state, events, late):
                yield measure, where
        for event in events:
            if since < event.effective_at <= until:
                then, what = _on_the_record(timeline, event.recorded_at)
                for measure in _clocks(event, then):
                    yield measure, what
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


def standing(timelines: dict[str, Told], at: datetime) -> Figures:
    """Counts of what stood unresolved at an instant."""
    found: Figures = defaultdict(Counter)
    for timeline in timelines.values():
        for state, about, _ in [s for s in timeline.steps if s[0].at <= at][-1:]:
            if state.status in UNRESOLVED:
                for key in [("", None), *((name, about[name]) for name in DIMENSIONS)]:
                    found[key]["unresolved"] += 1
                    found[key]["unresolved_exhausted"] += state.exhausted
                    found[key]["unresolved_on_hold"] += state.status == "on_hold"
    return found


def times(
    timelines: dict[str, Told], since: datetime, until: datetime
) -> dict[tuple[Any, str, str], list[int]]:
    """The business seconds of each ended visit, by agreement, rung and severity."""
    found: dict[tuple[Any, str, str], list[int]] = defaultdict(list)
    for timeline in timelines.values():
        entered: dict[int, datetime] = {}
        for state, _, _ in timeline.steps:
            entered.setdefault(state.visit, state.at)
        for (before, about, _), (state, _, _) in pairwise(timeline.steps):
            if since < state.at <= until and _left(before, state):
                key = (about["ola"], before.rung, before.severity)
                found[key].append(open_seconds(about["ola"], entered[before.visit], state.at))
    return found


def open_seconds(ola: str | None, start: datetime, end: datetime) -> int:
    """Open seconds between two instants, added up day by day."""
    total, day = timedelta(), start.astimezone(BRISBANE).date()
    while day <= end.astimezone(BRISBANE).date():
        for opens, closes in _windows(ola, day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return int(total.total_seconds())


def age(ola: str | None, received: datetime, at: datetime) -> int:
    """Whole business days after day zero."""
    zero, today = (each.astimezone(BRISBANE).date() for each in (received, at))
    while not _windows(ola, zero):
        zero += timedelta(days=1)
    after = (zero + timedelta(days=n) for n in range(1, (today - zero).days + 1))
    return sum(bool(_windows(ola, day)) for day in after)


def ages(timelines: dict[str, Told], at: datetime) -> Counter[str]:
    """Unresolved issues by their age."""
    found: Counter[str] = Counter()
    for timeline in timelines.values():
        for state, about, _ in [s for s in timeline.steps if s[0].at <= at][-1:]:
            if state.status in UNRESOLVED:
                found[band(about["ola"], timeline.received_at, at)] += 1
    return found


def band(ola: str | None, received: datetime, at: datetime) -> str:
    """The band of an age."""
    days = age(ola, received, at)
    bands = {5: "0 to 5", 10: "6 to 10", 20: "11 to 20", 30: "21 to 30", 45: "31 to 45"}
    return next((b for last, b in bands.items() if days <= last), "over 45")


def _windows(ola: str | None, day: date) -> list[tuple[datetime, datetime]]:
    hours = HOURS.get(ola or "", WEEK)
    if day.weekday() not in hours or day in CLOSED:
        return []
    opens, closes = (datetime.combine(day, at, BRISBANE) for at in hours[day.weekday()])
    return [(opens.astimezone(UTC), closes.astimezone(UTC))]

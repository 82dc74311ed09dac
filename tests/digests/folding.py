"""The figures of a digest by a second reader: the timeline's events folded, and nothing else.

It shares no code with the product. Everything stands in the cluster and with the provider of the
examples, so a rung on which a forum sits has that one body.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

BODIES = {
    "business_manager_forum": "bmf-southern-cross",
    "partnering_forum": "pf-southern-cross",
    "governing_board": "board-meridian",
    "ceo_board": "ceo-board",
}
ORDER = (
    "service_manager", "function_director", "business_manager_forum", "executive_pair",
    "partnering_forum", "governing_board", "ceo_board",
)  # fmt: skip
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
UNRESOLVED = {"open", "in_progress", "on_hold", "tabled"}
_PART = 2  # letters at the end of an event's id that number it within its command
_MOVES = {"issue.escalated", "issue.referred_back", "issue.disputed", "issue.reopened"}


@dataclass(frozen=True)
class State:
    """How one issue stands after one command, and when that took effect."""

    at: datetime
    rung: str = ""
    status: str = ""
    severity: str = ""
    agency: str = ""
    visit: int = 0
    exhausted: bool = False
    put_off: str = ""
    recorded: datetime = BEGINNING

    @property
    def body(self) -> str | None:
        """The forum before which somebody has to act."""
        return BODIES.get(self.rung) if self.status in UNRESOLVED else None


def states(events: Iterable[Any], agency: str) -> list[State]:
    """One issue's states, in the order in which they were recorded."""
    found: list[State] = []
    now, changed_at = State(BEGINNING, agency=agency), BEGINNING
    for _, group in groupby(events, key=lambda event: event.id[:-_PART]):
        now = replace(now, put_off="")
        for event in group:
            now = _after(now, event.type, json.loads(event.payload))
            # A hold ends when it was promised to, whatever was told before that was noticed.
            at = max(event.effective_at, changed_at)
            now = replace(now, at=at, recorded=event.recorded_at)
        if not found or replace(found[-1], at=now.at, recorded=now.recorded) != now:
            changed_at = now.at
        found.append(now)
    return found


def _after(now: State, kind: str, told: dict[str, Any]) -> State:  # noqa: C901, PLR0911, PLR0912 - a table
    if kind == "issue.logged":
        return _on(replace(now, severity=told["severity"]), told["rung"])
    if kind in _MOVES:
        return _on(now, told["to"])
    if kind == "issue.acknowledged":
        return replace(now, status="in_progress")
    if kind == "issue.held":
        return replace(now, status="on_hold")
    if kind == "issue.resumed":
        return replace(now, status="tabled" if told["rung"] in BODIES else "in_progress")
    if kind == "issue.changed" and "severity" in told["changes"]:
        return replace(now, severity=told["changes"]["severity"]["to"])
    if kind == "issue.deferred":
        return replace(now, put_off=told.get("outcome", "deferred"))
    if kind == "issue.exhausted":
        return replace(now, exhausted=True)
    if kind in {"issue.resolved", "issue.closed", "issue.withdrawn"}:
        return replace(now, status=kind.removeprefix("issue."), exhausted=False)
    return now


def _on(now: State, rung: str) -> State:
    status = "tabled" if rung in BODIES else "open"
    return replace(now, rung=rung, status=status, visit=now.visit + 1, exhausted=False)


def figures(histories: Iterable[list[State]], body: str, as_at: datetime) -> dict[str, Any]:
    """Counts of what stood before a body."""
    last = [[s for s in each if s.at <= as_at][-1:] for each in histories]
    there = [s for each in last for s in each if s.body == body]
    return {
        "total": len(there),
        "by_severity": Counter(s.severity for s in there),
        "by_status": Counter(s.status for s in there),
        "by_agency": Counter(s.agency for s in there),
        "exhausted": sum(s.exhausted for s in there),
    }


def movements(
    histories: Iterable[list[State]], body: str, since: datetime, as_at: datetime
) -> Counter[str]:
    """How many came, went and were put off after one instant and not after another."""
    return Counter(kind for states_ in histories for kind, _ in moved(states_, body, since, as_at))


def moved(
    states_: list[State], body: str, since: datetime, as_at: datetime
) -> Iterator[tuple[str, datetime]]:
    """How one issue came, went and was put off, and when."""
    for before, after in zip([None, *states_[:-1]], states_, strict=True):
        if since < after.at <= as_at:
            kind = _kind(before, after, body)
            if kind:
                yield kind, after.at


def _kind(before: State | None, after: State, body: str) -> str:
    was = before is not None and before.body == body
    if after.body == body:
        if before is None or not was or before.visit != after.visit:
            return "new"
        return {"deferred": "carried_over", "not_reached": "not_reached"}.get(after.put_off, "")
    if before is None or not was:
        return ""
    if after.status not in UNRESOLVED:
        return "resolved" if after.status == "resolved" else "ended"
    up = ORDER.index(after.rung) > ORDER.index(before.rung)
    return "climbed" if up else "referred_back"


def by_issue(
    events: Iterable[Any], agencies: dict[str, str], known_at: datetime
) -> dict[str, list[State]]:
    """The states of every issue, by what was recorded by an instant."""
    every: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if event.aggregate in agencies:
            every[event.aggregate].append(event)
    folded = {issue: states(each, agencies[issue]) for issue, each in every.items()}
    return known_by(folded, known_at)


def known_by(folded: Mapping[str, list[State]], known_at: datetime) -> dict[str, list[State]]:
    """The same folded states as far as they were recorded by an earlier instant."""
    known = {i: [s for s in each if s.recorded <= known_at] for i, each in folded.items()}
    return {issue: each for issue, each in known.items() if each}


def decisions(
    events: Iterable[Any], body: str, period: tuple[datetime, datetime], known_at: datetime
) -> list[tuple[str, ...]]:
    """What a body decided in a period: what each issue was called then, what was said, and when."""
    titles: dict[str, str] = {}
    found: list[tuple[str, ...]] = []
    since, as_at = period
    for event in events:
        told = json.loads(event.payload)
        if event.type == "issue.logged":
            titles[event.aggregate] = told["title"]
        elif event.type == "issue.changed" and "title" in told["changes"]:
            titles[event.aggregate] = told["changes"]["title"]["to"]
        by_then = since < event.effective_at <= as_at and event.recorded_at <= known_at
        if event.type == "issue.decided" and told["forum"] == body and by_then:
            at = f"{event.effective_at:%Y-%m-%dT%H:%M:%SZ}"
            title = titles[event.aggregate]
            found.append((at, told["decision"], title, told["text"], told["effect"]))
    return sorted(found)

"""When an issue is past target by a second reader: the timeline's events, and plain counting.

It shares no arithmetic with the product: open seconds are added up day by day from opening hours
that are written down in :mod:`tests.digests.counting`. Of the product it takes what was agreed: the
durations of rungs and ladders, and how long a forum meets.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from escalation.routing.vocabulary import Severity
from escalation.services.desk import Desk
from escalation.store.transaction import read
from tests.digests.counting import BRISBANE, Told, _windows, open_seconds
from tests.digests.folding import UNRESOLVED, State

Span = tuple[datetime, datetime | None]
_SECONDS = {"business hour": 3600, "business minute": 60}
OF_CLUSTERS = ("business_manager_forum", "partnering_forum")
_UNIT = re.compile(r"(\d+) (business (?:day|hour|minute)|hour|minute|day)s?")


@dataclass
class Ran:
    """One clock: from when its time counts, and the spans in which it ran."""

    anchor: datetime
    spans: list[Span] = field(default_factory=list)

    def starts(self, at: datetime) -> None:
        if not self.spans or self.spans[-1][1] is not None:
            self.spans.append((at, None))

    def stops(self, at: datetime) -> None:
        if self.spans and self.spans[-1][1] is None:
            self.spans[-1] = (self.spans[-1][0], at)

    def used_up(self, agreed: str, hours: str | None, at: datetime) -> bool:
        used = sum(open_seconds(hours, start, min(end or at, at)) for start, end in self.spans)
        return used >= budget(agreed, hours, self.anchor)


def budget(agreed: str, hours: str | None, anchor: datetime) -> int:
    """The open seconds of an agreed time from an anchor."""
    found = _UNIT.fullmatch(agreed)
    assert found is not None, agreed
    many, unit = int(found[1]), found[2]
    if unit == "business day":
        return open_seconds(hours, anchor, close_after(hours, anchor, many))
    return many * _SECONDS[unit]


def close_after(hours: str | None, at: datetime, days: int) -> datetime:
    """The close of the n-th business day after day zero."""
    day = at.astimezone(BRISBANE).date()
    while not _windows(hours, day):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not _windows(hours, day):
            day += timedelta(days=1)
    return _windows(hours, day)[-1][1]


@dataclass
class Clocks:
    """The agreed clocks of one issue as they stand after some of its steps."""

    overall: Ran
    rung: Ran
    acknowledge: Ran | None
    between: Ran | None
    meeting_ends: datetime | None = None


class Reckoner:
    """Goes through a timeline; ``agreed`` answers the effective ladder of an agreement."""

    def __init__(
        self, agreed: Callable[[str | None, str], Any], lasts: Callable[[str], timedelta]
    ) -> None:
        self._agreed = agreed
        self._lasts = lasts

    def past_target(self, timeline: Told, at: datetime) -> bool:
        """Whether an agreed clock of it is past target at an instant."""
        past = False
        for state, about, clocks in self._through(timeline):
            if state.at <= at:
                past = self._past(state, about, clocks, at)
        return past

    def late_visits(self, timeline: Told) -> Iterator[int]:
        """The visits to rungs of officers that ended at their due instant or after it."""
        before: tuple[State, dict[str, Any], Ran] | None = None
        for state, about, clocks in self._through(timeline):
            if before is not None and before[0].status in UNRESOLVED:
                was, what, ran = before
                left = state.visit != was.visit or state.status not in UNRESOLVED
                if left and self._late(was, what, ran, state.at):
                    yield was.visit
            before = state, about, Ran(clocks.rung.anchor, list(clocks.rung.spans))

    def agreed_time(self, state: State, about: Mapping[str, Any]) -> str:
        """The agreed time of a rung of officers."""
        return str(self._rung(state, about).targets[Severity(state.severity)].value)

    def _late(self, state: State, about: dict[str, Any], ran: Ran, at: datetime) -> bool:
        agreed = self._rung(state, about).targets.get(Severity(state.severity))
        return agreed is not None and ran.used_up(str(agreed.value), about["hours"], at)

    def _rung(self, state: State, about: Mapping[str, Any]) -> Any:
        return self._agreed(about["ola"], about["ladder"]).rung(state.rung)

    def _through(self, timeline: Told) -> Iterator[tuple[State, dict[str, Any], Clocks]]:
        clocks, before, cluster = None, None, None
        for state, about, events in timeline.steps:
            if clocks is None or before is None:
                clocks = Clocks(Ran(timeline.received_at), Ran(state.at), None, None)
            # A decision that moves an issue belongs to the visit that it ends.
            self._events(clocks, [each for each in events if each.type == "issue.decided"])
            if before is None or state.visit != before.visit:
                self._enter(clocks, state, timeline.received_at if before is None else state.at)
            if about["cluster"] != cluster and state.rung in OF_CLUSTERS:
                clocks.meeting_ends = None  # that body's agenda is not for it any more
            cluster = about["cluster"]
            self._events(clocks, [each for each in events if each.type != "issue.decided"])
            self._run(clocks, state, before, _from_when(state, events))
            yield state, about, clocks
            before = state

    def _enter(self, clocks: Clocks, state: State, anchor: datetime) -> None:
        clocks.rung, clocks.acknowledge = Ran(state.at), Ran(anchor, [(anchor, None)])
        clocks.between = Ran(state.at) if state.body else None
        clocks.meeting_ends = None

    def _events(self, clocks: Clocks, events: Iterable[Any]) -> None:
        for event in events:
            told = json.loads(event.payload)
            if event.type == "issue.tabled":
                starts = datetime.fromisoformat(told["starts_at"])
                clocks.meeting_ends = starts + self._lasts(told["forum"])
            elif event.type == "issue.decided":
                clocks.between = None
            elif event.type == "issue.held":
                clocks.meeting_ends = clocks.acknowledge = None
            elif event.type == "issue.acknowledged":
                clocks.acknowledge = None

    def _run(self, clocks: Clocks, state: State, before: State | None, at: datetime) -> None:
        runs = state.status in UNRESOLVED and state.status != "on_hold"
        for ran in (clocks.overall, clocks.rung, clocks.between):
            if ran is not None:
                if before is None:
                    ran.starts(ran.anchor)
                ran.starts(at) if runs else ran.stops(at)

    def _past(self, state: State, about: dict[str, Any], clocks: Clocks, at: datetime) -> bool:
        if state.status not in UNRESOLVED:
            return False
        hours, severity, rung = about["hours"], Severity(state.severity), self._rung(state, about)
        ladder = self._agreed(about["ola"], about["ladder"])
        agreed = (
            (clocks.overall, ladder.clocks.overall),
            (clocks.rung, rung.targets),
            (clocks.acknowledge, rung.acknowledge),
            (clocks.between, rung.out_of_session),
        )
        if any(
            ran is not None
            and severity in table
            and ran.used_up(str(table[severity].value), hours, at)
            for ran, table in agreed
        ):
            return True
        if clocks.meeting_ends is None or rung.grace is None:
            return False
        days = _UNIT.fullmatch(str(rung.grace.value))
        assert days is not None
        return close_after(hours, clocks.meeting_ends, int(days[1])) <= at


def _from_when(state: State, events: Iterable[Any]) -> datetime:
    """From when a state holds for its clocks: a hold ends when it was promised to."""
    resumed = (each.effective_at for each in events if each.type == "issue.resumed")
    return next(resumed, state.at)


def reckoner(desk: Desk) -> Reckoner:
    """What was agreed, by the examples in force."""
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
    publication, directory = known.publication, known.directory
    assert publication is not None
    assert directory is not None

    def lasts(forum: str) -> timedelta:
        many, unit = str(directory.forum(forum).duration).split()
        return timedelta(hours=int(many)) if unit.startswith("hour") else timedelta(days=int(many))

    return Reckoner(publication.effective, lasts)

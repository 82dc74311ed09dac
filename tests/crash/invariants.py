"""What holds of every database at every moment, whatever was killed: read from the rows alone.

``broken(engine)`` lists each place where something does not; an empty list is what tests ask for.
Nothing of the product's own reading is used but the chain's hash.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from escalation.services.event_types import EVENT_TYPES
from escalation.store import models
from escalation.store.chain import GENESIS, link_hash
from escalation.store.transaction import snapshot
from escalation.workflow.events import INTERNAL
from tests.crash.folding import Standing, fold

Row = Any
SENT_JOURNAL = {kind for kind in EVENT_TYPES if kind.startswith(("digest.", "ladder.", "meeting."))}
"""Types outside an issue's timeline that go out."""
TERMINAL = {"closed", "withdrawn"}
_QUIET = {kind.value for kind in INTERNAL}


class Rows:
    """All rows of the tables that the invariants speak of, as at one instant."""

    def __init__(self, connection: Connection) -> None:
        """Read everything that ``connection`` sees."""

        def every(table: Table, *order: str) -> list[Row]:
            sorted_ = select(table).order_by(*(table.c[name] for name in order))
            return list(connection.execute(sorted_))

        self.issues = every(models.issue, "id")
        self.events = every(models.event, "aggregate", "number")
        self.heads = every(models.chain_head, "aggregate")
        self.outbox = every(models.outbox, "event_id")
        self.unsealed = every(models.unsealed, "event_id")
        self.stretches = every(models.seal_chain, "aggregate", "first")
        self.clocks = every(models.clock, "issue_id", "id")
        self.intervals = every(models.clock_interval, "clock_id", "number")
        self.steps = every(models.clock_step, "clock_id", "step")
        self.stays = every(models.stay, "issue_id", "id")
        self.items = every(models.agenda_item, "subject", "meeting_id")
        self.meetings = every(models.meeting, "id")
        self.references = every(models.external_ref, "system", "ref")
        self.answers = every(models.idempotency, "principal", "key")

    def by(self, rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
        """Rows by one of their columns."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            found[getattr(row, name)].append(row)
        return found


def broken(engine: Engine) -> list[str]:
    """Every invariant that does not hold, with the place."""
    with snapshot(engine) as connection:
        rows = Rows(connection)
    return [f"{check.__name__}: {place}" for check in CHECKS for place in check(rows)]


def each_chain_verifies_and_is_gapless(rows: Rows) -> Iterator[str]:
    """Numbers from 1 without a gap; each hash follows from the one before; the head is the last."""
    heads = {i.id: (i.event_count, i.chain) for i in rows.issues}
    heads |= {h.aggregate: (h.number, h.hash) for h in rows.heads}
    for aggregate, events in rows.by(rows.events, "aggregate").items():
        previous = GENESIS
        for number, event in enumerate(events, start=1):
            if event.number != number:
                yield f"{aggregate} has {event.number} where {number} belongs"
            previous = link_hash(previous, event._mapping)
            if previous != event.hash:
                yield f"{aggregate} {event.number} has been tampered with"
        if heads.pop(aggregate, None) != (len(events), previous):
            yield f"{aggregate} does not end where its head says"
    yield from (f"{aggregate} has lost its events" for aggregate in heads)


def what_goes_out_is_what_happened(rows: Rows) -> Iterator[str]:
    """One outbox row for each event that is told, none for the others; all are sealed or wait."""
    hidden = _hidden_from(rows)
    told = {
        (e.id, e.aggregate, e.number, e.type, e.recorded_at)
        for e in rows.events
        if (e.type not in _QUIET if e.aggregate.startswith("iss_") else e.type in SENT_JOURNAL)
        and e.number < hidden.get(e.aggregate, e.number + 1)
    }
    out = {(o.event_id, o.aggregate, o.number, o.type, o.recorded_at) for o in rows.outbox}
    yield from (f"not told: {event}" for event in told - out)
    yield from (f"invented: {event}" for event in out - told)
    covered = Counter(
        (s.aggregate, number) for s in rows.stretches for number in range(s.first, s.last + 1)
    )
    sealed = {e.id for e in rows.events if covered[e.aggregate, e.number]}
    yield from (
        f"sealed twice, or sealed and lost: {at}"
        for at in covered - Counter((e.aggregate, e.number) for e in rows.events)
    )
    strays = {e.id for e in rows.events} - sealed ^ {u.event_id for u in rows.unsealed}
    yield from (f"waits to be sealed and did not happen, or the reverse: {s}" for s in strays)


def _hidden_from(rows: Rows) -> dict[str, int]:
    """By issue, the first entry of the command that sealed it: from there on nothing goes out."""
    first: dict[str, int] = {}
    for aggregate, events in rows.by(rows.events, "aggregate").items():
        commands = [event.id[4:-2] for event in events if event.type == "issue.sealed"]
        for event in events:
            if event.id[4:-2] in commands:
                first.setdefault(aggregate, event.number)
    return first


def each_clock_has_run_as_it_says(rows: Rows) -> Iterator[str]:
    """Intervals follow one another; the last is open on a running clock, and on no other."""
    intervals = rows.by(rows.intervals, "clock_id")
    for clock in rows.clocks:
        ran = intervals.pop(clock.id, [])
        if [i.number for i in ran] != list(range(len(ran))) or not ran:
            yield f"{clock.kind} {clock.id} has intervals {[i.number for i in ran]}"
            continue
        if any(a.ended_at is None or a.ended_at > b.started_at for a, b in pairwise(ran)):
            yield f"{clock.kind} {clock.id} ran twice at once"
        if (clock.state == "running") != (ran[-1].ended_at is None):
            yield f"{clock.kind} {clock.id} is {clock.state}, and its last interval is not"
        ended = clock.state == "ended"
        if ended != (clock.ended_at is not None) or (ended and clock.next_at is not None):
            yield f"{clock.kind} {clock.id} is {clock.state} and half ended"
    yield from (f"an interval of no clock: {clock}" for clock in intervals)


def each_issue_has_the_clocks_of_its_state(rows: Rows) -> Iterator[str]:
    """One live clock of a kind at most, but for advice; none once it is over.

    Who must act has a running one.
    """
    clocks = rows.by(rows.clocks, "issue_id")
    for issue in rows.issues:
        running = [c for c in clocks[issue.id] if c.state != "ended"]
        live = {c.kind: c.state for c in running}
        advice = sum(c.kind == "advice" for c in running)  # several may be sought at once
        if len(live.keys() - {"advice"}) != len(running) - advice:
            yield f"{issue.reference} has two live clocks of one kind"
        if issue.status in TERMINAL and live:
            yield f"{issue.reference} is {issue.status} and has {live}"
        if issue.status not in TERMINAL and "overall" not in live:
            yield f"{issue.reference} is {issue.status} without its overall clock"
        if (issue.status == "on_hold") != ("hold" in live):
            yield f"{issue.reference} is {issue.status} and has {live}"
        if (issue.status == "open") != (live.get("acknowledge") == "running"):
            yield f"{issue.reference} is {issue.status} and has {live}"
        dues = [c.due_at for c in clocks[issue.id] if c.state == "running" and c.due_at]
        if issue.due_at != min(dues, default=None):
            yield f"{issue.reference} is due {issue.due_at}, its clocks {min(dues, default=None)}"


def what_fired_was_due_and_told_once(rows: Rows) -> Iterator[str]:
    """Never early; each step of a clock belongs to a clock of its issue and to what was told."""
    owners = {clock.id: clock for clock in rows.clocks}
    told: dict[str, list[Any]] = defaultdict(list)
    for event in rows.events:
        if event.due_at is not None:
            told[event.aggregate].append(event.due_at)
            if event.effective_at < event.due_at or event.recorded_at < event.effective_at:
                yield f"{event.type} {event.id} came early"
    for step in rows.steps:
        clock = owners.get(step.clock_id)
        if clock is None or clock.issue_id != step.issue_id:
            yield f"{step.clock_id} fired on {step.issue_id}, whose it is not"
        elif clock.kind != "review" and step.due_at not in told[step.issue_id]:
            yield f"{clock.kind} {step.step} of {step.issue_id} fired and told nobody"
    ends = Counter(
        (s.issue_id, s.due_at)
        for s in rows.steps
        if s.step == "end" and s.clock_id in owners and owners[s.clock_id].kind in {"rung", "forum"}
    )
    climbs = Counter(
        (e.aggregate, e.due_at)
        for e in rows.events
        if e.type == "issue.escalated" and e.due_at is not None
    )
    yield from (f"{issue} climbed more often than its clocks ended" for issue in climbs - ends)


def stays_tile_and_agree_with_the_timeline(rows: Rows) -> Iterator[str]:
    """One stay after the other without gap or overlap, as the folded timeline has them."""
    events, stays = rows.by(rows.events, "aggregate"), rows.by(rows.stays, "issue_id")
    for issue in rows.issues:
        standings = fold(events[issue.id])
        command = {event.id[4:30]: event.number for event in events[issue.id]}
        mine = sorted(stays.pop(issue.id, []), key=lambda s: command.get(s.id[4:30], 0))
        stood = [Standing(s.rung, s.status, s.severity, s.agency, tuple(s.themes)) for s in mine]
        # A stay is told apart by more than these: by its meeting, its title.
        if [s for s, _ in groupby(stood)] != [s for s, _ in groupby(standings)]:
            yield f"{issue.reference}: stays {mine} are not {standings}"
        yield from (f"{issue.reference}: {gap}" for gap in _gaps(mine))
        if not mine or mine[-1].id != issue.stay or mine[-1].effective_to is not None:
            yield f"{issue.reference} does not stand on its last stay"
    yield from (f"stays of no issue: {issue}" for issue in stays)


def _gaps(stays: list[Row]) -> Iterator[str]:
    for before, after in pairwise(stays):
        if before.effective_to != after.effective_from:
            yield f"{before.id} and {after.id} do not meet"
        if before.recorded_to != after.recorded_from:
            yield f"{before.id} and {after.id} do not meet on the record"
        if before.recorded_to is None or before.recorded_to < before.recorded_from:
            yield f"{before.id} was unsaid before it was said"


def the_row_agrees_with_the_timeline(rows: Rows) -> Iterator[str]:
    """The issue's row is what its events, folded in order, come to."""
    events = rows.by(rows.events, "aggregate")
    for issue in rows.issues:
        standing = Standing(
            issue.rung, issue.status, issue.severity, issue.agency, tuple(issue.themes)
        )
        last = fold(events[issue.id])[-1]
        if standing != last:
            yield f"{issue.reference} is {standing}, its timeline says {last}"
        if events[issue.id][0].type != "issue.logged":
            yield f"{issue.reference} does not begin with being logged"
        if issue.updated_at < max(e.effective_at for e in events[issue.id]):
            yield f"{issue.reference} was updated before its last event"


def an_agenda_has_what_stands_before_the_forum(rows: Rows) -> Iterator[str]:
    """An issue that waits for a meeting is on that meeting's agenda and on no other.

    And nothing waits for a meeting that was cancelled, or is over.
    """
    meetings = {meeting.id: meeting.status for meeting in rows.meetings}
    items = rows.by(rows.items, "subject")
    yield from (f"no meeting {i.meeting_id}" for i in rows.items if i.meeting_id not in meetings)
    for item in rows.items:
        status = meetings.get(item.meeting_id, "scheduled")
        if item.left_at is None and status != "scheduled":
            yield f"{item.subject} waits for {item.meeting_id}, which is {status}"
    for issue in rows.issues:
        waiting = (i for i in items[issue.id] if i.left_at is None and i.kind == "issue")
        open_items = [i.meeting_id for i in waiting]
        if open_items != ([issue.meeting] if issue.meeting else []):
            yield f"{issue.reference} waits for {issue.meeting} and is on {open_items}"


def keys_name_what_is_there(rows: Rows) -> Iterator[str]:
    """References are unique and belong to issues; a kept answer is a success."""
    ids = {issue.id for issue in rows.issues}
    yield from (f"{r.system} {r.ref} of no issue" for r in rows.references if r.issue_id not in ids)
    claimed = {(r["system"], r["id"]) for i in rows.issues for r in i.said["external_refs"]}
    strays = claimed ^ {(r.system, r.ref) for r in rows.references}
    yield from (
        f"{system} {ref} is said and not kept, or kept and not said" for system, ref in strays
    )
    if len({issue.reference for issue in rows.issues}) != len(rows.issues):
        yield "two issues have one reference"
    yield from (f"{a.key} keeps a {a.status}" for a in rows.answers if a.status not in {200, 201})


CHECKS: tuple[Callable[[Rows], Iterator[Any]], ...] = (
    each_chain_verifies_and_is_gapless,
    what_goes_out_is_what_happened,
    each_clock_has_run_as_it_says,
    each_issue_has_the_clocks_of_its_state,
    what_fired_was_due_and_told_once,
    stays_tile_and_agree_with_the_timeline,
    the_row_agrees_with_the_timeline,
    an_agenda_has_what_stands_before_the_forum,
    keys_name_what_is_there,
)

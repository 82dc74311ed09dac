"""Issues and their clocks, read for deciding: a fixed number of statements for any batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Integer, Row, bindparam, func, select, text, update

from escalation.routing.seats import Holding
from escalation.routing.vocabulary import (
    Channel,
    Degree,
    IssueKind,
    Role,
    Scope,
    Sensitivity,
    Severity,
    Side,
)
from escalation.store import models
from escalation.store.base import EPOCH, UtcInstant
from escalation.store.dialect import any_given, any_of
from escalation.store.models.issues import UNRESOLVED
from escalation.store.rows import OF_FEW
from escalation.store.statements import made_once
from escalation.store.tuples import Query, fetched, named, named_later
from escalation.timekeeping.ledger import Budget, Interval, Measure
from escalation.workflow.facts import Clock, Issue, Visit
from escalation.workflow.sealed import Named, Referral, Sealing
from escalation.workflow.states import ClockEnd, ClockKind, ClockState, Status


class Loaded(Struct, frozen=True):
    """An issue, its live clocks, and its ended ``overall`` clocks where it is terminal."""

    issue: Issue
    clocks: tuple[Clock, ...]
    ended: tuple[Clock, ...] = ()


def load(
    connection: Connection, ids: Iterable[str], *, lock: bool = False, skip_locked: bool = False
) -> dict[str, Loaded]:
    """Issues by id, with their clocks; those that are not there are left out.

    With ``lock`` their rows are held until the transaction ends, taken in id order; with
    ``skip_locked`` those that somebody else holds are left out too.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    of = connection.dialect
    # Asked before its answer is wanted: where a server is at it, it goes on while rows are read.
    issues_asked = named_later(connection, _issue_query(of, lock, skip_locked), {"ids": wanted})
    live_asked = named_later(connection, _clock_query(of, Clocks.LIVE), {"issues": wanted})
    rows = issues_asked()
    held = {row.id for row in rows}
    live = [clock for clock in live_asked() if clock.issue_id in held]
    over = [row.id for row in rows if row.ended_at is not None]
    ended = named(connection, _clock_query(of, Clocks.OVERALL), {"issues": over}) if over else []
    intervals_asked = _intervals_asked(connection, [*live, *ended])
    issues = {row.id: issue_of(row) for row in rows}
    intervals = intervals_asked()
    running, past = _by_issue(live, intervals), _by_issue(ended, intervals)
    return {i: Loaded(issues[i], tuple(running[i]), tuple(past[i])) for i in issues}


def clocks_of(connection: Connection, issue_id: str) -> list[Clock]:
    """All clocks that an issue has had, the oldest first."""
    query = _clock_query(connection.dialect, Clocks.EVERY)
    rows = named(connection, query, {"issues": [issue_id]})
    return _by_issue(rows, _intervals_asked(connection, rows)())[issue_id]


Intervals = Mapping[str, Sequence[Interval]]
"""By clock, when it ran."""


def _by_issue(rows: Sequence[Any], intervals: Intervals) -> dict[str, list[Clock]]:
    found: dict[str, list[Clock]] = defaultdict(list)
    for row in rows:
        found[row.issue_id].append(clock_of(row, tuple(intervals[row.id])))
    return found


def _intervals_asked(connection: Connection, clocks: Sequence[Any]) -> Callable[[], Intervals]:
    found: dict[str, list[Interval]] = defaultdict(list)
    if not clocks:
        return lambda: found
    given = {"clocks": [clock.id for clock in clocks]}
    rows = named_later(connection, _interval_query(connection.dialect), given)

    def intervals() -> Intervals:
        for clock_id, started_at, ended_at in rows():
            found[clock_id].append(Interval(started_at, ended_at))
        return found

    return intervals


class Clocks(Enum):
    """Which clocks of issues are asked for: deciding needs no others of the ended ones."""

    LIVE = auto()
    OVERALL = auto()
    EVERY = auto()


# The statements are made once for each database; what they are asked comes by name.
@made_once()
def _issue_query(of: Dialect, lock: bool, skip_locked: bool) -> Query:  # noqa: FBT001 - the key of a cache
    table = models.issue
    query = select(table).where(any_given(of, table.c.id, "ids")).order_by(table.c.id)
    return query.with_for_update(skip_locked=skip_locked) if lock else query


@made_once()
def _clock_query(of: Dialect, which: Clocks) -> Query:
    table = models.clock
    query = select(table).where(any_given(of, table.c.issue_id, "issues"))
    if which is Clocks.LIVE:
        query = query.where(table.c.ended_at.is_(None))
    elif which is Clocks.OVERALL:
        query = query.where(table.c.ended_at.is_not(None), table.c.kind == ClockKind.OVERALL)
    return query.order_by(table.c.issue_id, table.c.id)


@made_once()
def _interval_query(of: Dialect) -> Query:
    table = models.clock_interval
    query = select(table.c.clock_id, table.c.started_at, table.c.ended_at)
    query = query.where(any_given(of, table.c.clock_id, "clocks"))
    return query.order_by(table.c.clock_id, table.c.number)


def ids_of_references(connection: Connection, references: Iterable[str]) -> dict[str, str]:
    """Issue ids by human reference; unknown ones are left out."""
    wanted = list(set(references))
    table = models.issue
    query = select(table.c.reference, table.c.id)
    rows = connection.execute(query.where(any_of(connection, table.c.reference, wanted)))
    return {reference: found for reference, found in rows}  # noqa: C416 - rows are not pairs to mypy


def statuses(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """How issues stand, by id; those that are not there are left out."""
    wanted, table = sorted(ids), models.issue
    if not wanted:
        return {}
    query = select(table.c.id, table.c.status).where(any_of(connection, table.c.id, wanted))
    return {row.id: row.status for row in connection.execute(query)}


def claim_due(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(issue id, clock id) of clocks whose next step is due, the longest due first.

    Their issues' rows are held until the transaction ends; those that somebody else holds are
    left to them.
    """
    return [(i, c) for i, c in fetched(connection, _DUE, {"now": now, "limit": limit})]


_DUE = (
    select(models.clock.c.issue_id, models.clock.c.id)
    .where(models.clock.c.next_at <= bindparam("now", type_=UtcInstant))
    .order_by(models.clock.c.next_at, models.clock.c.id)
    .limit(bindparam("limit", type_=Integer))
    .join(models.issue, models.issue.c.id == models.clock.c.issue_id)
    .with_for_update(of=models.issue, skip_locked=True)
)


def next_due(connection: Connection) -> datetime | None:
    """When the next step of any clock is due; it may be past already."""
    waiting = models.clock.c.next_at
    found: datetime | None = connection.scalar(
        select(func.min(waiting)).where(waiting.is_not(None))
    )
    return found


def postpone(connection: Connection, clocks: Sequence[str], until: datetime) -> None:
    """Look at these clocks again only then; their due instants stay as they are."""
    table = models.clock
    chosen = any_of(connection, table.c.id, clocks)
    connection.execute(update(table).where(chosen).values(next_at=until))


def seats_behind(connection: Connection, epoch: int, now: datetime, limit: int) -> list[str]:
    """Unresolved issues whose seats were resolved under an older directory, or up to an instant.

    The instants that a term begins or ends at are the rows' own ``seats_until``: what was decided
    before one and committed after it is found all the same.
    """
    table = models.issue
    unresolved = text(UNRESOLVED)
    due = select(table.c.id).where(table.c.seats_until <= now, unresolved)
    behind = select(table.c.id).where(table.c.directory_epoch < epoch, unresolved)
    found = [
        *connection.scalars(due.order_by(table.c.seats_until).limit(limit)),
        *connection.scalars(behind.order_by(table.c.directory_epoch).limit(limit)),
    ]
    return list(dict.fromkeys(found))[:limit]


def any_issue(connection: Connection) -> bool:
    """Whether an issue was ever logged."""
    return connection.scalar(select(models.issue.c.id).limit(1)) is not None


def count_unresolved(connection: Connection) -> int:
    """How many issues somebody still has to act on."""
    table = models.issue
    unresolved = table.c.status.in_(
        [Status.OPEN, Status.IN_PROGRESS, Status.ON_HOLD, Status.TABLED]
    )
    return connection.scalar(select(func.count()).select_from(table).where(unresolved)) or 0


def issue_of(row: Row[Any]) -> Issue:
    """A row of the issue table as the value that decisions are made from."""
    said = row.said
    return Issue(
        **_standing(row.standing),
        id=row.id,
        reference=row.reference,
        version=row.version,
        kind=_KIND[row.kind],
        title=row.title,
        description=row.description,
        channel=_CHANNEL[row.channel],
        status=_STATUS[row.status],
        severity=_SEVERITY[row.severity],
        severity_reason=row.severity_reason,
        impact=None if row.impact is None else Degree(row.impact),
        urgency=None if row.urgency is None else Degree(row.urgency),
        agency=row.agency,
        also_affects=tuple(row.also_affects),
        provider=row.provider,
        cluster=row.cluster,
        function=row.function,
        service=row.service,
        region=row.region,
        scope=_SCOPE[row.scope],
        raiser=said["raiser"],
        about_person=said["about_person"],
        themes=tuple(row.themes),
        external_refs=tuple(said["external_refs"]),
        publication=row.publication,
        ola=row.ola,
        ladder=row.ladder,
        calendar=row.calendar,
        entry_reasons=tuple(said["entry_reasons"]),
        warnings=tuple(said["warnings"]),
        centre=said.get("centre"),
        raised_from=said.get("raised_from"),
        rung=row.rung,
        layer=row.layer,
        entered_at=row.entered_at,
        directory_epoch=row.directory_epoch,
        seats_until=row.seats_until,
        forum=row.forum,
        meeting=row.meeting,
        meeting_at=row.meeting_at,
        carried_over=row.carried_over,
        exhausted_at=row.exhausted_at,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        resolved_at=row.resolved_at,
        ended_at=row.ended_at,
        stay=row.stay,
        stay_from=row.stay_from,
        event_count=row.event_count,
        chain=row.chain,
    )


def _standing(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the column ``standing``; of ``OF_FEW``, those that it has."""
    found: dict[str, Any] = {
        "visits": tuple(_visit(visit) for visit in kept["visits"]),
        "seats": {_SIDE[side]: _holding(side, held) for side, held in kept["seats"].items()},
        "given": tuple(_SIDE[side] for side in kept["given"]),
        "hold": kept["hold"],
        "outcome": kept["outcome"],
        "reported_up": tuple(kept["reported_up"]),
        "sealing": _sealing(kept["sealing"]),
    }
    for name in OF_FEW:
        if name in kept:
            value = kept[name]
            found[name] = tuple(value) if isinstance(value, list) else value
    return found


def _visit(kept: list[Any]) -> Visit:
    rung, entered, how, came_from, holders = kept
    return Visit(rung, _second(entered), how, came_from, tuple(holders))


def _holding(side: str, kept: list[Any]) -> Holding:
    role, person, reason, *pool = kept
    return Holding(_SIDE[side], _ROLE[role], person, reason, *pool)


def _sealing(kept: Mapping[str, Any] | None) -> Sealing | None:
    if kept is None:
        return None
    return Sealing(
        at=_second(kept["at"]),
        sensitive=tuple(Sensitivity(word) for word in kept["sensitive"]),
        named=tuple(Named(person, by, _second(at), why) for person, by, at, why in kept["named"]),
        referrals=tuple(_referral(made) for made in kept["referrals"]),
    )


def _referral(kept: list[Any]) -> Referral:
    name, to, under, at, by, reference, outcome, outcome_at = kept
    return Referral(
        id=name,
        to=to,
        under=under,
        at=_second(at),
        by=by,
        reference=reference,
        outcome=outcome,
        outcome_at=None if outcome_at is None else _second(outcome_at),
    )


def _second(kept: int) -> datetime:
    return datetime.fromtimestamp(kept, EPOCH.tzinfo)


def clock_of(row: Row[Any], intervals: tuple[Interval, ...]) -> Clock:
    """A row of the clock table with its intervals as a value."""
    budget = None
    if row.budget_seconds is not None:
        budget = Budget(_MEASURE[row.measure], row.budget_seconds)
    kind, _, rule = row.kind.partition(":")
    return Clock(
        id=row.id,
        kind=_CLOCK_KIND[kind],
        rule=rule or None,
        duration=row.duration,
        budget=budget,
        calendar=row.calendar,
        anchor=row.anchor,
        visit=row.visit,
        intervals=intervals,
        warnings=_steps(row.warnings),
        done=_steps(row.done),
        state=_CLOCK_STATE[row.state],
        step=row.step,
        next_at=row.next_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        ended_how=None if row.ended_how is None else ClockEnd(row.ended_how),
    )


def _steps(kept: str) -> tuple[str, ...]:
    return tuple(kept.split("|")) if kept else ()


# A dictionary costs a tenth of calling the enumeration, and a batch makes tens of thousands.
_KIND: Mapping[str, IssueKind] = {v.value: v for v in IssueKind}
_CHANNEL: Mapping[str, Channel] = {v.value: v for v in Channel}
_STATUS: Mapping[str, Status] = {v.value: v for v in Status}
_SEVERITY: Mapping[str, Severity] = {v.value: v for v in Severity}
_SCOPE: Mapping[str, Scope] = {v.value: v for v in Scope}
_ROLE: Mapping[str, Role] = {v.value: v for v in Role}
_SIDE: Mapping[str, Side] = {v.value: v for v in Side}
_MEASURE: Mapping[str, Measure] = {v.value: v for v in Measure}
_CLOCK_KIND: Mapping[str, ClockKind] = {v.value: v for v in ClockKind}
_CLOCK_STATE: Mapping[str, ClockState] = {v.value: v for v in ClockState}

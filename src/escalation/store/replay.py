"""What a replay has come to, read from the tables: counts, and what they are counted from."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from escalation.store import models
from escalation.store.dialect import any_of
from escalation.workflow.states import END, ClockKind


@dataclass(frozen=True, slots=True)
class Climb:
    """One climb of an issue, by a person's act or by the engine."""

    from_rung: str
    to_rung: str
    how: str


@dataclass(frozen=True, slots=True)
class EndedStep:
    """One end of a clock that fired: the clock, the rung its issue stood on, its severity.

    ``overall`` is the issue's own clock: its rung is the one that the issue had reached by then.
    """

    kind: str
    rung: str
    severity: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one meeting had on its agenda, by how it left."""

    forum: str
    starts_at: datetime
    outcome: str
    items: int


def count_issues(connection: Connection) -> int:
    """How many issues there are."""
    return connection.scalar(select(func.count()).select_from(models.issue)) or 0


def count_events(connection: Connection) -> dict[str, int]:
    """How often each type of event happened."""
    table = models.event
    query = select(table.c.type, func.count()).group_by(table.c.type).order_by(table.c.type)
    return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def standing(connection: Connection) -> Sequence[tuple[str, str, str, int]]:
    """(status, rung, severity, issues) of all issues, as they stand."""
    table = models.issue
    by = (table.c.status, table.c.rung, table.c.severity)
    query = select(*by, func.count()).group_by(*by).order_by(*by)
    return [(status, rung, severity, n) for status, rung, severity, n in connection.execute(query)]


def count_exhausted(connection: Connection) -> int:
    """How many issues have nowhere left to climb."""
    table = models.issue
    query = select(func.count()).select_from(table).where(table.c.exhausted_at.is_not(None))
    return connection.scalar(query) or 0


def climbs(connection: Connection) -> Iterator[Climb]:
    """Every climb."""
    table = models.event
    query = select(table.c.payload).where(table.c.type == "issue.escalated")
    for (payload,) in connection.execute(query):
        told = json.loads(payload)
        yield Climb(told["from"], told["to"], told["how"])


def ended_steps(connection: Connection) -> Iterator[EndedStep]:
    """Every end of a clock that fired."""
    issue, clock, step = models.issue, models.clock, models.clock_step
    query = select(
        clock.c.kind, clock.c.visit, step.c.effective_at, issue.c.severity, issue.c.standing
    )
    query = query.join_from(step, clock, clock.c.id == step.c.clock_id)
    query = query.join(issue, issue.c.id == clock.c.issue_id).where(step.c.step == END)
    for kind, visit, at, severity, stands in connection.execute(query):
        visits, number = stands["visits"], visit
        if kind == ClockKind.OVERALL:
            number = sum(entered < at.timestamp() for _, entered, *_ in visits) or 1
        yield EndedStep(kind, visits[number - 1][0], severity)


def agendas(connection: Connection) -> Sequence[Agenda]:
    """What each meeting had on its agenda, by forum and time; ``tabled`` is still on it."""
    meeting, item = models.meeting, models.agenda_item
    by = (meeting.c.forum, meeting.c.starts_at, item.c.outcome)
    query = select(*by, func.count()).join_from(item, meeting, meeting.c.id == item.c.meeting_id)
    rows = connection.execute(query.group_by(*by).order_by(*by))
    return [Agenda(forum, at, outcome or "tabled", n) for forum, at, outcome, n in rows]


def due_instants(connection: Connection, ids: Sequence[str]) -> dict[str, datetime | None]:
    """The due instant that each issue's own row holds."""
    table = models.issue
    query = select(table.c.id, table.c.due_at).where(any_of(connection, table.c.id, ids))
    return {issue_id: due for issue_id, due in connection.execute(query)}  # noqa: C416 - as above

"""Lists of issues: filtered, sorted, and read page by page from where the last one ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, case, exists, func, or_, select
from sqlalchemy.sql import Select

from escalation.routing.vocabulary import Severity
from escalation.store import dialect, models
from escalation.store.viewing import has_held, visible
from escalation.workflow.states import CLASS_OF, END, ClockClass, ClockState, Status
from escalation.workflow.viewing import Viewer

Value = str | int | datetime | None

EQUALS: Mapping[str, Column[Any]] = {
    name: models.issue.c[name]
    for name in (
        "status",
        "severity",
        "kind",
        "channel",
        "scope",
        "agency",
        "provider",
        "cluster",
        "function",
        "service",
        "region",
        "rung",
        "layer",
        "ladder",
        "ola",
        "forum",
        "meeting",
    )
}
"""Filters that are one column, and one of some values."""
RANGES: Mapping[str, Column[Any]] = {
    name: models.issue.c[f"{name}_at"] for name in ("due", "created", "received", "updated")
}
"""Filters that are a range of a column: ``<name>_after`` included, ``<name>_before`` not."""

_WORST_FIRST = case(
    {severity.value: rank for rank, severity in enumerate(Severity)}, value=models.issue.c.severity
)
SORTS: Mapping[str, ColumnElement[Any]] = {
    "created_at": models.issue.c.created_at,
    "updated_at": models.issue.c.updated_at,
    "received_at": models.issue.c.received_at,
    "due_at": models.issue.c.due_at,
    "reference": models.issue.c.reference,
    "severity": _WORST_FIRST,
}
"""What a list may be sorted by; the id breaks ties. ``severity`` puts the worst first."""
_MAY_BE_EMPTY = frozenset({"due_at"})
_AGREED = [kind.value for kind, class_ in CLASS_OF.items() if class_ is ClockClass.AGREED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a list is asked for.

    ``among`` maps a filter of ``EQUALS`` to the values it may have, ``since`` and ``until`` a
    range of ``RANGES`` to its bounds. ``after`` is where the last page ended: the sort's value
    and the id.
    """

    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    until: Mapping[str, datetime] = field(default_factory=dict)
    holder: str | None = None
    handled_by: str | None = None
    theme: str | None = None
    external_ref: tuple[str, str] | None = None
    also_affects: str | None = None
    affects: str | None = None
    depends_on: str | None = None
    merged_into: str | None = None
    past_target: bool | None = None
    exhausted: bool | None = None
    words: Sequence[str] = ()
    sort: str = "created_at"
    descending: bool = True
    after: tuple[Value, str] | None = None
    limit: int = 50
    total: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One row of a page: an issue's id, and where a page that ends with it goes on."""

    id: str
    value: Value


def page(connection: Connection, viewer: Viewer, question: Question, now: datetime) -> list[Found]:
    """The issues of a page that ``viewer`` may see, and one more where there is a next page."""
    by = SORTS[question.sort]
    query = select(models.issue.c.id, by.label("value"))
    query = query.where(
        visible(connection, viewer), *_conditions(connection, viewer, question, now)
    )
    if question.after is not None:
        query = query.where(_beyond(by, question))
    rows = connection.execute(_ordered(query, by, question).limit(question.limit + 1))
    return [Found(row.id, row.value) for row in rows]


def total(connection: Connection, viewer: Viewer, question: Question, now: datetime) -> int:
    """How many issues the question finds on all pages, of those that ``viewer`` may see."""
    query = select(func.count()).select_from(models.issue)
    conditions = (visible(connection, viewer), *_conditions(connection, viewer, question, now))
    return int(connection.execute(query.where(*conditions)).scalar_one())


def _ordered(query: Select[Any], by: ColumnElement[Any], question: Question) -> Select[Any]:
    """Sorted; what has no value stands last in both directions."""
    ways = [by.desc() if question.descending else by.asc()]
    if question.sort in _MAY_BE_EMPTY:
        ways.insert(0, by.is_(None).asc())
    key = models.issue.c.id
    return query.order_by(*ways, key.desc() if question.descending else key.asc())


def _beyond(by: ColumnElement[Any], question: Question) -> ColumnElement[bool]:
    """What comes after the last row of the page before."""
    value, last = question.after or (None, "")
    key = models.issue.c.id
    id_beyond = key < last if question.descending else key > last
    if value is None:
        return and_(by.is_(None), id_beyond)
    beyond = by < value if question.descending else by > value
    further = or_(beyond, and_(by == value, id_beyond))
    return or_(further, by.is_(None)) if question.sort in _MAY_BE_EMPTY else further


def _conditions(
    connection: Connection, viewer: Viewer, question: Question, now: datetime
) -> list[ColumnElement[bool]]:
    issue = models.issue
    found: list[ColumnElement[bool]] = [
        EQUALS[name] == values[0] if len(values) == 1 else EQUALS[name].in_(list(values))
        for name, values in question.among.items()
    ]
    found += [RANGES[name] >= bound for name, bound in question.since.items()]
    found += [RANGES[name] < bound for name, bound in question.until.items()]
    if question.holder is not None:
        held = (issue.c.provider_person, issue.c.agency_person)
        found.append(or_(*(person == question.holder for person in held)))
    if question.theme is not None:
        found.append(dialect.has_item(connection, issue.c.themes, question.theme))
    if question.external_ref is not None:
        found.append(_referred(*question.external_ref))
    if question.past_target is not None:
        past = _past_target(now)
        found.append(past if question.past_target else ~past)
    if question.exhausted is not None:
        empty = issue.c.exhausted_at.is_(None)
        found.append(~empty if question.exhausted else empty)
    found += _touching(connection, viewer, question)
    found += [_says(word) for word in question.words]
    return found


def _touching(
    connection: Connection, viewer: Viewer, question: Question
) -> Iterator[ColumnElement[bool]]:
    """Conditions on the people, agencies and other issues that an issue has had to do with."""
    issue = models.issue
    for code, own in ((question.also_affects, False), (question.affects, True)):
        if code is not None:
            also = dialect.has_item(connection, issue.c.also_affects, code)
            yield or_(issue.c.agency == code, also) if own else also
    if question.handled_by is not None:
        yield has_held(connection, question.handled_by)
    seen = visible(connection, viewer)
    if question.depends_on is not None:
        yield _tied(question.depends_on, "depends_on", seen)
    if question.merged_into is not None:
        merged = _tied(question.merged_into, "duplicate_of", seen)
        yield and_(merged, issue.c.status == Status.CLOSED)


def _tied(other: str, as_: str, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tied to the issue of that id or reference, if it may be seen."""
    tie, issue = models.issue_link, models.issue
    called = or_(issue.c.id == other, issue.c.reference == other)
    named = select(issue.c.id).where(called, seen)
    ties = select(tie.c.issue_id).where(tie.c.as_ == as_, tie.c.other.in_(named))
    return issue.c.id.in_(ties)


def _referred(system: str, ref: str) -> ColumnElement[bool]:
    table = models.external_ref
    named = select(table.c.issue_id).where(table.c.system == system, table.c.ref == ref)
    return models.issue.c.id.in_(named)


def _past_target(now: datetime) -> ColumnElement[bool]:
    """Any agreed clock that has used its time up, whether it runs on or stands still."""
    clock, step = models.clock, models.clock_step
    fired = exists().where(step.c.clock_id == clock.c.id, step.c.step == END)
    return exists().where(
        clock.c.issue_id == models.issue.c.id,
        clock.c.ended_at.is_(None),
        clock.c.kind.in_(_AGREED),
        or_(clock.c.due_at <= now, and_(clock.c.state == ClockState.PAUSED, fired)),
    )


def _says(word: str) -> ColumnElement[bool]:
    """Whether title, description or reference has the word, in capitals or not."""
    issue = models.issue
    texts = (issue.c.title, issue.c.description, issue.c.reference)
    return or_(*(text.icontains(word, autoescape=True) for text in texts))

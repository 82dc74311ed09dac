"""The one predicate of who may see which issue, for rows: every read of issues asks it.

The rule itself is :mod:`escalation.workflow.viewing`; a sealed row carries the people it comes to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import True_

from escalation.store import models
from escalation.store.dialect import any_of, has_inside, has_item
from escalation.store.wall import outside
from escalation.workflow.meetings.facts import ItemKind
from escalation.workflow.viewing import Part, Reach, Viewer


def visible(connection: Connection, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row of the issue table is one that ``viewer`` may know of.

    It is true or false of each row, never null, so that its negation hides what it does not show.
    """
    if viewer.everything and not viewer.limited:
        return true()
    table = models.issue
    found: ColumnElement[bool] = table.c.sealed_at.is_(None)
    if viewer.reach is not None:
        found = and_(found, _in_any(connection, viewer.reach))
    if viewer.everything:
        found = or_(found, table.c.sealed_at.is_not(None))
    elif viewer.person is not None:
        named = has_item(connection, table.c.sealed_to, viewer.person)
        found = or_(found, and_(table.c.sealed_at.is_not(None), named))
    return and_(found, *(_in_any(connection, reach) for reach in viewer.within))


def _in_any(connection: Connection, reach: Reach) -> ColumnElement[bool]:
    return or_(false(), *(_in(connection, part) for part in reach))


def _in(connection: Connection, part: Part) -> ColumnElement[bool]:
    fitting = (_FITS[kind](connection, sorted(codes)) for kind, codes in part.named().items())
    return and_(true(), *fitting)


_Fit = Callable[[Connection, Sequence[str]], ColumnElement[bool]]


def _column(name: str) -> _Fit:
    column = models.issue.c[name]

    def fits(_: Connection, codes: Sequence[str]) -> ColumnElement[bool]:
        return and_(column.is_not(None), column.in_(codes))

    return fits


def _listed(connection: Connection, codes: Sequence[str]) -> ColumnElement[bool]:
    also = models.issue.c.also_affects
    return or_(*(has_item(connection, also, code) for code in codes))


def _agency(connection: Connection, codes: Sequence[str]) -> ColumnElement[bool]:
    return or_(models.issue.c.agency.in_(codes), _listed(connection, codes))


def _party(connection: Connection, codes: Sequence[str]) -> ColumnElement[bool]:
    return or_(models.issue.c.provider.in_(codes), _agency(connection, codes))


def _forum(connection: Connection, codes: Sequence[str]) -> ColumnElement[bool]:
    stands = _column("forum")(connection, codes)
    reported = (_stood(connection, REPORTED_UP, code) for code in codes)
    return or_(stands, *reported)


def _holder(connection: Connection, people: Sequence[str]) -> ColumnElement[bool]:
    seats = (_column("provider_person"), _column("agency_person"))
    now = (seat(connection, people) for seat in seats)
    return or_(*now, *(_stood(connection, HELD, person) for person in people))


def has_held(connection: Connection, person: str) -> ColumnElement[bool]:
    """Whether somebody has held a seat of the issue, on whatever rung."""
    return _stood(connection, HELD, person)


def _stood(connection: Connection, path: tuple[str, str], code: str) -> ColumnElement[bool]:
    return has_inside(connection, models.issue.c.standing, path, code)


REPORTED_UP, HELD = ("reported_up", "forum"), ("visits", "4")
"""Where ``standing`` has the forums of reports, and everybody who held a seat on a visit."""
_FITS: Mapping[str, _Fit] = {
    "clusters": _column("cluster"),
    "providers": _column("provider"),
    "agencies": _agency,
    "functions": _column("function"),
    "parties": _party,
    "forums": _forum,
    "holders": _holder,
}


_SAID = (ItemKind.CONTACT.value, ItemKind.FEEDBACK.value)
"""Items that are what somebody said."""
_NAMES = select(models.issue.c.id, models.issue.c.reference)
_OPEN = models.issue.c.sealed_at.is_(None)


def seen_as(connection: Connection, viewer: Viewer, name: str) -> str | None:
    """The id of the issue of this id or reference, where ``viewer`` may see it.

    Whoever sees all may be given the id of nothing: whether it is there is seen when it is read.
    """
    by_id = name.startswith("iss_")
    shown = visible(connection, viewer)
    if by_id and isinstance(shown, True_):
        return name
    t = models.issue
    found: str | None = connection.scalar(
        select(t.c.id).where((t.c.id if by_id else t.c.reference) == name, shown)
    )
    return found


def seen_of(connection: Connection, viewer: Viewer, names: Sequence[str]) -> Sequence[str]:
    """Of these ids and references, those of issues that ``viewer`` may see.

    Whoever sees all may be given those of nothing, as with :func:`seen_as`.
    """
    shown = visible(connection, viewer)
    if not names or isinstance(shown, True_):
        return names
    t = models.issue
    named = or_(any_of(connection, t.c.id, names), any_of(connection, t.c.reference, names))
    found = {name for row in connection.execute(_NAMES.where(named, shown)) for name in row}
    return [name for name in names if name in found]


def references(connection: Connection, names: Iterable[str | None]) -> dict[str, str]:
    """The references of issues by their ids; of sealed ones, and of what is no issue, none."""
    t = models.issue
    wanted = [name for name in set(names) if name is not None and name.startswith("iss_")]
    if not wanted:
        return {}
    found = connection.execute(_NAMES.where(any_of(connection, t.c.id, wanted), _OPEN))
    return {name: reference for name, reference in found}  # noqa: C416 - rows are not pairs to mypy


def is_sealed(connection: Connection, name: str) -> bool:
    """Whether there is a sealed issue of that id."""
    table = models.issue
    query = select(table.c.id).where(table.c.id == name, table.c.sealed_at.is_not(None))
    with outside(connection):
        return connection.scalar(query) is not None


def hidden(connection: Connection, viewer: Viewer, names: Sequence[str]) -> frozenset[str]:
    """Of these ids and references, those of issues that ``viewer`` may not see."""
    t = models.issue
    named = or_(any_of(connection, t.c.id, names), any_of(connection, t.c.reference, names))
    query = _NAMES.where(named, not_(visible(connection, viewer)))
    with outside(connection):
        return frozenset(name for row in connection.execute(query) for name in row)


def hidden_unsealed(connection: Connection, viewer: Viewer, names: Sequence[str]) -> frozenset[str]:
    """Of these ids, those of issues that are not sealed and that ``viewer`` may not see."""
    t = models.issue
    query = select(t.c.id).where(any_of(connection, t.c.id, names), t.c.sealed_at.is_(None))
    with outside(connection):
        return frozenset(connection.scalars(query.where(not_(visible(connection, viewer)))))


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed issue: since when, and the people who may see it."""

    id: str
    sealed_at: datetime
    sealed_to: tuple[str, ...]


def sealed_since(connection: Connection, instant: datetime) -> list[SealedRow]:
    """The issues that were sealed at an instant or later."""
    t = models.issue
    query = select(t.c.id, t.c.sealed_at, t.c.sealed_to)
    query = query.where(t.c.sealed_at.is_not(None), t.c.sealed_at >= instant)
    with outside(connection):
        rows = connection.execute(query.order_by(t.c.id)).all()
    return [SealedRow(row.id, row.sealed_at, tuple(row.sealed_to)) for row in rows]


def shown(connection: Connection, viewer: Viewer, about: Table) -> ColumnElement[bool]:
    """Whether what a row of ``about`` (an item, a decision) is on may be shown.

    It is no issue that ``viewer`` may not see, and nothing said that was raised into one or is
    about one. Behind the wall such a thing is not there at all, so it has to be there.
    """
    if viewer.everything and not viewer.limited:
        return true()
    issue, said = models.issue, models.interaction
    unseen = not_(visible(connection, viewer))
    hidden = exists(select(1).where(issue.c.id == about.c.subject, unseen))
    of_unseen = exists(select(1).where(issue.c.id.in_((said.c.issue_id, said.c.about)), unseen))
    there = exists(select(1).where(said.c.id == about.c.subject, not_(of_unseen)))
    return and_(not_(hidden), or_(about.c.kind.not_in(_SAID), there))


def on_papers_for(viewer: Viewer, forum: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row is of a forum whose papers ``viewer`` may read.

    :func:`escalation.workflow.viewing.papers_are_for`, for rows.
    """
    return true() if viewer.forums is None else forum.in_(sorted(viewer.forums))


def decision_shown(connection: Connection, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a decision may be shown: on an issue that ``viewer`` may see, as its timeline has it.

    On what is no issue, where the papers of the forum that made it are for them.
    """
    issue, decision = models.issue, models.decision
    on_issue = exists(select(1).where(issue.c.id == decision.c.subject))
    theirs = or_(on_papers_for(viewer, decision.c.forum), on_issue)
    return and_(shown(connection, viewer, decision), theirs)

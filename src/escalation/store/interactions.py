"""Contacts and feedback, kept: recorded, listed page by page, raised once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from escalation.routing.vocabulary import Channel
from escalation.store import dialect, models
from escalation.store.keyset import Seen, newest_first
from escalation.store.viewing import visible
from escalation.workflow.interactions import Family, Interaction, Quoting, Sentiment
from escalation.workflow.viewing import Part, Viewer

_T, _I = models.interaction, models.issue
ABOUT = models.issue.alias("about_issue")
"""The issue that a survey's answers are about."""
EQUALS = (
    "kind", "sentiment", "channel", "centre", "party", "function", "region", "key_result_area",
    "quote",
)  # fmt: skip
"""Filters that are one column, and one of some values."""
_KEPT = tuple(column.name for column in _T.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list of a register is asked for, the newest first; ``after`` is the last seen."""

    family: Family
    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    theme: str | None = None
    raised: bool | None = None
    unanswered: bool | None = None
    acknowledged: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: Sequence[str] = ()
    after: Seen | None = None
    limit: int = 50


def next_number(connection: Connection, series: str, year: int) -> int:
    """The next of a series' numbers of a year, without gaps."""
    table = models.register_number
    first = dialect.insert(connection, table).values(series=series, year=year, last=1)
    again = first.on_conflict_do_update(
        index_elements=[table.c.series, table.c.year], set_={"last": table.c.last + 1}
    )
    return int(connection.execute(again.returning(table.c.last)).scalar_one())


def hold_numbers(connection: Connection, series: str, year: int) -> None:
    """Hold a series' numbers of a year until the transaction ends: nobody else takes one."""
    table = models.register_number
    first = dialect.insert(connection, table).values(series=series, year=year, last=0)
    connection.execute(first.on_conflict_do_nothing())
    held = select(table.c.last).where(table.c.series == series, table.c.year == year)
    connection.execute(held.with_for_update()).one()


def next_numbers(connection: Connection, series: str, year: int, count: int) -> int:
    """The first of so many next numbers of a series that is held."""
    table = models.register_number
    change = update(table).where(table.c.series == series, table.c.year == year)
    change = change.values(last=table.c.last + count)
    return int(connection.execute(change.returning(table.c.last)).scalar_one()) - count + 1


def add(connection: Connection, said: Interaction) -> None:
    """Keep what was said."""
    add_all(connection, [said])


def add_all(connection: Connection, every: Sequence[Interaction]) -> None:
    """Keep all that was said."""
    rows = [{name: getattr(said, name) for name in _KEPT} for said in every]
    connection.execute(insert(_T), rows)


def find(
    connection: Connection, viewer: Viewer, family: Family, name: str, *, lock: bool = False
) -> Interaction | None:
    """One by its id or reference, unless it was raised into what ``viewer`` may not see."""
    if lock:
        held = select(_T.c.id).where((_T.c.id == name) | (_T.c.reference == name))
        connection.execute(held.with_for_update()).all()
    query = _seen(connection, viewer, family)
    row = connection.execute(
        query.where((_T.c.id == name) | (_T.c.reference == name))
    ).one_or_none()
    return None if row is None else _said(row)


def page(connection: Connection, viewer: Viewer, asked: Asked) -> list[Interaction]:
    """A page, and one more where there is a next one."""
    query = _seen(connection, viewer, asked.family).where(*_conditions(connection, asked))
    query = newest_first(query, _T.c.created_at, _T.c.id, asked.after, asked.limit + 1)
    return [_said(row) for row in connection.execute(query)]


def counts(
    connection: Connection, viewer: Viewer, asked: Asked, by: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """How many there are on all pages, for each value of the columns ``by``: values, then count."""
    columns = [_T.c[name] for name in by]
    query = select(*columns, func.count()).select_from(joined())
    query = query.where(
        _T.c.family == asked.family.value,
        shown(connection, viewer),
        *_conditions(connection, asked),
    )
    rows = connection.execute(query.group_by(*columns).order_by(*columns))
    return [tuple(row) for row in rows]


def set_raised(connection: Connection, said: str, issue_id: str, now: datetime) -> None:
    """It was raised into an issue."""
    change = update(_T).where(_T.c.id == said)
    connection.execute(change.values(issue_id=issue_id, raised_at=now))


def set_written(connection: Connection, said: str, **when: datetime) -> None:
    """Words have passed: when, by the column that says so."""
    connection.execute(update(_T).where(_T.c.id == said).values(**when))


def of_receipt(connection: Connection, hashed: str) -> Interaction | None:
    """What the hash of a code was given for."""
    row = connection.execute(_every().where(_T.c.receipt == hashed)).one_or_none()
    return None if row is None else _said(row)


def of_issue(connection: Connection, issue_id: str) -> str | None:
    """The id of what an issue was raised from."""
    found: str | None = connection.scalar(select(_T.c.id).where(_T.c.issue_id == issue_id))
    return found


def joined() -> Any:  # noqa: ANN401 - a join
    """What was said, beside the issue that it was raised into."""
    return _T.join(_I, _I.c.id == _T.c.issue_id, isouter=True)


def _every() -> Select[Any]:
    """Whatever was said, with the references of the issues that it has to do with."""
    beside = joined().join(ABOUT, ABOUT.c.id == _T.c.about, isouter=True)
    names = (_I.c.reference.label("issue"), ABOUT.c.reference.label("about_reference"))
    return select(_T, *names).select_from(beside)


def _seen(connection: Connection, viewer: Viewer, family: Family) -> Select[Any]:
    return _every().where(_T.c.family == family.value, shown(connection, viewer))


def shown(connection: Connection, viewer: Viewer) -> ColumnElement[bool]:
    """Whether ``viewer`` may see what was said: a condition on it, joined to what it was raised to.

    Raised into an issue it is seen with that one, and what is about an issue with that; else by
    whom its party and function are for. A register knows of no cluster and no forum: what is only
    for those shows what has to do with an issue.
    """
    if viewer.everything and not viewer.limited:
        return true()
    raised, about = _T.c.issue_id.is_not(None), _T.c.about.is_not(None)
    found = and_(
        or_(~about, _about_visible(connection, viewer)),
        or_(~raised, visible(connection, viewer)),
    )
    if not viewer.limited:
        return found
    theirs = viewer.within if viewer.reach is None else (*viewer.within, viewer.reach)
    fits = (or_(false(), *(_in(part) for part in reach)) for reach in theirs)
    return and_(found, or_(raised, about, and_(true(), *fits)))


def _about_visible(connection: Connection, viewer: Viewer) -> ColumnElement[bool]:
    """Whether the issue that it is about is one that ``viewer`` may see."""
    query = select(_I.c.id).where(_I.c.id == _T.c.about, visible(connection, viewer))
    return query.correlate(_T).exists()


_OF = {
    "providers": _T.c.party,
    "agencies": _T.c.party,
    "parties": _T.c.party,
    "functions": _T.c.function,
}


def _in(part: Part) -> ColumnElement[bool]:
    named = part.named()
    if not named.keys() <= _OF.keys():
        return false()
    columns = ((_OF[kind], sorted(codes)) for kind, codes in named.items())
    return and_(true(), *(and_(each.is_not(None), each.in_(codes)) for each, codes in columns))


def _conditions(connection: Connection, asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        _T.c[name].in_(list(values)) for name, values in asked.among.items()
    ]
    if asked.theme is not None:
        found.append(dialect.has_item(connection, _T.c.themes, asked.theme))
    if asked.raised is not None:
        none = _T.c.issue_id.is_(None)
        found.append(~none if asked.raised else none)
    if asked.unanswered is not None:
        answered = func.coalesce(_T.c.answered_at >= _T.c.written_at, false())
        waits = and_(_T.c.written_at.is_not(None), _T.c.issue_id.is_(None), ~answered)
        found.append(waits if asked.unanswered else ~waits)
    if asked.acknowledged is not None:
        none = _T.c.acknowledged_at.is_(None)
        found.append(~none if asked.acknowledged else none)
    if asked.since is not None:
        found.append(_T.c.received_at >= asked.since)
    if asked.until is not None:
        found.append(_T.c.received_at < asked.until)
    found += [_T.c.text.icontains(word, autoescape=True) for word in asked.words]
    return found


def _said(row: Row[Any]) -> Interaction:
    kept = {name: getattr(row, name) for name in _KEPT}
    kept |= {
        "family": Family(row.family),
        "channel": Channel(row.channel),
        "sentiment": None if row.sentiment is None else Sentiment(row.sentiment),
        "quote": Quoting.NO if row.quote is None else Quoting(row.quote),
        "themes": tuple(row.themes),
    }
    return Interaction(**kept, issue=row.issue, about_reference=row.about_reference)

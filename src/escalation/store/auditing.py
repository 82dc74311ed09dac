"""What a verification asks of all rows at once; each question answers the places that are wrong."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, exists, func, select, true, union_all

from escalation.store import models

_EVENT = models.event.c
_CHAIN = models.seal_chain.c


def counts(connection: Connection) -> tuple[int, int, int]:
    """How many entries there are, how many the seals cover, and how many wait to be sealed."""
    covered = func.coalesce(func.sum(_CHAIN.last - _CHAIN.first + 1), 0)
    return (
        int(connection.execute(select(func.count()).select_from(models.event)).scalar_one()),
        int(connection.execute(select(covered)).scalar_one()),
        int(connection.execute(select(func.count()).select_from(models.unsealed)).scalar_one()),
    )


def strays(connection: Connection, limit: int) -> Sequence[Any]:
    """Entries that no seal covers and that do not wait for one: id, aggregate, number."""
    waits = exists().where(models.unsealed.c.event_id == _EVENT.id)
    query = select(_EVENT.id, _EVENT.aggregate, _EVENT.number).where(~waits, ~_covered())
    return connection.execute(query.limit(limit)).all()


def awaited_in_vain(connection: Connection, limit: int) -> Sequence[Any]:
    """Entries that wait to be sealed and are not there, or are sealed already: their ids."""
    waiting = models.unsealed.c.event_id
    joined = select(waiting).select_from(
        models.unsealed.outerjoin(models.event, _EVENT.id == waiting)
    )
    return connection.execute(joined.where(_EVENT.id.is_(None) | _covered()).limit(limit)).all()


def _covered() -> ColumnElement[bool]:
    return exists().where(
        _CHAIN.aggregate == _EVENT.aggregate,
        _CHAIN.last >= _EVENT.number,
        _CHAIN.first <= _EVENT.number,
    )


def wrong_heads(connection: Connection, limit: int, only: str | None = None) -> Sequence[Any]:
    """Chains whose head is not their last entry: aggregate, the head's number, the one found."""
    heads = _heads(only)
    from_head = (_EVENT.aggregate == heads.c.aggregate) & (_EVENT.number >= heads.c.number)
    query = select(heads.c.aggregate, heads.c.number, _EVENT.number).select_from(
        heads.outerjoin(models.event, from_head)
    )
    differs = (_EVENT.number != heads.c.number) | (_EVENT.hash != heads.c.hash)
    wrong = _EVENT.hash.is_(None) | differs
    return connection.execute(query.where(wrong).limit(limit)).all()


def headless(connection: Connection, limit: int, only: str | None = None) -> Sequence[Any]:
    """Chains that are sealed and have no head: their aggregates."""
    issue, head = models.issue.c, models.chain_head.c
    known = [exists().where(its == _CHAIN.aggregate) for its in (issue.id, head.aggregate)]
    query = select(_CHAIN.aggregate).where(_CHAIN.first == 1, ~known[0], ~known[1])
    if only is not None:
        query = query.where(_CHAIN.aggregate == only)
    return connection.execute(query.limit(limit)).all()


def _heads(only: str | None) -> Subquery:
    issue, head = models.issue.c, models.chain_head.c
    issues = select(
        issue.id.label("aggregate"), issue.event_count.label("number"), issue.chain.label("hash")
    )
    others = select(head.aggregate, head.number, head.hash)
    if only is not None:
        issues, others = issues.where(issue.id == only), others.where(head.aggregate == only)
    return union_all(issues, others).subquery("heads")


def disposed(connection: Connection, only: str | None = None) -> Sequence[Any]:
    """Each chain of which content is gone, with what is on the record of it, where something is.

    The aggregate, the last disposed number, and of the journal's entry that the disposal names:
    its aggregate, type and payload.
    """
    named = models.event.alias("named")
    gone = (
        select(_EVENT.aggregate, func.max(_EVENT.number).label("last"))
        .where(_EVENT.disposed.is_not(None), _EVENT.aggregate == only if only else true())
        .group_by(_EVENT.aggregate)
        .subquery("gone")
    )
    disposal = models.disposal.c
    query = (
        select(gone.c.aggregate, gone.c.last, named.c.aggregate, named.c.type, named.c.payload)
        .select_from(gone)
        .outerjoin(models.disposal, disposal.aggregate == gone.c.aggregate)
        .outerjoin(named, named.c.id == disposal.event_id)
    )
    return connection.execute(query).all()

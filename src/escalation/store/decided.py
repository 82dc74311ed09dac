"""The decisions of a digest: what its forum decided in the period, by what was known."""

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from escalation.clock import whole_second
from escalation.digests.selection import Decided, Selection
from escalation.store import models
from escalation.store.base import EPOCH, Id, UtcInstant
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.tuples import Later, Query, each_later

_A_SECOND = timedelta(seconds=1)
_STATEMENTS = 4


def since(
    connection: Connection, selection: Selection, unsealed: Unsealed = ()
) -> Later[tuple[Decided, ...]]:
    """What a forum decided after ``since`` and not after ``as_at``, to the second.

    What it decided on a sealed matter is never among it.
    """
    given = {
        "forum": selection.forum,
        "begun": whole_second(selection.since or EPOCH) + _A_SECOND,
        "ended": selection.as_at + _A_SECOND,
        "known_at": selection.known_at,
    }
    rows = each_later(connection, _decided(unsealed), given)
    return lambda: tuple(starmap(Decided, rows()))


def recorded_at() -> ColumnElement[datetime]:
    """When a decision was recorded: it holds from the whole second before."""
    made = models.decision.c
    return func.coalesce(made.recorded_at, made.decided_at)


@lru_cache(maxsize=_STATEMENTS)
def _decided(unsealed: Unsealed) -> Query:
    made, issue, action = models.decision, models.issue, models.action
    joined = made.outerjoin(issue, issue.c.id == made.c.subject).outerjoin(
        action, action.c.decision_id == made.c.id
    )
    columns = (made.c[name] for name in Decided._fields if name in made.c)
    asked = (action.c.id, action.c.text, action.c.owner, action.c.due_on)
    query = select(*columns, issue.c.reference, *asked).select_from(joined)
    return query.where(
        made.c.forum == bindparam("forum", type_=Id),
        made.c.decided_at >= bindparam("begun", type_=UtcInstant),
        made.c.decided_at < bindparam("ended", type_=UtcInstant),
        recorded_at() <= bindparam("known_at", type_=UtcInstant),
        or_(issue.c.id.is_(None), open_to_all(unsealed)),
    )

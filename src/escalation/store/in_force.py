"""What was in force as at an instant, by what was known: a publication, a directory."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Connection, bindparam, select

from escalation.store import models
from escalation.store.base import UtcInstant
from escalation.store.framework import VERSION, DirectoryVersion
from escalation.store.tuples import Query, fetched

_A_SECOND = timedelta(seconds=1)
_KNOWN_AT: ColumnElement[datetime] = bindparam("known_at", type_=UtcInstant)


@dataclass(frozen=True, slots=True)
class InForce:
    """What was in force: a publication's hash, and a version of the directory."""

    publication: str
    directory: DirectoryVersion


def in_force(connection: Connection, as_at: datetime, known_at: datetime) -> InForce | None:
    """The publication and directory that were in force at ``as_at``, in whole seconds.

    Where none was yet, the first that was known by ``known_at``; None where there was none.
    """
    publication = _published(connection, as_at, known_at)
    directory = _applied(connection, as_at, known_at)
    return None if publication is None or directory is None else InForce(publication, directory)


def _published(connection: Connection, as_at: datetime, known_at: datetime) -> str | None:
    rows = fetched(connection, _publications(), {"known_at": known_at})
    by_then = [payload for payload, recorded_at in rows if recorded_at < as_at + _A_SECOND]
    chosen = by_then[-1] if by_then else next((payload for payload, _ in rows), None)
    return None if chosen is None else str(json.loads(chosen)["hash"])


@cache
def _publications() -> Query:
    table = models.event.c
    query = select(table.payload, table.recorded_at).where(
        table.aggregate == "ladders",
        table.type == "ladder.published",
        table.recorded_at <= _KNOWN_AT,
    )
    return query.order_by(table.number)


def _applied(
    connection: Connection, as_at: datetime, known_at: datetime
) -> DirectoryVersion | None:
    given = {"ended": as_at + _A_SECOND, "known_at": known_at}
    for first in (False, True):
        rows = fetched(connection, _directories(first=first), given)
        if rows:
            return DirectoryVersion(*rows[0])
    return None


@cache
def _directories(*, first: bool) -> Query:
    """The last version that was applied by then, or the first that is known."""
    table = models.directory_version.c
    query = VERSION.where(table.applied_at <= _KNOWN_AT)
    if first:
        return query.order_by(table.epoch).limit(1)
    by_then = query.where(table.applied_at < bindparam("ended", type_=UtcInstant))
    return by_then.order_by(table.epoch.desc()).limit(1)

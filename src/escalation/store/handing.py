"""Deliveries while they are handed over to who cannot be asked what they have taken."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, bindparam, func, select, update

from escalation.store import models
from escalation.store.deliveries import DeliveryState
from escalation.store.dialect import any_given, any_of
from escalation.store.statements import made_once


@dataclass(frozen=True, slots=True)
class Begun:
    """A message's end may be sent from now on.

    Its delivery ``belongs`` so long at least to who claimed it with that ``token``, and now waits
    for an answer.
    """

    delivery: str
    token: int
    belongs: timedelta


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a whole message; without a ``status`` it was not taken."""

    delivery: str
    token: int
    status: int | None


Note = Begun | Answered


def note(connection: Connection, notes: Sequence[Note], now: datetime) -> set[Note]:
    """Note these, what has begun before what was answered.

    Answers those whose delivery was still theirs who noted it.
    """
    begun: dict[tuple[int, timedelta], list[Begun]] = defaultdict(list)
    answered: dict[tuple[int, int | None], list[Answered]] = defaultdict(list)
    for each in notes:
        if isinstance(each, Begun):
            begun[each.token, each.belongs].append(each)
        else:
            answered[each.token, each.status].append(each)
    kept: set[Note] = set()
    for (token, belongs), of in begun.items():
        rows = _changed(connection, _begins, of, token, {"at": now})
        short = [name for name, until in rows.items() if until < now + belongs]
        if short:
            d = models.delivery
            longer = update(d).where(any_of(connection, d.c.id, short))
            connection.execute(longer.values(next_at=now + belongs))
        kept |= {each for each in of if each.delivery in rows}
    for (token, status), those in answered.items():
        made = _refuses if status is None else _answers
        rows = _changed(connection, made, those, token, {"status": status})
        kept |= {each for each in those if each.delivery in rows}
    return kept


def unconfirmed(connection: Connection) -> int:
    """How many are dead because it is not known whether they were taken, mails among them."""
    d = models.delivery
    query = select(func.count()).where(
        d.c.state == DeliveryState.DEAD.value, d.c.handed_at.is_not(None)
    )
    return connection.scalar(query) or 0


def _changed(
    connection: Connection,
    made: Callable[[Dialect], Executable],
    notes: Sequence[Note],
    token: int,
    to: Mapping[str, Any],
) -> dict[str, datetime]:
    """Change those of these deliveries that are sent under this token; whose until when."""
    given = {"ids": [each.delivery for each in notes], "of": token, **to}
    rows = connection.execute(made(connection.dialect), given).all()
    return {name: until for name, until in rows}  # noqa: C416 - rows are not pairs to mypy


# Made once: making them anew takes longer than running them.
@made_once()
def _begins(of: Dialect) -> Executable:
    return _change(of, {"handed_at": bindparam("at")})


@made_once()
def _answers(of: Dialect) -> Executable:
    return _change(of, {"handed_status": bindparam("status")})


@made_once()
def _refuses(of: Dialect) -> Executable:
    return _change(of, {"handed_status": bindparam("status"), "handed_at": None})


def _change(of: Dialect, to: Mapping[str, Any]) -> Executable:
    d = models.delivery
    theirs = any_given(of, d.c.id, "ids"), d.c.token == bindparam("of")
    sending = update(d).where(*theirs, d.c.state == DeliveryState.SENDING.value)
    return sending.values(**to).returning(d.c.id, d.c.next_at)

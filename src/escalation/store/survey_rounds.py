"""Rounds of periodic surveys, kept: who was asked, by a hash alone, and how many have answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select, update

from escalation.store import dialect, models
from escalation.store.dialect import any_of
from escalation.store.models.surveys import PLACES
from escalation.store.surveys import Invitation

_T = models.survey_invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsked:
    """Somebody who is asked now; ``places`` is whose answer it will be."""

    id: str
    survey: str
    period: str
    respondent: str
    invited_at: datetime
    expires_at: datetime
    places: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invitation of a round stands."""

    invitation: Invitation
    reminded: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a round has come to; nobody is named."""

    survey: str
    period: str
    begun_at: datetime
    ends_at: datetime
    asked: int
    answered: int
    reminded: int


def ask(connection: Connection, made: Sequence[NewAsked]) -> list[NewAsked]:
    """Keep who is asked; answers who was not asked before, whoever else asks at this moment."""
    if not made:
        return []
    rows = [
        {
            **{name: getattr(each, name) for name in NewAsked.__slots__ if name != "places"},
            "reminded": 0,
            **{name: each.places.get(name) for name in PLACES},
        }
        for each in sorted(made, key=lambda each: each.respondent)
    ]
    connection.execute(dialect.insert(connection, _T).on_conflict_do_nothing(), rows)
    mine = any_of(connection, _T.c.id, [each.id for each in made])
    there = set(connection.scalars(select(_T.c.id).where(mine)))
    return [each for each in made if each.id in there]


def asked(connection: Connection, survey: str, period: str) -> dict[str, Standing]:
    """Who was asked in a period, by the hash of who they are."""
    names = [name for name in Invitation.__slots__ if name != "issue"]
    query = select(*(_T.c[name] for name in names), _T.c.respondent, _T.c.reminded)
    query = query.where(_T.c.survey == survey, _T.c.period == period)
    return {
        row["respondent"]: Standing(
            Invitation(issue=None, **{name: row[name] for name in names}), row["reminded"] or 0
        )
        for row in connection.execute(query).mappings()
    }


def remind(connection: Connection, invitation: str, times: int) -> bool:
    """Note that somebody is reminded that often; false where they were, or have answered."""
    change = update(_T).where(
        _T.c.id == invitation,
        _T.c.answered_at.is_(None),
        or_(_T.c.reminded.is_(None), _T.c.reminded < times),
    )
    return connection.execute(change.values(reminded=times)).rowcount == 1


def counted(connection: Connection) -> list[Counted]:
    """Every round that anybody was asked in, the newest first."""
    begun, ends = func.min(_T.c.invited_at), func.max(_T.c.expires_at)
    query = select(
        _T.c.survey,
        _T.c.period,
        begun.label("begun_at"),
        ends.label("ends_at"),
        func.count().label("asked"),
        func.count(_T.c.answered_at).label("answered"),
        func.count(case((_T.c.reminded > 0, 1))).label("reminded"),
    )
    query = query.where(_T.c.period.is_not(None)).group_by(_T.c.survey, _T.c.period)
    rows = connection.execute(query.order_by(begun.desc(), _T.c.survey)).mappings()
    return [Counted(**row) for row in rows]

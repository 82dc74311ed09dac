"""Seats: who holds them, or held them, and those that nobody holds."""

from typing import Annotated

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.schemas.answers import Listed
from escalation.api.schemas.directory import SeatQuery, SeatResolved, VacancyQuery
from escalation.services.reading import seats, vacancies


def get_seat(asked: Ask, query: Annotated[SeatQuery, Query()]) -> Response:
    """Who holds a seat, or held it at `as_at`, and why.

    With `known_at` by the directory that was in force then, and without it by the present one.
    """
    with asked.means.reader.look(asked.caller) as look:
        found = seats.resolved(look, query.seat)
    return paging.single(found)


def list_vacancies(asked: Ask, query: Annotated[VacancyQuery, Query()]) -> Response:
    """The open alarms: seats that nobody holds, the longest empty first."""
    after = paging.instant_of(asked, query.cursor)
    with asked.means.reader.look(asked.caller) as look:
        page = vacancies.page(look, query.wanted(after))
    return paging.answer(asked, page)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/seats",
        name="get_seat",
        tag="directory",
        summary="Find who holds a seat",
        endpoint=get_seat,
        answer=SeatResolved,
        refusals=(*READS, 404, 422),
    ),
    Operation(
        method="GET",
        path="/v1/vacancies",
        name="list_vacancies",
        tag="directory",
        summary="List seats that nobody holds",
        endpoint=list_vacancies,
        answer=Listed,
        refusals=READS,
    ),
)

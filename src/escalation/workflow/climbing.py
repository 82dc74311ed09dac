"""Onto another rung: where an issue lands, who holds it there, and what begins to run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from escalation.routing.effective import EffectiveRung, Warnings
from escalation.routing.entry import next_rung
from escalation.routing.seats import Holding, Parties, holder, holdings, next_change
from escalation.routing.shape import Shape
from escalation.routing.vocabulary import EmptySeat, Role, RungKind, Side
from escalation.workflow import forum
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Issue, Visit
from escalation.workflow.states import Act, ClockEnd, ClockKind, Status

RUNG_CLOCKS = (
    ClockKind.ACKNOWLEDGE,
    ClockKind.RUNG,
    ClockKind.FORUM,
    ClockKind.OUT_OF_SESSION,
    ClockKind.HOLD,
    ClockKind.REVIEW,
    ClockKind.REMIND,
)
"""What ends when a rung is left; ``overall`` and ``inform`` are the issue's, not a rung's."""


class Vacancy(Struct, frozen=True):
    """A seat that nobody holds."""

    rung: str
    holding: Holding


class Landing(Struct, frozen=True):
    """The rung an issue comes to, its holders, and what was passed over on the way and why."""

    rung: EffectiveRung
    seats: dict[Side, Holding]
    passed: tuple[str, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()

    @property
    def at_forum(self) -> bool:
        """Whether a forum sits there."""
        return self.rung.kind is RungKind.FORUM


NOBODY: frozenset[str] = frozenset()


def seats_at(
    under: Agreement,
    rung: EffectiveRung,
    shape: Shape,
    at: datetime,
    excluded: frozenset[str] = NOBODY,
    present: Mapping[Side, Holding] | None = None,
) -> dict[Side, Holding]:
    """Who holds the seats of a rung for an issue of this shape.

    None of ``excluded`` leads, if officers do: a forum decides as a body, without those of it
    who are recused. Of several in one seat, whoever is ``present`` in it stays.
    """
    kept_out = NOBODY if rung.kind is RungKind.FORUM else excluded
    parties = parties_of(under, shape)
    return holdings(
        under.directory,
        rung,
        parties,
        at,
        kept_out,
        rule=under.ladder.empty_seat(rung.id),
        turns=under.turns,
        present=present,
    )


def handled_by(issue: Issue, visits: int | None = None) -> frozenset[str]:
    """Everybody who has held a seat of it, in its first ``visits`` stays on a rung or in all."""
    return frozenset(person for visit in issue.visits[:visits] for person in visit.holders)


def barred(issue: Issue) -> frozenset[str]:
    """Who may not lead on the rung where it stands: of a disputed issue, who handled it before.

    Source: the domain's "The life of an issue", on disputes.
    """
    here = issue.visits[-1] if issue.visits else None
    if here is None or here.how != Act.DISPUTE:
        return NOBODY
    return handled_by(issue, len(issue.visits) - 1)


def parties_of(under: Agreement, shape: Shape) -> Parties:
    """Between whom an issue of this shape stands, as seats are found by it."""
    return Parties(
        provider=shape.provider or "",
        agency=shape.agency,
        function=shape.function,
        region=shape.region,
        corporate_purchaser=under.corporate_purchaser,
        agreement=under.ladder.ola,
        without=shape.without,
    )


def land(
    under: Agreement,
    rung: EffectiveRung,
    shape: Shape,
    passed: tuple[str, ...] = (),
    excluded: frozenset[str] = NOBODY,
) -> Landing:
    """Come to ``rung``; past it where its lead's seat is empty and the rung says so.

    Domain, section 5: the empty-seat rule for the lead is ``alternate``, ``next_rung`` or
    ``alarm``; an empty counterpart seat is alarmed only. The climb is bounded by the ladder.
    A seat that is empty because its holders are ``excluded`` is alarmed, not passed over.
    """
    vacancies: list[Vacancy] = []
    while True:
        seats = seats_at(under, rung, shape, shape.at, excluded)
        vacancies.extend(Vacancy(rung.id, held) for held in seats.values() if held.person is None)
        appointed = seats_at(under, rung, shape, shape.at) if excluded else seats
        lead = appointed.get(rung.lead)
        leaderless = lead is not None and lead.person is None and rung.kind is RungKind.OFFICERS
        passes = leaderless and under.ladder.empty_seat(rung.id) is EmptySeat.NEXT_RUNG
        above, skipped = next_rung(under.ladder, rung.id, shape) if passes else (None, ())
        if above is None:
            return Landing(rung, seats, passed, tuple(vacancies))
        passed = (*passed, passed_over(rung), *skipped)
        rung = above


def passed_over(rung: EffectiveRung) -> str:
    """Why a rung without a holder to lead was passed over."""
    return f"{rung.title}: nobody holds the seat that leads"


def land_above(
    under: Agreement, issue: Issue, at: datetime, excluded: frozenset[str] = NOBODY
) -> Landing | None:
    """The next rung up by the ladder's skip rules; ``None`` on the last."""
    shape = issue.shape(at)
    above, skipped = next_rung(under.ladder, issue.rung, shape)
    return None if above is None else land(under, above, shape, skipped, excluded)


def land_on(under: Agreement, issue: Issue, rung_id: str, at: datetime) -> Landing:
    """A named rung, as somebody chose it: an empty seat there is alarmed, not passed over."""
    rung = under.ladder.rung(rung_id)
    seats = seats_at(under, rung, issue.shape(at), at)
    empty = tuple(Vacancy(rung.id, held) for held in seats.values() if held.person is None)
    return Landing(rung, seats, (), empty)


def leave(draft: Draft, agenda_outcome: str, *, how: ClockEnd = ClockEnd.STOPPED) -> None:
    """Leave the present rung: its clocks end, a forum's agenda lets the item go."""
    draft.stop(*RUNG_CLOCKS, how=how)
    forum.take_off(draft, agenda_outcome)


def enter(draft: Draft, landing: Landing, how: str) -> None:
    """Stand on the landing's rung from now: holders, stay, clocks, agenda, alarms."""
    rung = landing.rung
    visit = Visit(
        rung=rung.id,
        entered_at=draft.now,
        how=how,
        came_from=draft["rung"] if draft["visits"] else None,
        holders=tuple(h.person for h in landing.seats.values() if h.person is not None),
    )
    draft.set(
        rung=rung.id,
        layer=rung.standing,
        entered_at=draft.now,
        visits=(*draft["visits"], visit),
        seats=landing.seats,
        given=(),
        vacant=_vacant(draft, rung, landing.seats, ()),
        directory_epoch=draft.under.directory_epoch,
        seats_until=_seats_until(draft, rung),
        forum=None,
        meeting=None,
        meeting_at=None,
        carried_over=0,
        hold=None,
        exhausted_at=None,
    )
    begin_rung_clocks(draft, rung)
    for vacancy in landing.vacancies:
        alarm(draft, vacancy)


def begin_rung_clocks(draft: Draft, rung: EffectiveRung) -> None:
    """The clocks of a rung just entered; the first rung's acknowledge clock runs from receipt."""
    if rung.kind is RungKind.FORUM:
        forum.table_next(draft, rung)
        forum.begin_out_of_session(draft, rung)
        return
    severity = draft["severity"]
    first = draft.visit == 1
    draft.begin(
        ClockKind.ACKNOWLEDGE,
        rung.acknowledge[severity].value,
        draft["received_at"] if first else draft.now,
    )
    draft.begin(ClockKind.RUNG, rung.targets[severity].value, warnings=warnings_of(rung))


def warnings_of(rung: EffectiveRung) -> tuple[str, ...]:
    """A rung's warnings as clocks keep them."""
    return _told_of(rung.warnings.value)


@lru_cache(maxsize=1024)
def _told_of(warnings: Warnings) -> tuple[str, ...]:
    return tuple(f"{w}%" if isinstance(w, int) else str(w) for w in warnings)


def seat_people(draft: Draft, rung: EffectiveRung, seats: dict[Side, Holding]) -> None:
    """These holders from now on; the visit keeps everybody who has held a seat in it."""
    *before, visit = draft["visits"]
    people = (held.person for held in seats.values() if held.person is not None)
    holders = tuple(dict.fromkeys((*visit.holders, *people)))
    draft.set(
        seats=seats,
        visits=(*before, replace(visit, holders=holders)),
        vacant=_vacant(draft, rung, seats, draft["vacant"]),
    )


def seat_anew(draft: Draft, rung: EffectiveRung, seats: dict[Side, Holding]) -> None:
    """Seats that were resolved again: a change of holder is told, a seat now empty alarmed."""
    draft.set(directory_epoch=draft.under.directory_epoch, seats_until=_seats_until(draft, rung))
    if seats == draft["seats"]:
        return
    before = seats_told(draft["seats"])
    seat_people(draft, rung, seats)
    if seats_told(seats) != before:
        draft.event(EventType.HOLDER_CHANGED, {"from": before, "seats": seats_told(seats)})
    for side, held in seats.items():
        if held.person is None and before.get(side) is not None:
            alarm(draft, Vacancy(rung.id, held))


def _vacant(
    draft: Draft,
    rung: EffectiveRung,
    seats: Mapping[Side, Holding],
    before: tuple[Mapping[str, Any], ...],
) -> tuple[Mapping[str, Any], ...]:
    """The seats that nobody holds; one that was empty before is so since then."""
    since = {each["side"]: each["since"] for each in before}
    return tuple(
        {
            "rung": rung.id,
            "side": side.value,
            "role": held.role.value,
            "since": since.get(side.value, draft.now.isoformat()),
            "reason": held.reason,
        }
        for side, held in seats.items()
        if held.person is None
    )


def _seats_until(draft: Draft, rung: EffectiveRung) -> datetime | None:
    """When a term of these seats, or a delegation, next begins or ends."""
    parties = Parties(draft["provider"], draft["agency"])
    second = next_change(draft.directory, rung.seats, parties, draft.now)
    return None if second is None else datetime.fromtimestamp(second, UTC)


def alarm(draft: Draft, vacancy: Vacancy) -> None:
    """A seat that nobody holds is told, never passed over in silence."""
    held = vacancy.holding
    draft.event(
        EventType.SEAT_VACANT,
        {
            "rung": vacancy.rung,
            "side": held.side,
            "role": held.role,
            "detail": held.reason,
            "tells": told_of_vacancy(draft.under, draft.issue, draft.now),
        },
    )


def told_of_vacancy(under: Agreement, issue: Issue, at: datetime) -> dict[str, str | None]:
    """Who sees to an empty seat: the provider's account manager, and the next forum's secretary."""
    parties = parties_of(under, issue.shape(at))
    manager = holder(under.directory, Side.PROVIDER, Role.ACCOUNT_MANAGER, parties, at)
    body = forum.next_body(under, issue)
    return {
        "account_manager": manager.person,
        "secretariat": None if body is None else body.secretariat,
    }


def exhaust(draft: Draft, due_at: datetime | None = None) -> None:
    """Rule 8: the last rung never loops silently; reminded of at the ladder's cadence."""
    again = draft["exhausted_at"] is not None
    draft.set(exhausted_at=draft["exhausted_at"] or draft.now)
    told = {
        "rung": draft["rung"],
        "reminder": again or None,
        "external_review": draft.ladder.external_review.value,
    }
    draft.event(EventType.EXHAUSTED, told, due_at=due_at)
    draft.stop(ClockKind.REMIND)
    draft.begin(ClockKind.REMIND, draft.ladder.clocks.remind.value)


def seats_told(seats: dict[Side, Holding]) -> dict[str, str | None]:
    """Holders by side, as an event's payload has them."""
    return {str(side): held.person for side, held in seats.items()}


def status_at(landing: Landing) -> Status:
    """The state of an issue that has just come to a rung."""
    return Status.TABLED if landing.at_forum else Status.OPEN

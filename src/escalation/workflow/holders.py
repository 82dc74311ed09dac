"""A seat changes hands: given by hand, its holder recused, or by the directory.

Source: the domain's "Who holds a seat".
"""

from datetime import datetime
from typing import cast

from msgspec.structs import replace

from escalation.routing.effective import EffectiveRung
from escalation.routing.entry import next_rung
from escalation.routing.seats import Holding
from escalation.routing.vocabulary import EmptySeat, RungKind, Side
from escalation.workflow.acts import Move, move
from escalation.workflow.case import Case
from escalation.workflow.climbing import (
    Vacancy,
    barred,
    land,
    passed_over,
    seat_anew,
    seat_people,
    seats_at,
    status_at,
)
from escalation.workflow.commands import Reassign, Recuse
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Issue
from escalation.workflow.states import Status


def reassign(draft: Draft, case: Case[Reassign], status: Status) -> None:  # noqa: ARG001 - one shape
    """Another holder of one seat, by name; kept until the rung is left."""
    seat = case.ask.seat
    before: Holding = draft["seats"][seat]
    reason = f"given to them by {draft.command.actor.name}"
    after = Holding(side=seat, role=before.role, person=case.ask.person, reason=reason)
    given = tuple(dict.fromkeys((*draft["given"], seat)))
    draft.set(given=given)
    seat_people(draft, case.rung, {**draft["seats"], seat: after})
    told = {"seat": seat, "from": before.person, "to": after.person, "role": before.role}
    draft.event(EventType.REASSIGNED, told)


def recuse(draft: Draft, case: Case[Recuse], status: Status) -> None:  # noqa: ARG001 - one shape
    """Somebody is kept out of every seat of the issue from now on: an alternate, or who is next.

    Why stands on the timeline alone; that the holder has changed is told.
    """
    seat = case.ask.seat
    person = case.ask.person or draft["seats"][seat].person
    given = tuple(side for side in draft["given"] if draft["seats"][side].person != person)
    draft.set(recused=(*draft["recused"], person), given=given)
    draft.event(EventType.RECUSED, {"seat": seat, "person": person})
    resolve_again(draft)


def seats_changed(draft: Draft) -> None:
    """Seats that the directory has changed since, or a term that has begun or ended: told once."""
    issue = draft.facts.issue
    due = issue.seats_until is not None and issue.seats_until <= draft.now
    if issue.unresolved and (due or issue.directory_epoch < draft.under.directory_epoch):
        resolve_again(draft)


def resolve_again(draft: Draft) -> None:
    """Who holds the seats now; an empty leading seat is dealt with as on entry."""
    issue, under, now = draft.issue, draft.under, draft.now
    rung = draft.ladder.rung(issue.rung)
    seats = seats_at(under, rung, issue.shape(now), now, barred(issue), issue.seats)
    kept = tuple(side for side in issue.given if _still_there(draft, issue, side, now))
    if kept != issue.given:
        draft.set(given=kept)
    seats |= {side: issue.seats[side] for side in kept}
    if not _passes_on(draft, rung, seats):
        seat_anew(draft, rung, seats)


def _still_there(draft: Draft, issue: Issue, side: Side, at: datetime) -> bool:
    """Whether who was given a seat by hand is in the directory yet: else nobody would see it."""
    person = issue.seats[side].person or ""
    return draft.directory.employed(person, at)


def _passes_on(draft: Draft, rung: EffectiveRung, seats: dict[Side, Holding]) -> bool:
    """Climb where the seat that leads has become empty and the rung says `next_rung`."""
    lead = seats.get(rung.lead)
    empty = lead is not None and lead.person is None and rung.kind is RungKind.OFFICERS
    by_rule = draft.ladder.empty_seat(rung.id) is EmptySeat.NEXT_RUNG
    issue = draft.issue
    if not empty or not by_rule or barred(issue):
        return False
    shape = issue.shape(draft.now)
    above, skipped = next_rung(draft.ladder, rung.id, shape)
    higher = cast("EffectiveRung", above)  # the last rung has no such rule
    landing = land(draft.under, higher, shape, (passed_over(rung), *skipped))
    empty_here = (Vacancy(rung.id, held) for held in seats.values() if held.person is None)
    landing = replace(landing, vacancies=(*empty_here, *landing.vacancies))
    by = Move(kind=EventType.ESCALATED, how="nobody holds the seat that leads")
    move(draft, landing, status_at(landing), by)
    return True

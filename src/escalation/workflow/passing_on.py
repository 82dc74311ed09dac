"""The empty-seat rule on a rung where an issue stands: nobody is left to lead, so it goes on.

Source: the domain's "Who holds a seat"; what it does on entry is :func:`climbing.land`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from msgspec.structs import replace

from escalation.routing.effective import EffectiveRung
from escalation.routing.entry import next_rung
from escalation.routing.seats import Holding
from escalation.routing.vocabulary import EmptySeat, RungKind, Side
from escalation.workflow.acts import Move, move
from escalation.workflow.climbing import Landing, Vacancy, barred, land, passed_over, seat_anew
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Issue
from escalation.workflow.states import Status


def passed_on(under: Agreement, before: Issue, after: Issue, now: datetime) -> Landing | None:
    """Where an issue goes whose leading seat has become empty, if its rung says `next_rung`.

    ``before`` and ``after`` have the holders of its seats before and after what has changed them.
    One that stands disputed stays: who may lead there has been narrowed on purpose.
    """
    rung = under.ladder.rung(after.rung)
    emptied = tuple(
        Vacancy(rung.id, held)
        for side, held in after.seats.items()
        if held.person is None and _held(before, side)
    )
    leads = any(vacancy.holding.side is rung.lead for vacancy in emptied)
    if rung.kind is not RungKind.OFFICERS or not leads or barred(after):
        return None
    if under.ladder.empty_seat(rung.id) is not EmptySeat.NEXT_RUNG:
        return None
    shape = after.shape(now)
    above, skipped = next_rung(under.ladder, rung.id, shape)
    higher = cast("EffectiveRung", above)  # the last rung has no such rule
    landing = land(under, higher, shape, (passed_over(rung), *skipped))
    return replace(landing, vacancies=(*emptied, *landing.vacancies))


def _held(issue: Issue, side: Side) -> bool:
    return side in issue.seats and issue.seats[side].person is not None


def hand_over(
    draft: Draft, seats: Mapping[Side, Holding], landing: Landing | None, status: Status
) -> None:
    """These holders from now on; or where nobody leads, on to ``landing`` in its state."""
    if landing is None:
        seat_anew(draft, draft.ladder.rung(draft["rung"]), dict(seats))
        return
    by = Move(kind=EventType.ESCALATED, how="nobody holds the seat that leads")
    move(draft, landing, status, by)

"""A seat changes hands: given by hand, its holder recused, or by the directory.

Source: the domain's "Who holds a seat".
"""

from datetime import datetime
from typing import cast

from msgspec.structs import replace

from escalation.routing.seats import Holding
from escalation.routing.vocabulary import Side
from escalation.workflow.case import Case
from escalation.workflow.climbing import Landing, barred, seat_people, seats_at, status_at
from escalation.workflow.commands import Reassign, Recuse
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Facts, Issue
from escalation.workflow.passing_on import hand_over, passed_on
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


def recuse(draft: Draft, case: Case[Recuse], status: Status) -> None:
    """Somebody is kept out of every seat of the issue from now on: an alternate, or who is next.

    Why stands on the timeline alone; that the holder has changed is told.
    """
    after = _recused(case.facts, case.ask, draft.now)
    draft.set(recused=after.recused, given=after.given)
    draft.event(EventType.RECUSED, {"seat": case.ask.seat, "person": after.recused[-1]})
    hand_over(draft, after.seats, case.landing, status)


def where_recusing_leads(facts: Facts, ask: Recuse, now: datetime) -> Landing | None:
    """The rung that a recusal passes the issue on to; ``None`` where it stays."""
    if ask.seat not in facts.issue.seats or _whom(facts.issue, ask) is None:
        return None  # the rules refuse it
    return passed_on(facts.under, facts.issue, _recused(facts, ask, now), now)


def _whom(issue: Issue, ask: Recuse) -> str | None:
    """Whom it keeps out: who is named, else the seat's holder."""
    return ask.person or issue.seats[ask.seat].person


def _recused(facts: Facts, ask: Recuse, now: datetime) -> Issue:
    """The issue with one more recused, who holds no seat of it and is given none any longer."""
    issue = facts.issue
    person = cast("str", _whom(issue, ask))  # the rules made sure
    given = tuple(side for side in issue.given if issue.seats[side].person != person)
    without = replace(issue, recused=(*issue.recused, person), given=given)
    return _found_again(facts.under, without, now)


def seats_changed(draft: Draft) -> None:
    """Seats that the directory has changed since, or a term that has begun or ended: told once."""
    issue, under, now = draft.facts.issue, draft.under, draft.now
    due = issue.seats_until is not None and issue.seats_until <= now
    if not issue.unresolved or not (due or issue.directory_epoch < under.directory_epoch):
        return
    after = _found_again(under, issue, now)
    if after.given != issue.given:
        draft.set(given=after.given)
    landing = passed_on(under, issue, after, now)
    hand_over(draft, after.seats, landing, status_at(landing) if landing else issue.status)


def _found_again(under: Agreement, issue: Issue, now: datetime) -> Issue:
    """The issue with who holds its seats now; who was given one keeps it while they are there."""
    rung = under.ladder.rung(issue.rung)
    kept = tuple(side for side in issue.given if _still_there(under, issue, side, now))
    seats = seats_at(under, rung, issue.shape(now), now, barred(issue), issue.seats)
    return replace(issue, given=kept, seats={**seats, **{side: issue.seats[side] for side in kept}})


def _still_there(under: Agreement, issue: Issue, side: Side, at: datetime) -> bool:
    """Whether who was given a seat by hand is in the directory yet: else nobody would see it."""
    person = issue.seats[side].person or ""
    return under.directory.employed(person, at)

"""The rules that refuse an act, by name. Each looks at the case and says why not, or nothing.

The name of a rule is the ``code`` of its refusal. A case holds the facts, the ask and what has
been worked out for it (where it would land).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from escalation.routing.vocabulary import Resolve
from escalation.workflow import advising, agreeing, forum, sides, ties
from escalation.workflow.case import Case
from escalation.workflow.commands import (
    Decide,
    Defer,
    Hold,
    Name,
    Reassign,
    Reclassify,
    RecordReferral,
    Recuse,
    ReportUp,
    Unname,
)
from escalation.workflow.states import ClockKind, Effect

REFER_BACKS = 2
"""How often an issue may be referred back between the same two rungs (domain, section 4)."""


def not_your_seat(case: Case[Any]) -> str | None:
    """A key that names a person acts only for the seats that this person holds."""
    return sides.not_your_seat(case.facts, case.actor, case.ask)


def no_further_rung(case: Case[Any]) -> str | None:
    """There is nothing above the last rung but the raiser's external rights."""
    if case.landing is not None:
        return None
    rights = case.facts.under.ladder.external_review.value
    return f"{case.rung.title} is the last rung of {case.facts.under.ladder.title}. {rights}"


def review_window_over(case: Case[Any]) -> str | None:
    """An outcome may be disputed within its review window, also before the engine has closed it."""
    review = case.facts.clock(ClockKind.REVIEW)
    if review is None or review.due_at is None or case.now < review.due_at:
        return None
    return (
        f"The review window ended {review.due_at.isoformat()}; reopen it if the matter came back."
    )


def not_above(case: Case[Any]) -> str | None:
    """A skip goes up."""
    landing = case.landing
    if landing is not None and case.position(landing.rung.id) > case.position(case.issue.rung):
        return None
    name = landing.rung.title if landing else "The rung named"
    return f"{name} is not above {case.rung.title}: skip goes up, refer-back goes down."


def nowhere_to_refer_back(case: Case[Any]) -> str | None:
    """A referral back goes down, to a rung that is there."""
    landing = case.landing
    if landing is not None and case.position(landing.rung.id) < case.position(case.issue.rung):
        return None
    if landing is not None:
        return f"{landing.rung.title} is not below {case.rung.title}."
    return f"It came to {case.rung.title} from no lower rung; name one with `to`."


def referred_back_too_often(case: Case[Any]) -> str | None:
    """At most twice between the same two rungs."""
    below = case.lands.rung
    pair = (case.issue.rung, below.id)
    times = sum((v.came_from, v.rung) == pair and v.how == "refer-back" for v in case.issue.visits)
    if times < REFER_BACKS:
        return None
    return (
        f"It has been referred back from {case.rung.title} to {below.title} "
        f"{times} times; the limit is {REFER_BACKS}. Decide it here or escalate it."
    )


def hold_ends_in_the_past(case: Case[Hold]) -> str | None:
    """A hold waits for something ahead."""
    if case.ask.until > case.now:
        return None
    return (
        f"`until` must be ahead; it is {case.ask.until.isoformat()}, now is {case.now.isoformat()}."
    )


def hold_too_long(case: Case[Hold]) -> str | None:
    """A hold is capped per what it waits for."""
    cap = case.facts.under.ladder.clocks.hold_caps[case.ask.awaiting].value
    latest = forum.after(case.now, cap, case.facts.under.calendar(case.issue.calendar))
    if case.ask.until <= latest:
        return None
    return (
        f"A hold that awaits the {case.ask.awaiting.replace('_', ' ')} may last {cap}: "
        f"`until` may be {latest.isoformat()} at the latest."
    )


def no_higher_forum(case: Case[ReportUp]) -> str | None:
    """Reporting up needs a body that sits above."""
    return (
        None
        if forum.reports_to(case.facts, case.ask.to)
        else (
            f"No forum sits above {case.rung.title} for this issue; name a forum's code with `to`."
        )
    )


def already_reported_there(case: Case[ReportUp]) -> str | None:
    """Once before each body."""
    body = forum.reports_to(case.facts, case.ask.to)
    reports = case.issue.reported_up
    if body is None or all(r["forum"] != body.code or "noted_at" in r for r in reports):
        return None
    return f"It has been reported up to {body.title} already and stands in its digests."


def no_such_seat(case: Case[Any]) -> str | None:
    """Only a seat that the rung has can be given to somebody, or acted for."""
    if case.ask.seat in case.rung.seats:
        return None
    return f"{case.rung.title} has no seat on the {case.ask.seat} side."


def may_not_hold_it(case: Case[Reassign]) -> str | None:
    """Neither whom it is about nor who has been recused takes a seat."""
    person = case.ask.person
    known = case.facts.under.directory.people.get(person)
    name = known.name if known else person
    for bypass in case.issue.shape(case.now).without:
        if bypass.person in {person, name}:
            return f"{name} {bypass.why}: give the seat to somebody else."
    return None


def has_it_already(case: Case[Reassign]) -> str | None:
    """A seat that somebody has been given by hand is not given to them again."""
    seat = case.ask.seat
    given = seat in case.issue.given and case.issue.seats[seat].person == case.ask.person
    return f"{case.ask.person} has been given that seat already." if given else None


def nobody_to_recuse(case: Case[Recuse]) -> str | None:
    """An empty seat has no holder who could be recused."""
    if case.ask.person is not None or case.issue.seats[case.ask.seat].person is not None:
        return None
    return f"Nobody holds the {case.ask.seat} seat; name with `person` who is to be kept out."


def recused_already(case: Case[Recuse]) -> str | None:
    """Once is enough: who is recused holds no seat of the issue any more."""
    if case.ask.person not in case.issue.recused:
        return None
    return f"{case.ask.person} is recused already, and holds no seat of {case.issue.reference}."


def not_on_the_new_ladder(case: Case[Reclassify]) -> str | None:
    """A reclassified issue keeps its rung, so the ladder it comes under must have it."""
    moved = case.ask.changes.get("entry")
    if moved is None or any(rung.id == case.issue.rung for rung in moved.ladder.rungs):
        return None
    return (
        f"It would come under {moved.ladder.title}, which has no rung `{case.issue.rung}`. "
        "Withdraw it and log it anew there."
    )


def both_must_agree(case: Case[Any]) -> str | None:
    """On a rung with ``resolve: both`` one seat proposes and the other answers."""
    if case.rung.resolve.value is Resolve.LEAD:
        return None
    return (
        f"On {case.rung.title} both seats resolve together: propose, and let the other side agree."
    )


def not_on_that_agenda(case: Case[Decide | Defer]) -> str | None:
    """A meeting deals with what is tabled for it."""
    if case.ask.meeting == case.issue.meeting:
        return None
    return f"{case.issue.reference} is not on the agenda of meeting {case.ask.meeting}."


def meeting_not_begun(case: Case[Any]) -> str | None:
    """Decided at the meeting, or before it where the rung gives an out-of-session target."""
    begins = cast("datetime", case.issue.meeting_at)  # it is on that meeting's agenda
    if begins <= case.now or case.issue.severity in case.rung.out_of_session:
        return None
    return (
        f"The meeting begins {begins.isoformat()}; {case.rung.title} decides nothing of "
        f"{case.issue.severity} severity out of session."
    )


def nowhere_to_move(case: Case[Decide]) -> str | None:
    """A decision that climbs or returns needs a rung to go to."""
    if case.landing is not None:
        return None
    return no_further_rung(case) if case.ask.effect is Effect.CLIMB else nowhere_to_refer_back(case)


def carried_over_too_often(case: Case[Defer]) -> str | None:
    """Put off at most as often as the rung says; then the end of the meeting's time climbs."""
    times, limit = case.issue.carried_over, forum.carry_over_limit(case.rung)
    if times < limit:
        return None
    return (
        f"It has been carried over {times} times, as often as {case.rung.title} allows: decide it, "
        "or it climbs when the meeting's time is up."
    )


def no_further_meeting(case: Case[Any]) -> str | None:
    """What is deferred must have a meeting to be deferred to."""
    body = forum.body_for(case.facts, case.rung)
    later = case.issue.meeting_at or case.now
    if body is not None and forum.next_sitting(case.facts.under, body, case.now, later):
        return None
    return f"{case.rung.title} has no further meeting by its rule."


def stays_sealed(case: Case[Reclassify]) -> str | None:
    """What was sealed is not opened to everybody again: too many know by then what it was."""
    if case.ask.changes.get("sensitive") != ():
        return None
    return (
        f"{case.issue.reference} is sealed and stays so; say why it is sensitive, or name the "
        "people who are to see it."
    )


def settled(case: Case[Reclassify]) -> str | None:
    """An issue that is settled can be sealed, and is not classified anew otherwise."""
    others = case.ask.changes.keys() - {"sensitive", "seats"}
    if not others:
        return None
    return (
        f"{case.issue.reference} is {case.issue.status}: only `sensitive` can be changed now, not "
        f"{', '.join(f'`{name}`' for name in sorted(others - {'entry', 'severity_reason'}))}."
    )


def not_sealed(case: Case[Any]) -> str | None:
    """Only a sealed issue has named people and referrals."""
    if case.issue.sealing is not None:
        return None
    return f"{case.issue.reference} is not sealed; seal it with `reclassify` and `sensitive`."


def named_already(case: Case[Name]) -> str | None:
    """Nobody is named twice."""
    sealing = case.issue.sealing
    if sealing is None or not sealing.names(case.ask.person):
        return None
    return f"{case.ask.person} is named for it already."


def complained_about(case: Case[Name]) -> str | None:
    """Whom a sealed issue is about does not see it."""
    if case.ask.person != case.issue.about_person:
        return None
    return f"{case.issue.reference} is about {case.ask.person}, who may not see it."


def not_named(case: Case[Unname]) -> str | None:
    """Only who was named can cease to be; a holder sees it as long as they hold the seat."""
    sealing, person = case.issue.sealing, case.ask.person
    if sealing is None or sealing.names(person):
        return None
    if any(held.person == person for held in case.issue.seats.values()):
        return f"{person} sees it as the holder of a seat; reassign the seat."
    return f"{person} is not named for it."


def no_such_referral(case: Case[RecordReferral]) -> str | None:
    """An answer belongs to a referral that was made."""
    sealing = case.issue.sealing
    if sealing is None or sealing.referral(case.ask.referral) is not None:
        return None
    made = ", ".join(each.id for each in sealing.referrals) or "none"
    return f"It has no referral {case.ask.referral}; those made: {made}."


SEATED = not_your_seat.__name__
"""The rule that is asked of every act, before those of its row in the table."""

RULES: dict[str, Callable[[Case[Any]], str | None]] = {
    rule.__name__: rule
    for rule in (
        not_your_seat,
        review_window_over,
        no_further_rung,
        not_above,
        nowhere_to_refer_back,
        referred_back_too_often,
        hold_ends_in_the_past,
        hold_too_long,
        no_higher_forum,
        already_reported_there,
        no_such_seat,
        may_not_hold_it,
        has_it_already,
        nobody_to_recuse,
        recused_already,
        not_on_the_new_ladder,
        both_must_agree,
        not_on_that_agenda,
        meeting_not_begun,
        nowhere_to_move,
        carried_over_too_often,
        no_further_meeting,
        stays_sealed,
        settled,
        not_sealed,
        named_already,
        complained_about,
        not_named,
        no_such_referral,
        agreeing.lead_resolves,
        agreeing.own_proposal,
        agreeing.nothing_proposed,
        agreeing.already_dissented,
        advising.advice_sought_already,
        advising.no_advice_sought,
        advising.advice_not_sought_of_you,
        ties.same_issue,
        ties.already_linked,
        ties.dependency_cycle,
        ties.not_linked,
        ties.waited_for,
        ties.only_one_is_sealed,
        ties.primary_merged_away,
        ties.primary_has_ended,
        ties.merged_into_another,
        ties.others_have_joined,
        ties.dependency_not_named,
    )
}

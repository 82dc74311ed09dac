"""What lies ahead of an issue if nobody acts: which acts are open, what each clock's end does."""

from collections.abc import Iterator
from datetime import datetime

from escalation.routing.effective import EffectiveRung
from escalation.routing.entry import next_rung
from escalation.routing.vocabulary import PastTarget, Resolve
from escalation.workflow.advising import open_advice
from escalation.workflow.facts import ENGINE, Actor, Clock, Facts, Issue
from escalation.workflow.machine import acts_from
from escalation.workflow.positions import answerable
from escalation.workflow.sides import NEEDS, met
from escalation.workflow.states import END, HORIZON, TERMINAL, Act, ClockKind

_SAYS = {
    ClockKind.ACKNOWLEDGE: "the lead and the rung above are told that it is not acknowledged",
    ClockKind.OUT_OF_SESSION: (
        "the forum is told that it was not decided between meetings; it waits for its meeting"
    ),
    ClockKind.OVERALL: "it is past its overall target, which is told and reported",
    ClockKind.INFORM: "the lead is reminded to inform the raiser, again and again until they are",
    ClockKind.HOLD: "it resumes, and the agreed clocks go on with what they had left",
    ClockKind.REVIEW: "it closes",
    ClockKind.ADVICE: "whose advice was sought is reminded, again and again until it is given",
    ClockKind.REMIND: "those who hold it are reminded again",
}


def open_acts(facts: Facts, actor: Actor = ENGINE) -> tuple[str, ...]:
    """The acts that are open to ``actor`` now, spelt as in the REST path.

    Those of the state, without what the rung rules out whatever is sent (climbing from the last
    rung, going back from the first, resolving alone where both seats must agree), and without
    those that need a seat which the actor does not hold.
    """
    closed = {*_closed_by_rung(facts, actor), *_closed_by_itself(facts.issue)}
    needs = met(facts, actor)
    having = [act for act in acts_from(facts.issue.status) if act not in closed]
    return tuple(act.value for act in having if NEEDS[act] in needs)


def _closed_by_rung(facts: Facts, actor: Actor) -> Iterator[Act]:
    ladder = facts.under.ladder
    rung = ladder.rung(facts.issue.rung)
    if rung is ladder.last:
        yield from (Act.ESCALATE, Act.SKIP, Act.DISPUTE)
    if ladder.position(rung.id) == 0:
        yield Act.REFER_BACK
    together = rung.resolve.value is Resolve.BOTH
    if together:
        yield Act.RESOLVE
    if not together or not facts.issue.seats:
        yield Act.PROPOSE
    if not together or not answerable(facts, actor):
        yield from (Act.AGREE, Act.DISSENT)
    if not rung.seats:
        yield from (Act.REASSIGN, Act.RECUSE)


def _closed_by_itself(issue: Issue) -> Iterator[Act]:
    if issue.status in TERMINAL:
        yield Act.RECLASSIFY  # then for sealing only
    if issue.sealing is None:
        yield from (Act.NAME, Act.UNNAME, Act.REFER, Act.RECORD_REFERRAL)
    if issue.merged_into is not None:
        yield Act.REOPEN
    if issue.joined:
        yield Act.WITHDRAW
    if not issue.links:
        yield Act.UNLINK
    if not open_advice(issue):
        yield Act.GIVE_ADVICE


def at_the_end(facts: Facts, clock: Clock, now: datetime) -> str:
    """What a clock's end does, if nobody acts before."""
    rung = facts.under.ladder.rung(facts.issue.rung)
    if clock.kind is ClockKind.RUNG:
        return _past_target(facts, rung, now)
    if clock.kind is ClockKind.FORUM:
        limit = 0 if rung.carry_over_limit is None else rung.carry_over_limit.value
        carried = facts.issue.carried_over
        if carried >= limit:
            return f"not reached again, {_above(facts, now)}"
        return (
            f"not reached, it is tabled for the next meeting (carried over {carried} of at most "
            f"{limit} times), and the secretariat is told"
        )
    if clock.kind is ClockKind.STATUTORY:
        rules = {rule.name: rule for rule in facts.under.ladder.clocks.statutory}
        rule = rules.get(clock.rule or "")
        return "the time that the law gives is over: a breach" + (
            "" if rule is None else f" of {rule.clause}"
        )
    return _SAYS[clock.kind]


def at_the_next_step(facts: Facts, clock: Clock, now: datetime) -> str:
    """What happens at a clock's next step: a warning, the horizon's alarm, or its end."""
    if clock.step == END:
        return at_the_end(facts, clock, now)
    if clock.step == HORIZON:
        return f"an alarm that the calendar does not reach the end of the {clock.name} clock"
    return f"a warning that the {clock.name} clock has reached {clock.step}"


def review_right(facts_above: EffectiveRung | None, external: str) -> dict[str, str | None]:
    """The raiser's next review right after an outcome: the rung a dispute goes to, or outside."""
    if facts_above is None:
        return {"goes_to": None, "right": external}
    right = f"It may be disputed within the review window, and then goes to {facts_above.title}."
    return {"goes_to": facts_above.id, "right": right}


def _past_target(facts: Facts, rung: EffectiveRung, now: datetime) -> str:
    if rung.past_target.value is PastTarget.NOTIFY and rung is not facts.under.ladder.last:
        return "the lead is told that it is past target; it stays where it is"
    return _above(facts, now)


def _above(facts: Facts, now: datetime) -> str:
    above, _ = next_rung(facts.under.ladder, facts.issue.rung, facts.issue.shape(now))
    if above is None:
        return "it is exhausted: there is no rung above, and its external review rights are told"
    return f"it climbs to {above.title}"

"""Which seat an act needs, and whose side an actor is on.

Somebody whose key names a person acts only for the seats which that person holds, as the directory
resolves them; an administrator, and an operator without a person, act for any. Source: the
domain's "The ladder" (the leading seat must act) and "The life of an issue".
"""

from collections.abc import Mapping
from enum import StrEnum

from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import RungKind, Side
from escalation.workflow import forum
from escalation.workflow.facts import Actor, Facts
from escalation.workflow.states import Act, MeetingAct


class Needs(StrEnum):
    """The seat that an act needs."""

    LEAD = "the seat that leads"
    EITHER = "either seat"
    NONE = "no seat"


NEEDS: Mapping[Act | MeetingAct, Needs] = {
    Act.ACKNOWLEDGE: Needs.LEAD,
    Act.HOLD: Needs.LEAD,
    Act.RESUME: Needs.LEAD,
    Act.RECLASSIFY: Needs.LEAD,
    Act.RESOLVE: Needs.LEAD,
    Act.MERGE: Needs.LEAD,
    Act.CLOSE: Needs.LEAD,
    Act.ESCALATE: Needs.EITHER,
    Act.SKIP: Needs.EITHER,
    Act.REFER_BACK: Needs.EITHER,
    Act.REPORT_UP: Needs.EITHER,
    Act.SEEK_ADVICE: Needs.EITHER,
    Act.REASSIGN: Needs.EITHER,
    Act.RECUSE: Needs.EITHER,
    Act.PROPOSE: Needs.EITHER,
    Act.AGREE: Needs.EITHER,
    Act.DISSENT: Needs.EITHER,
    # The raiser's own, or words about it; advice is given by whom it was sought of.
    Act.INFORM: Needs.NONE,
    Act.CONTACT: Needs.NONE,
    Act.NOTE: Needs.NONE,
    Act.LINK: Needs.NONE,
    Act.GIVE_ADVICE: Needs.NONE,
    Act.DISPUTE: Needs.NONE,
    Act.REOPEN: Needs.NONE,
    Act.WITHDRAW: Needs.NONE,
    # For whoever may see it, whatever seat they hold.
    Act.NAME: Needs.NONE,
    Act.UNNAME: Needs.NONE,
    Act.REFER: Needs.NONE,
    Act.RECORD_REFERRAL: Needs.NONE,
    # A meeting's own rules say who decides there.
    MeetingAct.DECIDE: Needs.NONE,
    MeetingAct.DEFER: Needs.NONE,
}


def sides_of(facts: Facts, actor: Actor) -> frozenset[Side]:
    """The sides whose seats the actor's person holds."""
    if actor.person is None:
        return frozenset()
    seats = facts.issue.seats.items()
    return frozenset(side for side, held in seats if held.person == actor.person)


def seated(facts: Facts, actor: Actor, act: Act | MeetingAct) -> bool:
    """Whether the actor may do an act as far as seats go.

    On a forum's rung its secretariat acts for either seat, and leads where the rung has no seats.
    """
    needs = NEEDS[act]
    if needs is Needs.NONE or not actor.bound:
        return True
    rung = facts.under.ladder.rung(facts.issue.rung)
    if rung.kind is RungKind.FORUM and actor.person == _secretary(facts, rung):
        return True
    held = sides_of(facts, actor)
    return rung.lead in held if needs is Needs.LEAD else bool(held)


def _secretary(facts: Facts, rung: EffectiveRung) -> str | None:
    body = forum.body_for(facts, rung)
    return None if body is None else body.secretariat


def not_your_seat(facts: Facts, actor: Actor, act: Act | MeetingAct) -> str | None:
    """Somebody who holds no seat of the rung, or not the one that leads, leaves it to who does."""
    if seated(facts, actor, act):
        return None
    rung = facts.under.ladder.rung(facts.issue.rung)
    needs = NEEDS[act]
    sides = [rung.lead] if needs is Needs.LEAD else list(rung.seats)
    holders = " and ".join(_holder(facts, side) for side in sides if side in facts.issue.seats)
    return f"`{act}` needs {needs} of {rung.title}: {holders or _by_secretary(facts, rung)}."


def _by_secretary(facts: Facts, rung: EffectiveRung) -> str:
    secretary = _secretary(facts, rung)
    return f"its secretariat, {_name(facts, secretary)}" if secretary else "it has none"


def _holder(facts: Facts, side: Side) -> str:
    """A seat and who holds it, as people say it."""
    held = facts.issue.seats[side]
    who = "nobody" if held.person is None else _name(facts, held.person)
    return f"that of the {side} is held by {who}"


def _name(facts: Facts, person: str) -> str:
    known = facts.under.directory.people.get(person)
    return known.name if known is not None else person

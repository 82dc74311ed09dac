"""Which seat an act needs, and whose side an actor is on.

Somebody whose key names a person acts only for the seats which that person holds, as the directory
resolves them; an administrator, and an operator without a person, act for any. Source: the
domain's "The ladder" (the leading seat must act) and "The life of an issue".
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from escalation.errors import Fault, Invalid
from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import RungKind, Side
from escalation.workflow import forum
from escalation.workflow.commands import Agree, Dissent, Do, Propose, Reclassify
from escalation.workflow.facts import Actor, Facts
from escalation.workflow.states import Act, MeetingAct


class Needs(StrEnum):
    """The seat that an act needs."""

    LEAD = "the seat that leads"
    EITHER = "either seat"
    OWN = "a seat of one's own"
    NONE = "no seat"


NEEDS: Mapping[Act | MeetingAct, Needs] = {
    Act.ACKNOWLEDGE: Needs.LEAD,
    Act.HOLD: Needs.LEAD,
    Act.RESUME: Needs.LEAD,
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
    # To seal it; all else that reclassifying changes is the lead's.
    Act.RECLASSIFY: Needs.EITHER,
    # On behalf of one side.
    Act.PROPOSE: Needs.OWN,
    Act.AGREE: Needs.OWN,
    Act.DISSENT: Needs.OWN,
    # The raiser's own, or words about it; advice is given by whom it was sought of.
    Act.INFORM: Needs.NONE,
    Act.CONTACT: Needs.NONE,
    Act.NOTE: Needs.NONE,
    Act.LINK: Needs.NONE,
    Act.UNLINK: Needs.NONE,
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


FOR_ONE_SIDE = (Propose, Agree, Dissent)
"""What is asked on behalf of one side."""


def sides_of(facts: Facts, actor: Actor) -> frozenset[Side]:
    """The sides whose seats the actor's person holds."""
    if actor.person is None:
        return frozenset()
    seats = facts.issue.seats.items()
    return frozenset(side for side, held in seats if held.person == actor.person)


def met(facts: Facts, actor: Actor) -> frozenset[Needs]:
    """The needs of acts that the actor meets.

    On a forum's rung its secretariat does what either seat or the one that leads may do.
    """
    if not actor.bound:
        return _ALL
    rung = facts.under.ladder.rung(facts.issue.rung)
    held = sides_of(facts, actor)
    found = {Needs.NONE}
    if held:
        found |= {Needs.EITHER, Needs.OWN}
    if rung.lead in held:
        found.add(Needs.LEAD)
    if rung.kind is RungKind.FORUM and actor.person == _secretary(facts, rung):
        found |= {Needs.EITHER, Needs.LEAD}
    return frozenset(found)


_ALL = frozenset(Needs)


def needs_of(facts: Facts, ask: Do) -> Needs:
    """The seat that what is asked needs.

    Whichever side finds an issue sensitive seals it at once; the rest of what an issue is, and to
    say that it is sensitive no longer for some reason, is for the seat that leads.
    """
    if isinstance(ask, Reclassify) and not _only_seals(facts, ask):
        return Needs.LEAD
    return NEEDS[ask.act]


def _only_seals(facts: Facts, ask: Reclassify) -> bool:
    sealing = facts.issue.sealing
    before = () if sealing is None else sealing.sensitive
    return ask.changes.keys() <= {"sensitive", "seats"} and set(before) <= set(
        ask.changes["sensitive"]
    )


def with_seat(facts: Facts, actor: Actor, ask: Do) -> Do:
    """An ask for one side, with the side: the actor's own where it is not said.

    Raises:
        Invalid: it is not said, and the actor holds no seat, or both.
    """
    if not isinstance(ask, FOR_ONE_SIDE) or ask.seat is not None:
        return ask
    held = sides_of(facts, actor)
    if len(held) == 1:
        return replace(ask, seat=next(iter(held)))
    if actor.bound and not held:
        return ask  # a rule refuses it, and says who holds them
    detail = "found no `seat`, expected `provider` or `agency`: the side that you act for"
    raise Invalid("Say for which side.", errors=[Fault("missing", detail, pointer="/seat")])


def _secretary(facts: Facts, rung: EffectiveRung) -> str | None:
    body = forum.body_for(facts, rung)
    return None if body is None else body.secretariat


def not_your_seat(facts: Facts, actor: Actor, ask: Do) -> str | None:
    """Somebody who does not hold the seat that an act needs leaves it to who does."""
    needs, seat = needs_of(facts, ask), getattr(ask, "seat", None)
    own = needs is Needs.OWN and seat is not None and actor.bound
    if seat in sides_of(facts, actor) if own else needs in met(facts, actor):
        return None
    rung = facts.under.ladder.rung(facts.issue.rung)
    sides = [rung.lead] if needs is Needs.LEAD else list(rung.seats)
    holders = " and ".join(holder_words(facts, side) for side in sides if side in facts.issue.seats)
    return f"`{ask.act}` needs {needs} on {rung.title}: {holders or _by_secretary(facts, rung)}."


def _by_secretary(facts: Facts, rung: EffectiveRung) -> str:
    secretary = _secretary(facts, rung)
    return f"its secretariat is {_name(facts, secretary)}" if secretary else "it has none"


def holder_words(facts: Facts, side: Side) -> str:
    """A seat and who holds it, as people say it."""
    held = facts.issue.seats[side]
    who = "nobody" if held.person is None else _name(facts, held.person)
    return f"that of the {side} is held by {who}"


def _name(facts: Facts, person: str) -> str:
    known = facts.under.directory.people.get(person)
    return known.name if known is not None else person

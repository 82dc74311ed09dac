"""Two sides come to an outcome together: one proposes, the other agrees or dissents.

Source: the domain's "The life of an issue", on rungs with ``resolve: both``.
"""

from typing import Any, cast

from escalation.routing.vocabulary import Resolve, Side
from escalation.workflow.acts import Move, move, settle
from escalation.workflow.case import Case
from escalation.workflow.climbing import exhaust
from escalation.workflow.commands import Agree, Dissent, Propose
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.positions import (
    AGREED,
    DISSENTED,
    PROPOSED,
    Position,
    latest,
    opposite,
    proposal,
)
from escalation.workflow.sides import holder_words
from escalation.workflow.states import Act, Status

Answer = Agree | Dissent


# -- the rules -----------------------------------------------------------------------------------


def lead_resolves(case: Case[Any]) -> str | None:
    """Proposals are for rungs that both seats resolve; elsewhere the leading seat resolves."""
    if case.rung.resolve.value is Resolve.BOTH:
        return None
    if case.rung.lead not in case.issue.seats:
        return f"{case.rung.title} resolves by its own decision; nothing is proposed there."
    who = holder_words(case.facts, case.rung.lead)
    return f"On {case.rung.title} the seat that leads resolves alone: {who}."


def nothing_proposed(case: Case[Answer]) -> str | None:
    """There must be a proposal of the other side to answer."""
    side = _side(case.ask)
    if proposal(case.issue, opposite(side)) is not None:
        return None
    return f"The {opposite(side)} side has proposed nothing on {case.rung.title}."


def own_proposal(case: Case[Answer]) -> str | None:
    """Nobody answers the proposal of their own side, or their own."""
    side = _side(case.ask)
    theirs, ours = (proposal(case.issue, s) for s in (opposite(side), side))
    if theirs is None and ours is not None:
        return (
            f"The proposal is the {side} side's own; the {opposite(side)} side answers it. "
            "To change it, propose again."
        )
    if theirs is not None and case.actor.bound and case.actor.person == theirs.get("as"):
        return f"{case.actor.name} proposed it themselves, for the {opposite(side)} side."
    return None


def already_dissented(case: Case[Dissent]) -> str | None:
    """A proposal is dissented from once; on the last rung it stays to be agreed to."""
    side = _side(case.ask)
    theirs = cast("Position", proposal(case.issue, opposite(side)))  # a rule before made sure
    answer = latest(case.issue, side, {DISSENTED})
    if answer is None or answer["answers"] != theirs["number"]:
        return None
    return (
        f"The {side} side has dissented from this proposal already, and nothing is above "
        f"{case.rung.title}: agree to it, or propose something else."
    )


# -- the acts ------------------------------------------------------------------------------------


def propose(draft: Draft, case: Case[Propose], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """An outcome for the other side to answer; it takes the place of one's last, unanswered one."""
    side, outcome = _side(case.ask), dict(case.ask.outcome)
    before = proposal(case.issue, side)
    answered = {position.get("answers") for position in case.issue.positions}
    if before is not None and before["number"] not in answered:
        draft.set(positions=tuple(p for p in case.issue.positions if p is not before))
    number = _take(draft, case, PROPOSED, outcome=outcome)
    told = {"rung": draft["rung"], "seat": side, "number": number, "outcome": outcome}
    draft.event(EventType.PROPOSED, told)


def agree(draft: Draft, case: Case[Agree], status: Status) -> None:
    """The other side's proposal is the outcome."""
    theirs = _answered(case)
    _take(draft, case, AGREED, answers=theirs["number"])
    told = {"rung": draft["rung"], "seat": _side(case.ask), "answers": theirs["number"]}
    draft.event(EventType.AGREED, told)
    settle(draft, dict(theirs["outcome"]), status)


def dissent(draft: Draft, case: Case[Dissent], status: Status) -> None:
    """Up at once, with the grounds; from the last rung there is nowhere to: it is exhausted."""
    number, grounds = _answered(case)["number"], case.ask.grounds
    _take(draft, case, DISSENTED, answers=number, grounds=grounds)
    told = {"rung": draft["rung"], "seat": _side(case.ask), "answers": number, "grounds": grounds}
    draft.event(EventType.DISSENTED, told)
    if case.landing is None:
        exhaust(draft)
    else:
        move(draft, case.landing, status, Move(kind=EventType.ESCALATED, how=Act.DISSENT.value))


def _take(draft: Draft, case: Case[Any], stance: str, **more: Any) -> int:  # noqa: ANN401 - its parts
    """One side's position, added to those that there are; its number."""
    positions: tuple[Position, ...] = draft["positions"]
    number = max((position["number"] for position in case.issue.positions), default=0) + 1
    side, actor = _side(case.ask), draft.command.actor
    held = case.issue.seats[side]
    taken = {
        "number": number,
        "visit": draft.visit,
        "rung": draft["rung"],
        "seat": side.value,
        "person": held.person,
        "by": actor.name,
        "as": actor.person,
        "at": draft.now.isoformat(),
        "stance": stance,
        "note": case.ask.note,
        **more,
    }
    draft.set(positions=(*positions, {k: v for k, v in taken.items() if v is not None}))
    return number


def _answered(case: Case[Any]) -> Position:
    """The proposal that is answered; the rules made sure that there is one."""
    return cast("Position", proposal(case.issue, opposite(_side(case.ask))))


def _side(ask: Propose | Answer) -> Side:
    """Whose act it is: settled before any rule is asked."""
    return cast("Side", ask.seat)

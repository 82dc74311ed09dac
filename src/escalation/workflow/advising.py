"""Advice on an issue: a question to a forum or a person, its clock, and the answer.

Who must act stays as it is. Advice that was sought is a mapping with ``id``, ``forum`` or
``person``, ``question``, ``within``, ``sought_at``, ``sought_by``, ``clock``, and once it is over
``ended_at`` and ``ended`` (``given``, or the state of the issue that made it moot), with
``answer`` and ``given_by`` where it was given. Source: the domain's "Clocks", row ``advice``.
"""

from collections.abc import Mapping
from typing import Any

from escalation.routing.directory import Directory, Forum
from escalation.routing.membership import seats_of
from escalation.timekeeping.duration import Duration
from escalation.workflow import clocks, forum
from escalation.workflow.case import Case
from escalation.workflow.commands import GiveAdvice, SeekAdvice
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Clock, Facts, Issue
from escalation.workflow.plan import Tabling
from escalation.workflow.states import ClockEnd, ClockKind, Status

Advice = Mapping[str, Any]
ANSWERED = "its question is open no more"
"""Why what was put to a forum for advice leaves its agenda without it."""


def open_advice(issue: Issue) -> tuple[Advice, ...]:
    """What was sought and not answered, the oldest first."""
    return tuple(each for each in issue.advice if "ended" not in each)


def sought_of(facts: Facts, advice: Advice) -> str:
    """The name of the body or person whose advice it is."""
    directory = facts.under.directory
    if "forum" in advice:
        body = directory.forums.get(advice["forum"])
        return body.title if body is not None else str(advice["forum"])
    person = directory.people.get(advice["person"])
    return person.name if person is not None else str(advice["person"])


def is_there(directory: Directory, advice: Advice) -> bool:
    """Whether the body or person whose advice it is stands in the directory yet."""
    if "forum" in advice:
        return advice["forum"] in directory.forums
    return advice["person"] in directory.people


def answers(issue: Issue, ask: GiveAdvice) -> tuple[Advice, ...]:
    """The open questions that an answer may be to, by what it names."""
    named = {"id": ask.advice, "forum": ask.forum, "person": ask.person}
    return tuple(
        each
        for each in open_advice(issue)
        if all(value is None or each.get(name) == value for name, value in named.items())
    )


# -- the rules -----------------------------------------------------------------------------------


def advice_sought_already(case: Case[SeekAdvice]) -> str | None:
    """The same question is put to the same body or person once at a time."""
    ask = case.ask
    for each in open_advice(case.issue):
        same = (each.get("forum"), each.get("person")) == (ask.forum, ask.person)
        if same and each["question"] == ask.question:
            return f"{sought_of(case.facts, each)} was asked this already and has not answered yet."
    return None


def no_advice_sought(case: Case[GiveAdvice]) -> str | None:
    """Advice answers a question that is open."""
    if answers(case.issue, case.ask):
        return None
    waiting = [sought_of(case.facts, each) for each in open_advice(case.issue)]
    if not waiting:
        return "No advice is open on it: nobody was asked, or all have answered."
    return f"That is not among the advice which is open: of {', '.join(waiting)}."


def advice_not_sought_of_you(case: Case[GiveAdvice]) -> str | None:
    """A key that names a person answers for that person, or for a body it belongs to."""
    if not case.actor.bound:
        return None
    person = case.actor.person or ""
    asked = answers(case.issue, case.ask)[0]
    if asked.get("person") == person:
        return None
    directory = case.facts.under.directory
    body = directory.forums.get(asked.get("forum", ""))
    if body is not None and _belongs(directory, body, person, case):
        return None
    return f"The advice was sought of {sought_of(case.facts, asked)}."


def _belongs(directory: Directory, body: Forum, person: str, case: Case[Any]) -> bool:
    """Whether somebody keeps a body's papers, or holds one of its seats."""
    if body.secretariat == person:
        return True
    return any(seat.person == person for seat in seats_of(directory, body, case.now))


# -- the acts ------------------------------------------------------------------------------------


def seek_advice(draft: Draft, case: Case[SeekAdvice], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """Ask; its clock reminds whom it was sought of."""
    ask = case.ask
    clock = draft.begin(ClockKind.ADVICE, ask.within or draft.ladder.clocks.advice.value)
    of = {"forum": ask.forum} if ask.forum is not None else {"person": ask.person}
    sought = {
        "id": draft.new_id("adv"),
        **of,
        "question": ask.question,
        "within": clock.duration,
        "sought_at": draft.now.isoformat(),
        "sought_by": draft.command.actor.name,
        "clock": clock.id,
    }
    draft.set(advice=(*draft["advice"], sought))
    body = None if ask.forum is None else draft.directory.forums.get(ask.forum)
    ahead = None if body is None else forum.next_sitting(draft.under, body, draft.now)
    if ahead is not None:
        oldest = next(a for a in open_advice(draft.issue) if a.get("forum") == ask.forum)
        draft.tablings.append(Tabling(ahead.id, ahead, kind="advice", sought=oldest["question"]))
    due = None if clock.due_at is None else clock.due_at.isoformat()
    told = {"advice": sought["id"], **of, "question": ask.question, "due_at": due}
    draft.event(EventType.ADVICE_SOUGHT, told)


def give_advice(draft: Draft, case: Case[GiveAdvice], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """Answer, and its clock stops."""
    asked = answers(case.issue, case.ask)[0]
    given = {"answer": case.ask.answer, "given_by": draft.command.actor.name}
    _over(draft, asked, "given", **given)
    of = {name: asked.get(name) for name in ("forum", "person")}
    told = {"advice": asked["id"], **of, "question": asked["question"], "answer": case.ask.answer}
    draft.event(EventType.ADVICE_GIVEN, told)


def no_longer_needed(draft: Draft, status: Status) -> None:
    """Nobody is reminded of a question on an issue that has its outcome or its end."""
    for each in draft["advice"]:
        if "ended" not in each:
            _over(draft, each, status.value)


def remind(draft: Draft, clock: Clock) -> Advice:
    """Let the clock of advice that is still open begin again; whose advice it is."""
    advice: Advice = next(each for each in draft["advice"] if each["clock"] == clock.id)
    again = draft.begin(ClockKind.ADVICE, Duration.parse(advice["within"]))
    _put(draft, {**advice, "clock": again.id})
    return advice


def _over(draft: Draft, advice: Advice, how: str, **more: Any) -> None:  # noqa: ANN401 - words
    clock = next(each for each in draft.live_clocks() if each.id == advice["clock"])
    draft.put(clocks.ended(clock, draft.now, ClockEnd.STOPPED))
    _put(draft, {**advice, **more, "ended": how, "ended_at": draft.now.isoformat()})
    body = advice.get("forum")
    if body is not None and all(a.get("forum") != body for a in open_advice(draft.issue)):
        draft.answered.append(body)


def _put(draft: Draft, advice: Advice) -> None:
    draft.set(advice=tuple(advice if a["id"] == advice["id"] else a for a in draft["advice"]))

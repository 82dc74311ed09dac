"""Values of an ask that only the directory and the forum can judge: 422, not 409."""

from collections.abc import Iterable
from typing import TypeVar

from escalation.errors import Fault, Invalid
from escalation.routing.wording import not_among
from escalation.workflow.meetings.asks import Asked, Decide, Recuse, Table
from escalation.workflow.meetings.facts import OF_ISSUES, ItemKind, MeetingFacts

A = TypeVar("A", bound=Asked)


def checked(facts: MeetingFacts, ask: A) -> A:
    """The ask, once all that it names is known.

    Raises:
        Invalid: naming each value that is not there.
    """
    faults: list[Fault] = []
    if isinstance(ask, Table):
        faults += _table(facts, ask)
    elif isinstance(ask, Recuse):
        faults += _people(facts, [("/person", ask.person)])
    elif isinstance(ask, Decide):
        faults += _decision(facts, ask)
    if faults:
        raise Invalid("Nothing was done at the meeting.", errors=faults)
    return ask


def _table(facts: MeetingFacts, ask: Table) -> Iterable[Fault]:
    if ask.section is not None and ask.section not in facts.body.sections:
        yield Fault("unknown", not_among(ask.section, facts.body.sections), pointer="/section")
    if ask.kind is ItemKind.MATTER and ask.title is None and facts.item(ask.subject) is None:
        yield Fault("missing", "a matter needs a title", pointer="/title")
    if ask.kind not in OF_ISSUES and facts.issues.get(ask.subject) is not None:
        yield Fault("wrong_value", "that is an issue; name it in `issue`", pointer="/item")


def _decision(facts: MeetingFacts, ask: Decide) -> Iterable[Fault]:
    what = ask.what
    named = [(f"/actions/{n}/owner", each["owner"]) for n, each in enumerate(what.actions)]
    named += [(f"/assents/{n}", each) for n, each in enumerate(what.assents)]
    if what.mover is not None:
        named.append(("/mover", what.mover))
    return _people(facts, named)


def _people(facts: MeetingFacts, named: Iterable[tuple[str, str]]) -> Iterable[Fault]:
    people = facts.under.directory.people
    for pointer, person in named:
        if person not in people:
            yield Fault("unknown", not_among(person, people), pointer=pointer)

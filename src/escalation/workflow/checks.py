"""Values of an ask that only the pinned ladder and the directory can judge: 422, not 409.

A rung, a person, a forum, a cause must exist; what is to be reclassified must fit an agreement.
Each fault points into the request body and names the nearest word.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveRung
from escalation.routing.entry import choose, severity_of
from escalation.routing.publication import Publication
from escalation.routing.wording import not_among, quoted
from escalation.workflow.advising import answers
from escalation.workflow.climbing import barred, seats_at
from escalation.workflow.commands import (
    Close,
    Do,
    GiveAdvice,
    Name,
    Propose,
    Reassign,
    Reclassify,
    Recuse,
    ReferBack,
    ReportUp,
    Resolve,
    SeekAdvice,
    Skip,
)
from escalation.workflow.facts import Facts
from escalation.workflow.sealed import in_order

_CHOOSES = frozenset({"kind", "agency", "function", "service", "region", "scope"})
"""Fields that may bring an issue under another agreement."""


def checked(facts: Facts, ask: Do, now: datetime) -> Do:
    """The ask with what it names looked up.

    Raises:
        Invalid: naming each value that is not there.
    """
    check = _CHECKS.get(type(ask))
    return ask if check is None else check(facts, ask, now)


def check_cause(publication: Publication, rung: EffectiveRung, outcome: Mapping[str, Any]) -> None:
    """A cause comes from the vocabulary of a layer that the rung which resolves belongs to.

    Raises:
        Invalid: naming the nearest word of it.
    """
    cause = outcome.get("cause")
    if cause is not None:
        known = (getattr(publication.file.layers, layer).causes for layer in rung.layers)
        _among("/outcome/cause", cause, [each for causes in known for each in causes])


def check_also_affected(directory: Directory, agency: str, others: Iterable[str]) -> None:
    """Agencies that an issue also affects are clients, and others than its own.

    Raises:
        Invalid: naming each that is not.
    """
    clients = [code for code, party in directory.parties.items() if not party.central]
    faults = []
    for number, code in enumerate(others):
        pointer = f"/also_affects/{number}"
        if code not in clients:
            faults.append(Fault("unknown_reference", not_among(code, clients), pointer=pointer))
        elif code == agency:
            detail = f"found {quoted(code)}, the issue's own agency; expected another"
            faults.append(Fault("wrong_value", detail, pointer=pointer))
    if faults:
        raise Invalid("Not every agency that is also affected is another client.", errors=faults)


def _among(pointer: str, word: str, words: Iterable[str]) -> None:
    known = list(words)
    if word not in known:
        fault = Fault("unknown", not_among(word, known), pointer=pointer)
        raise Invalid(f"`{pointer[1:]}` is not known here.", errors=[fault])


def _rung(facts: Facts, ask: Skip | ReferBack, now: datetime) -> Do:  # noqa: ARG001 - one shape
    if ask.to is not None:
        _among("/to", ask.to, [rung.id for rung in facts.under.ladder.rungs])
    return ask


def _forum(facts: Facts, ask: ReportUp, now: datetime) -> Do:  # noqa: ARG001 - one shape
    if ask.to is not None:
        _among("/to", ask.to, facts.under.directory.forums)
    return ask


def _person(facts: Facts, ask: Reassign | Recuse | Name, now: datetime) -> Do:
    """Somebody of the directory; who takes a seat has not left."""
    directory, person = facts.under.directory, ask.person
    if person is not None:
        _among("/person", person, directory.people)
        if isinstance(ask, Reassign) and not directory.employed(person, now):
            detail = f"{directory.person(person).name} is not there now, by the directory's dates"
            fault = Fault("not_there", detail, pointer="/person")
            raise Invalid("The seat was not given.", errors=[fault])
    return ask


def _adviser(facts: Facts, ask: SeekAdvice | GiveAdvice, now: datetime) -> Do:  # noqa: ARG001 - one shape
    directory = facts.under.directory
    if ask.forum is not None:
        _among("/forum", ask.forum, directory.forums)
    if ask.person is not None:
        _among("/person", ask.person, directory.people)
    if isinstance(ask, GiveAdvice) and len(open_ones := answers(facts.issue, ask)) > 1:
        named = ", ".join(f"`{each['id']}`" for each in open_ones)
        detail = f"found several questions that it may answer, expected one of {named}"
        raise Invalid("Say which.", errors=[Fault("ambiguous", detail, pointer="/advice")])
    return ask


def _outcome(facts: Facts, ask: Resolve | Propose, now: datetime) -> Do:
    rung = facts.under.ladder.rung(facts.issue.rung)
    check_cause(facts.under.publication, rung, ask.outcome)
    return _learned(facts, ask, now) if isinstance(ask, Resolve) else ask


def _learned(facts: Facts, ask: Resolve | Close, now: datetime) -> Do:  # noqa: ARG001 - one shape
    """What is learned of a sealed matter is for those who see it."""
    if ask.learning is not None and ask.learning["shared"] and facts.issue.sealing is not None:
        detail = "found `true`, expected `false`: the matter is sealed"
        raise Invalid("Say it unshared.", errors=[Fault("sealed", detail, "/learning/shared")])
    return ask


def _reclassified(facts: Facts, ask: Reclassify, now: datetime) -> Do:
    """What is sent, made into the fields that change: severity, agreement, holders."""
    issue, under = facts.issue, facts.under
    changes = dict(ask.changes)
    if "sensitive" in changes:
        changes["sensitive"] = in_order(changes["sensitive"])
    if changes.keys() & {"severity", "impact", "urgency"}:
        impact = changes.get("impact", issue.impact)
        urgency = changes.get("urgency", issue.urgency)
        given = changes.get("severity")
        changes["severity"], changes["severity_reason"] = severity_of(
            under.publication.file, given, impact, urgency
        )
    changes = {name: value for name, value in changes.items() if getattr(issue, name) != value}
    if not changes:
        raise Invalid(
            "Nothing would change.",
            errors=[Fault("no_change", "send at least one field with another value", pointer="")],
        )
    shown = changes.keys() & _CHOOSES
    shape = replace(issue.shape(issue.received_at), **{n: changes[n] for n in shown})
    if "severity" in changes:
        shape = replace(shape, severity=changes["severity"])
    ladder = under.ladder
    if shown:
        entry = choose(under.publication, under.directory, shape)
        ladder = entry.ladder
        changes["entry"] = entry
    changes["seats"] = {}
    if any(rung.id == issue.rung for rung in ladder.rungs):
        moved = replace(under, ladder=ladder)
        rung = ladder.rung(issue.rung)
        seats = seats_at(moved, rung, replace(shape, at=now), now, barred(issue), issue.seats)
        changes["seats"] = {**seats, **{side: issue.seats[side] for side in issue.given}}
    return Reclassify(changes=changes, reason=ask.reason, note=ask.note)


_CHECKS: dict[type[Do], Callable[[Facts, Any, datetime], Do]] = {
    Skip: _rung,
    ReferBack: _rung,
    ReportUp: _forum,
    Reassign: _person,
    Name: _person,
    Recuse: _person,
    Resolve: _outcome,
    Close: _learned,
    Propose: _outcome,
    SeekAdvice: _adviser,
    GiveAdvice: _adviser,
    Reclassify: _reclassified,
}

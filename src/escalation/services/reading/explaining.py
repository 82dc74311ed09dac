"""Why an issue is where it is, and what happens next: value by value, with where each was set."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from escalation.routing.effective import EffectiveRung, Valued
from escalation.routing.entry import next_rung
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Awaiting, RungKind
from escalation.services.reading import clocks
from escalation.services.reading.reader import Look
from escalation.services.reading.sources import layer_values, source_view, valued
from escalation.services.views import clock_view, next_view, rung_view, told
from escalation.workflow.facts import Clock, Facts, Visit
from escalation.workflow.outlook import at_the_end
from escalation.workflow.states import ClockKind


def explained(look: Look, name: str) -> dict[str, Any]:
    """The whole explanation of an issue.

    Raises:
        NotFound: there is no such issue.
    """
    found, every = clocks.every(look, name)
    issue, ladder = found.issue, found.under.ladder
    publication = found.under.publication
    now = max(look.now, issue.updated_at)
    live = {clock.id for clock in found.clocks}
    return {
        "id": issue.id,
        "reference": issue.reference,
        "version": issue.version,
        "status": issue.status.value,
        "as_at": told(now),
        "publication": {"label": publication.label, "hash": publication.hash},
        "ladder": {"id": ladder.id, "title": ladder.title, "version": ladder.version},
        "ola": issue.ola,
        "calendar": {
            "id": issue.calendar,
            # An issue may have its region's calendar: the reasons of its entry say so then.
            "set": valued(publication, ladder.calendar)
            if ladder.calendar.value == issue.calendar
            else None,
        },
        "severity": {"value": issue.severity.value, "reason": issue.severity_reason},
        "entered_because": list(issue.entry_reasons),
        "warnings": list(issue.warnings),
        "rung": _rung(found, publication),
        "visits": [_visit(found, number, visit) for number, visit in enumerate(issue.visits, 1)],
        "clocks": [_clock(found, clock, now) for clock in every if clock.id in live],
        "ended_clocks": [clock_view(found, c, now) for c in every if c.id not in live],
        "next": next_view(found, now),
        "next_rung": _next_rung(found, now) if issue.unresolved else None,
        "exhausted_at": told(issue.exhausted_at),
        "external_review": valued(publication, ladder.external_review),
    }


def _rung(found: Facts, publication: Publication) -> dict[str, Any]:
    """The rung with its seats and their reasons, and the rules that hold there."""
    rung = found.under.ladder.rung(found.issue.rung)
    rules: dict[str, Valued[Any] | None] = {
        "warnings": rung.warnings,
        "empty_seat": rung.empty_seat,
        "past_target": rung.past_target,
        "resolve": rung.resolve,
        "grace": rung.grace,
        "carry_over_limit": rung.carry_over_limit,
        "target": rung.targets.get(found.issue.severity),
        "acknowledge": rung.acknowledge.get(found.issue.severity),
        "out_of_session": rung.out_of_session.get(found.issue.severity),
    }
    return {
        **rung_view(found),
        "clause": rung.clause,
        "source": source_view(publication, rung.source),
        "rules": {
            name: valued(publication, value) for name, value in rules.items() if value is not None
        }
        | dict(layer_values(publication, rung.layer))
        | {word.value: valued(publication, each) for word, each in rung.responsibilities.items()},
    }


def _visit(found: Facts, number: int, visit: Visit) -> dict[str, Any]:
    people = found.under.directory.people
    # Reclassified since, it may stand on a ladder that does not have every rung it stood on.
    titles = {rung.id: rung.title for rung in found.under.ladder.rungs}
    return {
        "number": number,
        "rung": visit.rung,
        "title": titles.get(visit.rung, visit.rung),
        "entered_at": told(visit.entered_at),
        "how": visit.how,
        "came_from": visit.came_from,
        "holders": [
            {"id": person, "name": people[person].name if person in people else person}
            for person in visit.holders
        ],
    }


def _clock(found: Facts, clock: Clock, now: datetime) -> dict[str, Any]:
    """A live clock: its budget and where that was set, and the rows that lead to its end."""
    calendar = found.under.calendar(clock.calendar)
    rows, lead_to = clocks.to_the_end(clock, calendar, now)
    set_by = budget_of(found, clock)
    total = sum(row.seconds for row in rows)
    budget = None if clock.budget is None else clock.budget.seconds
    publication = found.under.publication
    return {
        **clocks.counted(found, clock, now),
        "set": None if set_by is None else valued(publication, set_by),
        "arithmetic": {
            "windows": clocks.shown(rows, calendar),
            "total_seconds": total,
            "budget_seconds": budget,
            "rolled_seconds": max(total - budget, 0) if rows and budget is not None else 0,
            "lead_to": lead_to,
            "at": told(rows[-1].end) if rows else None,
        },
        "at_its_end": at_the_end(found, clock, now),
    }


def budget_of(found: Facts, clock: Clock) -> Valued[Any] | None:
    """The value of the ladder file that gives a clock its time."""
    issue, of = found.issue, found.under.ladder.clocks
    rung = found.under.ladder.rung(issue.rung)
    awaited = None if issue.hold is None else of.hold_caps.get(Awaiting(issue.hold["awaiting"]))
    by_kind: dict[ClockKind, Valued[Any] | None] = {
        ClockKind.ACKNOWLEDGE: rung.acknowledge.get(issue.severity),
        ClockKind.RUNG: rung.targets.get(issue.severity),
        ClockKind.FORUM: rung.grace,
        ClockKind.OUT_OF_SESSION: rung.out_of_session.get(issue.severity),
        ClockKind.OVERALL: of.overall[issue.severity],
        ClockKind.INFORM: of.inform[issue.severity],
        ClockKind.HOLD: awaited,
        ClockKind.REVIEW: of.review,
        ClockKind.ADVICE: of.advice,
        ClockKind.REMIND: of.remind,
        ClockKind.STATUTORY: next((r.budget for r in of.statutory if r.name == clock.rule), None),
    }
    return by_kind[clock.kind]


def _next_rung(found: Facts, now: datetime) -> dict[str, Any] | None:
    """The rung above, with each one that is left out on the way and why."""
    issue, ladder = found.issue, found.under.ladder
    above, skipped = next_rung(ladder, issue.rung, issue.shape(now))
    if above is None:
        return None
    publication = found.under.publication
    return {
        "id": above.id,
        "title": above.title,
        "layer": above.layer.value,
        "kind": above.kind.value,
        "skipped": list(skipped),
        "clause": above.clause,
        "source": source_view(publication, above.source),
        **dict(_waits(found, above, publication)),
    }


def _waits(
    found: Facts, above: EffectiveRung, publication: Publication
) -> Iterator[tuple[str, Any]]:
    """How long the next rung would have, or which body sits there."""
    if above.kind is RungKind.OFFICERS:
        yield "target", valued(publication, above.targets[found.issue.severity])
    elif above.forum is not None:
        issue = found.issue
        body = found.under.directory.forum_for(above.forum, issue.cluster, issue.provider)
        yield "forum", None if body is None else {"code": body.code, "title": body.title}

"""An issue as callers see it: built from the folded facts, without another read."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from msgspec.structs import asdict

from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.seats import Holding
from escalation.routing.standards import served
from escalation.routing.vocabulary import Layer
from escalation.timekeeping.calendar import BeyondHorizon
from escalation.timekeeping.ledger import remaining
from escalation.workflow.clocks import past_target
from escalation.workflow.facts import Actor, Clock, Facts
from escalation.workflow.outlook import at_the_next_step, open_acts
from escalation.workflow.sealed import Sealing
from escalation.workflow.states import END, ClockClass, ClockState

_id = attrgetter("id")  # the order that the store has them in
_INSTANTS = frozenset({"at", "sought_at", "ended_at"})
_PINNED = ("id", "title", "version", "publication")
LAYER_FIELDS = (
    "title",
    "about",
    "accountable_officers",
    "delivery_lead",
    "progress_reported_to",
    "key_strategies",
)


@lru_cache(maxsize=4096)  # the same few instants stand in all that one batch answers
def told(instant: datetime | None) -> str | None:
    """An instant as the API writes it: RFC 3339 in UTC with ``Z``."""
    if instant is None:
        return None
    text = instant.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def issue_view(facts: Facts, now: datetime, caller: Actor) -> dict[str, Any]:
    """An issue as it now is: its clocks, what happens next, which acts are open to the caller."""
    issue, ladder = facts.issue, facts.under.ladder
    clocks = [clock_view(facts, clock, now) for clock in sorted(facts.clocks, key=_id)]
    dues = [c["due_at"] for c in clocks if c["state"] == "running" and c["due_at"]]
    agreed = [c["past_target"] for c in clocks if c["class"] == ClockClass.AGREED]
    return {
        "id": issue.id,
        "reference": issue.reference,
        "version": issue.version,
        "kind": issue.kind,
        "title": issue.title,
        "description": issue.description,
        "channel": issue.channel,
        "status": issue.status,
        "severity": issue.severity,
        "severity_reason": issue.severity_reason,
        "impact": issue.impact,
        "urgency": issue.urgency,
        "agency": issue.agency,
        "also_affects": issue.also_affects,
        "provider": issue.provider,
        "cluster": issue.cluster,
        "function": issue.function,
        "service": issue.service,
        "region": issue.region,
        "scope": issue.scope,
        "raiser": issue.raiser,
        "about_person": issue.about_person,
        "centre": issue.centre,
        "raised_from": issue.raised_from,
        "sensitive": issue.sensitive,
        "sealed": None if issue.sealing is None else sealed_view(facts, issue.sealing),
        "ola": issue.ola,
        "ladder": {name: getattr(ladder, name) for name in _PINNED},
        "calendar": issue.calendar,
        "zone": facts.under.calendar(issue.calendar).rules.zone,
        "rung": rung_view(facts),
        "clocks": clocks,
        "due_at": min(dues, default=None),
        "past_target": any(agreed),
        "exhausted": issue.exhausted_at is not None,
        "next": next_view(facts, now),
        "available_acts": open_acts(facts, caller),
        **acts_view(facts),
        "external_refs": issue.external_refs,
        "themes": issue.themes,
        "why": issue.entry_reasons,
        "warnings": issue.warnings,
        "occurred_at": told(issue.occurred_at),
        "received_at": told(issue.received_at),
        "created_at": told(issue.created_at),
        "updated_at": told(issue.updated_at),
        "resolved_at": told(issue.resolved_at),
        "closed_at": told(issue.ended_at),
    }


def acts_view(facts: Facts) -> dict[str, Any]:
    """What acts have left on it: who is recused, a hold, an outcome, positions, ties."""
    issue, directory = facts.issue, facts.under.directory
    return {
        "recused": [_person(person, directory) for person in issue.recused],
        "hold": issue.hold,
        "outcome": issue.outcome,
        "reported_up": issue.reported_up,
        "positions": [_stamped(each) for each in issue.positions],
        "advice": [_stamped(each) for each in issue.advice],
        "links": [_stamped(each) for each in issue.links],
        "joined": [_stamped(each) for each in issue.joined],
        "merged_into": issue.merged_into,
    }


def sealed_view(facts: Facts, sealing: Sealing) -> dict[str, Any]:
    """Since when an issue is sealed, who was named to see it, and where it was referred."""
    return {
        "at": told(sealing.at),
        "named": [
            {
                **_person(named.person, facts.under.directory),
                "by": named.by,
                "at": told(named.at),
                "why": named.why,
            }
            for named in sealing.named
        ],
        "referrals": [
            {
                "id": made.id,
                "to": made.to,
                "under": made.under,
                "at": told(made.at),
                "by": made.by,
                "reference": made.reference,
                "outcome": made.outcome,
                "outcome_at": told(made.outcome_at),
            }
            for made in sealing.referrals
        ],
    }


def _stamped(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept with an issue, its instants written as everywhere."""
    return {
        name: told(datetime.fromisoformat(value)) if name in _INSTANTS else value
        for name, value in kept.items()
    }


def rung_view(facts: Facts) -> dict[str, Any]:
    """The rung an issue stands on, with its seats or its forum and meeting."""
    issue = facts.issue
    rung = facts.under.ladder.rung(issue.rung)
    meeting = {"id": issue.meeting, "starts_at": told(issue.meeting_at)} if issue.meeting else None
    return {
        "id": rung.id,
        "title": rung.title,
        "layer": rung.layer,
        "accountability": layer_view(facts.under.publication, rung.layer),
        "also_layer": rung.also_layer,
        "responsibilities": {
            word.value: people.value for word, people in rung.responsibilities.items()
        },
        "kind": rung.kind,
        "lead": rung.lead,
        "entered_at": told(issue.entered_at),
        "seats": {
            side.value: seat_view(held, facts.under.directory) for side, held in issue.seats.items()
        },
        "forum": issue.forum,
        "meeting": meeting,
        "carried_over": issue.carried_over,
    }


def layer_view(publication: Publication, layer: Layer) -> dict[str, str]:
    """Who answers for a layer of delivery and leads it, to whom, and by which strategies."""
    entry = getattr(publication.file.layers, layer)
    return {name: getattr(entry, name) for name in LAYER_FIELDS}


def seat_view(held: Holding, directory: Directory) -> dict[str, Any]:
    """A seat: the role, who holds it, and why they do."""
    holder = None if held.person is None else _person(held.person, directory)
    return {"role": held.role, "holder": holder, "reason": held.reason}


def _person(person: str, directory: Directory) -> dict[str, str]:
    """A person by id and name; one whom the directory does not have any more by the id alone."""
    known = directory.people.get(person)
    return {"id": person, "name": person if known is None else known.name}


def clock_view(facts: Facts, clock: Clock, now: datetime) -> dict[str, Any]:
    """A clock as it stands at ``now``; what moves with time alone is derived here."""
    calendar = facts.under.calendar(clock.calendar)
    until = clock.ended_at or now
    left = None
    if clock.budget is not None:
        with suppress(BeyondHorizon):  # then nobody knows
            left = remaining(clock.budget, clock.intervals, calendar, max(until, clock.anchor))
    over = past_target(clock, calendar, now)
    return {
        "id": clock.id,
        "kind": clock.name,
        "class": clock.class_,
        "budget": clock.duration,
        "budget_seconds": None if clock.budget is None else clock.budget.seconds,
        "anchor": told(clock.anchor),
        "calendar": clock.calendar,
        "due_at": told(clock.due_at),
        "remaining_seconds": left,
        "state": clock.state,
        "past_target": clock.class_ is ClockClass.AGREED and over,
        "breached": clock.class_ is ClockClass.STATUTORY and (over or END in clock.done),
        "ended_at": told(clock.ended_at),
        "ended_how": clock.ended_how,
        "standards": standards_view(facts, clock),
    }


def standards_view(facts: Facts, clock: Clock) -> list[dict[str, Any]]:
    """What the customer service charter promises by this clock."""
    issue = facts.issue
    found = served(facts.under.directory, issue.provider, issue.function, clock.kind)
    return [asdict(standard) for standard in found]


def next_view(facts: Facts, now: datetime) -> dict[str, Any] | None:
    """What the engine does next if nobody acts, and when."""
    ahead = [c for c in facts.clocks if c.next_at and c.state is ClockState.RUNNING]
    if not ahead:
        return None
    clock = min(ahead, key=lambda c: (c.next_at, c.id))
    what = at_the_next_step(facts, clock, now)
    return {"what": what, "at": told(clock.next_at), "clock": clock.name, "step": clock.step}

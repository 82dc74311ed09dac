"""An issue comes in: on which ladder and rung it enters, who holds it, what begins to run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from escalation.routing.directory import Directory
from escalation.routing.entry import Entry, choose, severity_of
from escalation.routing.picking import NO_TURNS, Turns
from escalation.routing.publication import Publication
from escalation.routing.shape import Shape
from escalation.routing.vocabulary import RaiserType, Severity
from escalation.workflow.acts import settle
from escalation.workflow.checks import check_also_affected, check_cause
from escalation.workflow.climbing import Landing, enter, land, seats_told, status_at
from escalation.workflow.commands import Command, Log
from escalation.workflow.diary import NO_CHANGES, Diary
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Facts, Issue, bypassed
from escalation.workflow.plan import Plan
from escalation.workflow.sealed import in_order
from escalation.workflow.sealing import seal
from escalation.workflow.states import ClockKind, Status


@dataclass(frozen=True, slots=True)
class Rules:
    """What new issues are logged under: the current publication and directory."""

    publication: Publication
    directory: Directory
    directory_epoch: int
    outage: timedelta = timedelta(minutes=10)
    diary: Diary = NO_CHANGES
    turns: Turns = NO_TURNS


def begin(
    rules: Rules, command: Command, log: Log, reference: Callable[[datetime], str], now: datetime
) -> tuple[Facts, Plan]:
    """Log an issue; ``reference`` gives its human reference once it is sure to be logged.

    Returns:
        The facts from which the plan starts (an issue that stands nowhere yet), and the plan.

    Raises:
        Invalid: naming each field that fits no agreement, party, function or region.
    """
    severity, why = severity_of(rules.publication.file, log.severity, log.impact, log.urgency)
    received = min(log.received_at or now, now)
    shape = Shape(
        kind=log.kind,
        agency=log.agency,
        provider=log.provider,
        function=log.function,
        service=log.service,
        region=log.region,
        scope=log.scope,
        severity=severity,
        raiser=RaiserType(log.raiser["type"]),
        channel=log.channel,
        at=received,
        without=bypassed(log.about_person, ()),
    )
    check_also_affected(rules.directory, log.agency, log.also_affects)
    entry = choose(rules.publication, rules.directory, shape)
    under = Agreement(
        rules.publication,
        entry.ladder,
        rules.directory,
        rules.directory_epoch,
        rules.outage,
        rules.diary,
        rules.turns,
    )
    shape = replace(shape, provider=entry.provider, at=now)
    landing = land(under, entry.rung, shape)
    if log.outcome is not None:
        check_cause(rules.publication, landing.rung, log.outcome)
    issue = _unplaced(command, log, entry, reference(now), (severity, why), (received, now))
    draft = Draft(Facts(issue, (), under), command, now)
    _place(draft, landing, log, entry)
    return draft.facts, replace(draft.plan(), new=True, left_stay=None)


CAME_AS = ("kind", "channel", "agency", "provider", "function", "service", "region", "scope")
"""What it was logged as; a reclassification tells each of them from and to."""


def _place(draft: Draft, landing: Landing, log: Log, entry: Entry) -> None:
    """Onto the first rung, with the clocks that are the issue's own."""
    draft.set(status=status_at(landing))
    told = {
        "title": log.title,
        **{name: draft[name] or None for name in CAME_AS},
        "themes": list(log.themes) or None,
        "received_at": draft["received_at"].isoformat(),
        "ladder": entry.ladder.id,
        "ola": entry.ola,
        "rung": landing.rung.id,
        "severity": draft["severity"],
        "seats": seats_told(landing.seats),
        "passed": list(landing.passed) or None,
        "warnings": list(entry.warnings) or None,
        "raised_from": log.raised_from,
    }
    draft.event(EventType.LOGGED, told)
    enter(draft, landing, "logged")
    clocks = draft.ladder.clocks
    received = draft["received_at"]
    draft.begin(ClockKind.OVERALL, clocks.overall[draft["severity"]].value, received)
    draft.begin(ClockKind.INFORM, clocks.inform[draft["severity"]].value, received)
    if log.sensitive:
        seal(draft, in_order(log.sensitive))
    if log.outcome is not None:
        settle(draft, dict(log.outcome), Status.RESOLVED)


def _unplaced(
    command: Command,
    log: Log,
    entry: Entry,
    reference: str,
    severity: tuple[Severity, str],
    instants: tuple[datetime, datetime],
) -> Issue:
    """The issue before it stands anywhere."""
    received, now = instants
    ladder = entry.ladder
    return Issue(
        id=f"iss_{command.stem}",
        reference=reference,
        kind=log.kind,
        title=log.title,
        description=log.description,
        channel=log.channel,
        severity=severity[0],
        severity_reason=severity[1],
        impact=log.impact,
        urgency=log.urgency,
        agency=log.agency,
        also_affects=log.also_affects,
        provider=entry.provider,
        cluster=entry.cluster,
        function=log.function,
        service=log.service,
        region=log.region,
        scope=log.scope,
        raiser=log.raiser,
        about_person=log.about_person,
        themes=log.themes,
        external_refs=log.external_refs,
        publication=ladder.publication,
        ola=entry.ola,
        ladder=ladder.id,
        calendar=entry.calendar,
        entry_reasons=entry.reasons,
        warnings=entry.warnings,
        occurred_at=log.occurred_at,
        received_at=received,
        created_at=now,
        updated_at=now,
        entered_at=now,
        stay_from=now,
        centre=log.centre,
        raised_from=log.raised_from,
    )

"""What a replay came to: one value for people and machines, the same for the same log and seed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import Severity
from escalation.services.replay.cases import Read
from escalation.services.replay.checks import ClockChecks
from escalation.services.replay.driving import DECIDE, Tally
from escalation.services.replay.stage import Stage
from escalation.services.views import told
from escalation.store import replay as tables
from escalation.store.transaction import Connection, read
from escalation.workflow.states import UNRESOLVED, ClockKind

AGREED = (
    ClockKind.ACKNOWLEDGE,
    ClockKind.RUNG,
    ClockKind.FORUM,
    ClockKind.OUT_OF_SESSION,
    ClockKind.OVERALL,
)
"""The clocks whose end is a past target."""

Report = dict[str, Any]


def report_of(stage: Stage, taken: Read, tally: Tally, checks: ClockChecks) -> Report:
    """Everything that is told of a replay, JSON-able, in a fixed order."""
    with read(stage.engine) as connection:
        made = _in_the_database(connection, [rung.id for rung in _rungs(stage)])
    return {
        "log": _log(taken),
        "acts": {
            "done": _sorted(tally.done),
            "refused": _nested(tally.refused),
            "not_logged": _sorted(tally.not_logged),
            "decided_by_forums": tally.done[DECIDE],
        },
        "clocks": {"fired": tally.clocks, "rounds": tally.rounds},
        **made,
        "clock_checks": {
            "checked": checks.checked,
            "mismatches": checks.mismatches,
            "told": checks.told,
        },
    }


def _log(taken: Read) -> Mapping[str, Any]:
    moves = taken.moves
    return {
        "rows": taken.rows,
        "cases": len(taken.cases),
        "first_at": told(taken.first_at),
        "last_at": told(taken.last_at),
        "states": _sorted(taken.states),
        "rows_without_act": taken.quiet_rows,
        "rows_out_of_order": taken.late_rows,
        "reopened_cases": taken.reopened_cases,
        "moves": {
            "up": moves.up,
            "down": moves.down,
            "sideways": moves.sideways,
            "cases_up": moves.cases_up,
            "cases_down": moves.cases_down,
            "rows_by_line": _sorted(moves.places),
        },
    }


def _rungs(stage: Stage) -> Iterable[EffectiveRung]:
    """The rungs of every ladder, those of the first ladder first."""
    publication = stage.publication
    seen: dict[str, EffectiveRung] = {}
    for ladder in publication.file.ladders:
        for rung in publication.effective(None, ladder).rungs:
            seen.setdefault(rung.id, rung)
    return seen.values()


def _in_the_database(connection: Connection, rungs: list[str]) -> Mapping[str, Any]:
    standing = tables.standing(connection)
    unresolved = [row[1:] for row in standing if row[0] in UNRESOLVED]
    by_status = Counter[str]()
    for status, _, _, n in standing:
        by_status[status] += n
    return {
        "issues": sum(by_status.values()),
        "issues_by_status": _sorted(by_status),
        "events": sum(tables.count_events(connection).values()),
        "events_by_type": tables.count_events(connection),
        "climbed_to": _climbed(connection, rungs),
        "past_target": _past_target(connection, rungs),
        "tabled": _tabled(connection),
        "unresolved": {
            "total": sum(n for _, _, n in unresolved),
            "exhausted": tables.count_exhausted(connection),
            "by_rung": _by_rung(unresolved, rungs),
        },
    }


def _climbed(connection: Connection, rungs: list[str]) -> Mapping[str, Mapping[str, int]]:
    counted = Counter((climb.to_rung, climb.how) for climb in tables.climbs(connection))
    found = _nested(counted)
    return {rung: found[rung] for rung in _ordered(found, rungs)}


def _past_target(
    connection: Connection, rungs: list[str]
) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    counted = Counter((s.kind, s.rung, s.severity) for s in tables.ended_steps(connection))
    return {
        kind: _by_rung([(r, s, n) for (k, r, s), n in counted.items() if k == kind], rungs)
        for kind in AGREED
    }


def _by_rung(
    counted: Iterable[tuple[str, str, int]], rungs: list[str]
) -> Mapping[str, Mapping[str, int]]:
    """Counts by rung and severity: rungs as they stand on the ladder, the worst severity first."""
    found: dict[str, Counter[str]] = {}
    for rung, severity, n in counted:
        found.setdefault(rung, Counter())[severity] += n
    return {
        rung: {severity.value: found[rung][severity.value] for severity in Severity}
        for rung in _ordered(found, rungs)
    }


def _tabled(connection: Connection) -> list[Mapping[str, Any]]:
    meetings: dict[tuple[str, str], Counter[str]] = {}
    for agenda in tables.agendas(connection):
        key = (agenda.forum, told(agenda.starts_at) or "")
        meetings.setdefault(key, Counter())[agenda.outcome] += agenda.items
    return [
        {"forum": forum, "starts_at": at, "items": items.total(), "outcomes": _sorted(items)}
        for (forum, at), items in sorted(meetings.items())
    ]


def _ordered(found: Iterable[str], rungs: list[str]) -> list[str]:
    place = {rung: number for number, rung in enumerate(rungs)}
    return sorted(found, key=lambda rung: (place.get(rung, len(place)), rung))


def _sorted(counted: Counter[str]) -> Mapping[str, int]:
    return {word: counted[word] for word in sorted(counted)}


def _nested(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for outer, inner in sorted(counted):
        found.setdefault(outer, {})[inner] = counted[outer, inner]
    return found

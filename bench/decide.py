"""How fast a decision is made: facts in memory to a plan, against moving a dictionary along.

The plain way looks the next state up in a dictionary, copies the issue's dictionary with it, and
makes as many row dictionaries as the plan has rows. It knows no calendar, no seats, no rules: it
says what a decision costs beyond the handling of its rows, and has no floor.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from bench.crowd import COMPLAINT, MONDAY
from bench.databases import BENCH, CONFIG
from bench.rounds import Plan, Result, compared, in_turn
from escalation.ids import IdSource
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.workflow import plan as plans
from escalation.workflow.commands import Acknowledge, Ask, ClockDue, Command, Escalate
from escalation.workflow.decide import decide
from escalation.workflow.facts import ENGINE, Facts
from escalation.workflow.intake import Rules, begin
from escalation.workflow.states import ClockKind

TIMES = 1_000
_NEXT: Mapping[tuple[str, str], str] = {
    ("open", "acknowledge"): "in_progress",
    ("open", "escalate"): "open",
    ("in_progress", "escalate"): "open",
    ("in_progress", "ClockDue"): "open",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is decided: facts, an ask, and the instant."""

    name: str
    facts: Facts
    ask: Ask
    now: datetime


def run(plan: Plan) -> Iterator[Result]:
    """Each question, decided and moved along in turn."""
    for question in _questions():
        figures = compared(in_turn(plan.rounds, _acts(question)))
        yield Result("decide", "-", question.name, **figures, unit="per s",
                     detail="base: a dict moved along, the same number of row dicts")  # fmt: skip


def _acts(question: Question) -> dict[str, Callable[[], float]]:
    stem = IdSource().new("", MONDAY)[1:]
    command = Command(stem=stem, actor=ENGINE, ask=question.ask)
    rows = rows_in(decide(question.facts, command, question.now))
    issue = {"id": question.facts.issue.id, "status": str(question.facts.issue.status)}
    act = str(getattr(question.ask, "act", "ClockDue"))

    def ours() -> None:
        decide(question.facts, command, question.now)

    def base() -> None:
        moved(issue, act, rows)

    return {"ours": lambda: _per_second(ours), "base": lambda: _per_second(base)}


def moved(issue: Mapping[str, Any], act: str, rows: int) -> tuple[dict[str, Any], list[Any]]:
    """The plain way: the next state, and rows of eight columns."""
    after = {**issue, "status": _NEXT[issue["status"], act]}
    made = [
        {
            "id": f"row_{number}",
            "issue_id": after["id"],
            "number": number,
            "type": act,
            "at": MONDAY,
            "until": None,
            "state": after["status"],
            "payload": "{}",
        }
        for number in range(rows)
    ]
    return after, made


def rows_in(plan: plans.Plan) -> int:
    """How many rows a plan is written as: issue, clocks and intervals, claims, stays, events."""
    clocks = 2 * (len(plan.started) + len(plan.changed))
    stays = 2 if plan.left_stay is not None else 0
    return 1 + clocks + len(plan.claims) + stays + 3 * len(plan.events)


def _per_second(act: Callable[[], None]) -> float:
    begun = perf_counter()
    for _ in range(TIMES):
        act()
    return TIMES / (perf_counter() - begun)


def _questions() -> Iterator[Question]:
    ladders = (CONFIG / "escalation_ladders.yaml").read_bytes()
    publication = Publication.read(ladders, "ladders", MONDAY.date())
    directory = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory")
    command = Command(stem=IdSource().new("", MONDAY)[1:], actor=BENCH, ask=COMPLAINT)
    rules = Rules(publication, directory, 1)
    unplaced, plan = begin(rules, command, COMPLAINT, lambda at: f"SSI-{at.year}-000001", MONDAY)
    logged = plans.apply(plan, unplaced)
    yield Question("acknowledge", logged, Acknowledge(), MONDAY + timedelta(minutes=5))
    taken = _after(logged, Acknowledge(), MONDAY + timedelta(minutes=5))
    yield Question("escalate", taken, Escalate(reason="stuck"), MONDAY + timedelta(hours=1))
    clock = taken.clock(ClockKind.RUNG)
    if clock is None or clock.due_at is None:
        raise AssertionError("an acknowledged issue has lost its rung's clock")
    yield Question("a clock that climbs", taken, ClockDue(clock=clock.id), clock.due_at)


def _after(facts: Facts, ask: Ask, now: datetime) -> Facts:
    command = Command(stem=IdSource().new("", MONDAY)[1:], actor=BENCH, ask=ask)
    return plans.apply(decide(facts, command, now), facts)

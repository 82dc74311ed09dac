"""What can be asked of the bench, and how its answer is shown.

Every figure is a ratio: ours over a plain way of doing the same, measured in turn, several rounds
of each, so that what else the machine does falls out of it. A floor is what a change must not go
below; a plain way is the best of its kind that we could write by hand, not a straw man.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    audit,
    decide,
    digest,
    dispatch,
    due_instants,
    history,
    hooks,
    intake,
    scorecard,
    seats,
    sweep,
)
from bench.databases import KINDS, Database, opened
from bench.rounds import Plan, Result, machine

WHAT = (
    "intake",
    "hooks",
    "sweep",
    "idle",
    "digest",
    "scorecard",
    "as-at",
    "growth",
    "audit",
    "deadlines",
    "decide",
    "dispatch",
    "formats",
    "seats",
)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit status 1 where a floor was missed."""
    asked = _parser().parse_args(arguments)
    plan = Plan.quick() if asked.quick else Plan.usual(large=asked.large)
    wanted = asked.only or WHAT
    results: list[Result] = []
    with _databases(asked.database or KINDS, wanted) as databases:
        for part in _parts(wanted, plan, databases):
            for result in part():
                results.append(result)
                if not asked.json:
                    print(result.line(), flush=True)
        about = machine(databases)
    if asked.json:
        print(json.dumps({"machine": about, "results": [asdict(each) for each in results]}))
    else:
        print("\n" + "\n".join(f"{name}: {value}" for name, value in about.items()))
    return 0 if all(result.ok for result in results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure this machine.")
    parser.add_argument("--quick", action="store_true", help="see that it runs; trust no figure")
    parser.add_argument("--large", action="store_true", help="a million issues too: takes long")
    parser.add_argument("--only", action="append", choices=WHAT, help="this part; may be repeated")
    parser.add_argument("--database", action="append", choices=KINDS, help="on this database alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


@contextmanager
def _databases(kinds: Sequence[str], wanted: Sequence[str]) -> Iterator[list[Database]]:
    """The databases that the wanted parts need, for the length of the block."""
    if not {
        "intake",
        "hooks",
        "sweep",
        "idle",
        "digest",
        "scorecard",
        "as-at",
        "growth",
        "audit",
    } & set(wanted):
        yield []
        return
    with TemporaryDirectory(prefix="escalation-bench-") as folder, ExitStack() as stack:
        yield [stack.enter_context(opened(kind, Path(folder))) for kind in kinds]


def _parts(
    wanted: Sequence[str], plan: Plan, databases: Sequence[Database]
) -> Iterator[Callable[[], Iterator[Result]]]:
    if "decide" in wanted:
        yield partial(decide.run, plan)
    if "dispatch" in wanted:
        yield partial(dispatch.run, plan)
    if "formats" in wanted:
        yield partial(dispatch.run_forms, plan)
    if "deadlines" in wanted:
        yield due_instants.run
    if "seats" in wanted:
        yield partial(seats.run, plan)
    for database in databases:
        yield from _on_database(wanted, plan, database)


def _on_database(
    wanted: Sequence[str], plan: Plan, database: Database
) -> Iterator[Callable[[], Iterator[Result]]]:
    parts: Sequence[tuple[set[str], Callable[[Plan, Database], Iterator[Result]]]] = (
        ({"intake"}, intake.run),
        ({"hooks"}, hooks.run),
        ({"sweep", "idle"}, partial(sweep.run, wanted=frozenset(wanted))),
        ({"digest"}, digest.run),
        ({"scorecard"}, scorecard.run),
        ({"as-at"}, history.as_at),
        ({"growth"}, history.growth),
        ({"audit"}, audit.run),
    )
    for names, run in parts:
        if names & set(wanted):
            yield partial(run, plan, database)

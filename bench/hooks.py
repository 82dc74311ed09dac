"""Tickets that a tool posts, against issues that are logged over REST: on one service of ours.

Both end as one new issue. A delivery is verified, kept as it came, read by its source's rules and
held against what was said of its ticket before; of an issue over REST the answer is told and kept.
"""

from collections.abc import Iterator
from typing import Any

from bench.databases import Database
from bench.intake import latencies, load, operator_key, serving
from bench.rounds import Plan, Result, compared, in_turn

FLOOR = 0.1
SOURCE, SECRET = "generic", "bench-secret"


def run(plan: Plan, database: Database) -> Iterator[Result]:
    """At 32 connections, and at one."""
    url = database.make("hooks", copy_of="furnished")
    key = operator_key(url)
    words = ["bench.our_intake", "--url", url, "--hook", f"{SOURCE}={SECRET}"]
    with serving(words) as port:
        for connections in (32, 1):
            yield _loaded(plan, database, connections, port, key)
    database.drop("hooks")


def _loaded(plan: Plan, database: Database, connections: int, port: int, key: str) -> Result:
    told: dict[str, list[dict[str, Any]]] = {"ours": [], "base": []}

    def posted(seconds: float) -> float:
        told["ours"].append(load(port, connections, seconds, SECRET, SOURCE))
        return float(told["ours"][-1]["per_second"])

    def logged(seconds: float) -> float:
        told["base"].append(load(port, connections, seconds, key))
        return float(told["base"][-1]["per_second"])

    posted(plan.seconds / 2)
    logged(plan.seconds / 2)
    for answers in told.values():
        answers.clear()
    acts = {"ours": lambda: posted(plan.seconds), "base": lambda: logged(plan.seconds)}
    figures = compared(in_turn(plan.rounds, acts))
    size = "1 connection" if connections == 1 else f"{connections} connections"
    return Result("hooks", database.name, size, **figures, unit="per s", floor=FLOOR,
                  detail=latencies(told))  # fmt: skip

"""A quarter's scorecard of all providers: ours against the statements alone, written by hand.

Three or four stays, an informing and the end of a clock for each issue; counts and business seconds
must be the same from both, or nothing is measured.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from random import Random
from time import perf_counter
from typing import Any

from bench.crowd import COMPLAINT, asked
from bench.databases import BENCH, Database, desk_on
from bench.digest import AT_ONCE, NOW, insert_rows, one_issue
from bench.plain_scorecard import DIMENSIONS, Plain, prepare
from bench.rounds import Plan, Result, compared, in_turn
from bench.template import Row, rows_of
from escalation.clock import VirtualClock
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.workflow.commands import Acknowledge

CEILING = 2.0
OVER = 4
"""Periods that are measured beside the two of every scorecard."""
LARGE = 100_000
"""Issues from which on it counts."""
SINCE, BEFORE = (datetime(2029, month, 18, 14, 0, tzinfo=UTC) for month in (3, 1))
_PROVIDERS = ("meridian", "corptech", "harbour", "summit")
_OVER = ("logged", "resolved", "closed", "escalated", "in_target", "past_target",
         "updates_given", "updates_missed", "acknowledgements_missed", "unresolved",
         "unresolved_past_target", "complaints_received", "no_further_action")  # fmt: skip


def run(plan: Plan, database: Database) -> Iterator[Result]:
    """Seed issues of each size, measure, and put them away."""
    for size in plan.sizes:
        name = f"scorecard_{size}"
        url = database.make(name, copy_of="furnished")
        like = _seed(database, url, size)
        database.settle(url)
        for periods in (2, OVER):
            yield _measured(plan, database, url, (size, periods), like)
        database.drop(name)


def _measured(
    plan: Plan, database: Database, url: str, asked: tuple[int, int], like: object
) -> Result:
    """So many issues, over so many periods: two are what every scorecard has."""
    plain, (size, periods) = Plain(database.name), asked
    over = None if periods == 2 else periods  # noqa: PLR2004 - nothing more is asked for
    request = Request(profile="scorecard:ssi", since=SINCE, as_at=NOW, known_at=NOW, periods=over)
    with desk_on(url, VirtualClock(NOW)) as desk, closing(database.connect(url)) as connection:

        def ours() -> float:
            begun = perf_counter()
            digests.looked(desk, request)
            return (perf_counter() - begun) * 1_000

        def base() -> float:
            begun = perf_counter()
            _by_hand(plain, connection, periods, like)
            return (perf_counter() - begun) * 1_000

        document = digests.looked(desk, request)
        by_hand = _by_hand(plain, connection, periods, like)
        _compare(document, by_hand[0])
        _compare_over(document, by_hand)
        figures = compared(in_turn(plan.rounds, {"ours": ours, "base": base}))
    detail = f"{document['figures']['now']['logged']:,} logged in the quarter"
    what = "scorecard" if over is None else f"scorecard, {over} periods"
    return Result(what, database.name, f"{size:,}", **figures, unit="ms",
                  ceiling=CEILING if size >= LARGE else None, detail=detail)  # fmt: skip


def _by_hand(plain: Plain, connection: Any, periods: int, like: object) -> list[dict[str, Any]]:  # noqa: ANN401 - either driver's
    """The periods, as JSON with its hash: what has to be made of them is made by us alone."""
    connection.execute("BEGIN")
    begun = [NOW - n * (NOW - SINCE) for n in range(periods + 1)]
    spans = [(since, until) for until, since in pairwise(begun)]
    found = [plain.run(connection, since, until, NOW, like) for since, until in spans]
    connection.execute("COMMIT")
    sha256(json.dumps(found, default=str, skipkeys=True).encode()).hexdigest()
    return found


def _compare(document: Mapping[str, Any], plain: Mapping[str, Any]) -> None:
    counts = plain["counts"]
    for by in DIMENSIONS:
        for line in document["by"]["now"][by]:
            differ = [m for m in _OVER if line[m] != counts[by, line["code"]].get(m, 0)]
            if differ:
                raise AssertionError(f"the two do not count the same: {by} {line['code']} {differ}")
    visits = sum(each["now"]["visits"] for each in document["planned"])
    seconds, many = (sum(row[n] for row in plain["took"]) for n in (7, 5))
    if (many, seconds // many) != (visits, document["figures"]["now"]["time_on_rung"]):
        raise AssertionError("the two do not time the same")


def _compare_over(document: Mapping[str, Any], plain: list[dict[str, Any]]) -> None:
    """Each period's total is the sum of its providers', by hand."""
    for point, each in zip(reversed(document.get("trend", [])), plain, strict=False):
        of = [counts for (by, _), counts in each["counts"].items() if by == "provider"]
        differ = [m for m in _OVER if point["figures"][m] != sum(one.get(m, 0) for one in of)]
        if differ:
            raise AssertionError(f"the two do not count the same: {point['as_at']} {differ}")


def _seed(database: Database, url: str, size: int) -> object:
    """Issues with stays, an informing and a clock each; answers an instant as it is kept."""
    with desk_on(url, VirtualClock(NOW - timedelta(days=400))) as desk:
        rows = _template(database, url, desk)
    issue, stay = rows["issue"][0], rows["stay"][0]
    like, random = stay["effective_from"], Random(size)  # noqa: S311 - repeatability is the point
    connection = database.connect(url)
    connection.execute("BEGIN")
    for table in ("stay", "issue"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - of our own words
    for begun in range(0, size, AT_ONCE):
        made = [_two(n, issue, stay, random) for n in range(begun, min(begun + AT_ONCE, size))]
        insert_rows(database, connection, "issue", [each for each, _ in made])
        insert_rows(database, connection, "stay", [each for _, stays in made for each in stays])
        beside = [_beside(n, rows, stays) for n, (_, stays) in enumerate(made, start=begun)]
        for table in ("event", "clock", "clock_step"):
            insert_rows(database, connection, table, [each[table] for each in beside])
    prepare(connection, "?" if database.name == "sqlite" else "%s", NOW, like)
    connection.execute("COMMIT")
    connection.close()
    return like


def _template(database: Database, url: str, desk: Desk) -> dict[str, list[Row]]:
    view = asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=COMPLAINT))
    job = Job(stem=desk.stem(), actor=BENCH, ask=Acknowledge(), issue=view["id"], if_match=1)
    asked(desk, job)
    with closing(database.connect(url)) as connection:
        return dict(rows_of(connection, view["id"]))


def _two(number: int, issue: Row, stay: Row, random: Random) -> tuple[Row, list[Row]]:
    """An issue as the digest's bench has them: climbed once, and settled or open."""
    row, stays = one_issue(number, issue, stay, random)
    provider = random.choice(_PROVIDERS)
    stays[2]["moved"] = "escalated"
    for each in stays:
        each["provider"] = provider
        each["due_at"] = each["effective_to"] or each["due_at"]
    if len(stays) > 3:  # noqa: PLR2004 - the last is how it ended
        stays[2] |= {"status": "resolved", "further_action": False}
    return row | {"provider": provider}, stays


def _beside(number: int, rows: Mapping[str, list[Row]], stays: list[Row]) -> dict[str, Row]:
    """An informing, and a clock that has ended."""
    issue = stays[0]["issue_id"]
    at = dict.fromkeys(("effective_at", "recorded_at"), stays[1]["effective_from"])
    kind = "inform" if number % 3 else "acknowledge"
    clock = {**rows["clock"][0], "id": f"clk_{number:026}", "issue_id": issue, "kind": kind,
             "state": "ended", "next_at": None}  # fmt: skip
    step = {"clock_id": clock["id"], "step": "end", "issue_id": issue,
            "due_at": at["effective_at"], **at}  # fmt: skip
    event = {**rows["event"][0], "id": f"evt_{number:026}", "aggregate": issue, "number": 1,
             "type": "issue.informed", **at}  # fmt: skip
    return {"event": event, "clock": clock, "clock_step": step}

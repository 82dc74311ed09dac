"""A forum's digest among many issues: ours against the statements alone, written by hand.

One issue in twenty is unresolved; of those one in eight stands before the forum; each has ten
entries on its timeline. The document must be the same from both, letter by letter, or nothing is
measured.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from random import Random
from time import perf_counter
from typing import Any

from psycopg.types.json import Jsonb

from bench.crowd import COMPLAINT, asked, kept
from bench.databases import BENCH, Database, desk_on
from bench.plain_days import prepare
from bench.plain_decided import rows as decided_rows
from bench.plain_digest import FORUM, Plain
from bench.rounds import Plan, Result, compared, in_turn
from bench.template import Row, rows_of
from bench.told import entries
from escalation.clock import VirtualClock
from escalation.digests.digest import titled
from escalation.services import digests
from escalation.services.asked_digests import framework_at
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.store.base import EPOCH
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge

CEILING = 1.3
LARGE = 100_000
"""Issues from which on it counts."""
COUNTS = {"sqlite": LARGE // 10, "postgres": LARGE}
"""The same by database: SQLite is for a tenth."""
ROUNDS, SHORT_ROUNDS = 7, 49
"""At least: below ``LARGE`` a digest takes milliseconds, and the median of few is mostly noise."""
NOW = datetime(2029, 6, 19, 2, 0, tzinfo=UTC)
SINCE = datetime(2029, 6, 12, 2, 0, tzinfo=UTC)
_OF_ISSUES = ("sections", "figures")
UNTIL = datetime(2029, 7, 3, 0, 0, tzinfo=UTC)
FIRST = datetime(2027, 7, 1, 0, 0, tzinfo=UTC)
AT_ONCE = 2_000
_AGENCIES = ("rivers", "schools", "transit", "wellbeing", "records", "fisheries")
_RUNGS = (
    ("service_manager", "operational", None, "in_progress", 50),
    ("function_director", "service", None, "in_progress", 30),
    ("business_manager_forum", "service", FORUM, "tabled", 12),
    ("partnering_forum", "corporate", "pf-southern-cross", "tabled", 8),
)
_SEVERITIES = {"critical": 5, "high": 15, "medium": 50, "low": 30}


def run(plan: Plan, database: Database) -> Iterator[Result]:
    """Seed a crowd of each size, measure, and put it away."""
    for size in plan.sizes:
        name = f"digest_{size}"
        url = database.make(name, copy_of="furnished")
        seed(database, url, size)
        database.settle(url)
        yield _measured(plan, database, url, size)
        database.drop(name)


def _measured(plan: Plan, database: Database, url: str, size: int) -> Result:
    with desk_on(url, VirtualClock(NOW)) as desk, closing(database.connect(url)) as connection:

        def made() -> bytes:
            body = digests.built(desk, FORUM, (NOW, NOW), SINCE)
            sha256(body).hexdigest()
            return body

        def ours() -> float:
            return _timed(made)

        def base() -> float:
            return _timed(lambda: plain.run(connection))

        body = made()
        document = json.loads(body)
        ended = tuple(datetime.fromisoformat(each["at"]) for each in document["figures"]["trend"])
        framework = {name: told for name, told in document.items() if name not in _OF_ISSUES}
        plain = Plain(database.name, NOW, SINCE, UNTIL, ended, framework, _called(desk))
        shown, rows = plain.run(connection)
        _compare(document, json.loads(shown))
        rounds = max(plan.rounds, ROUNDS if size >= LARGE else SHORT_ROUNDS)
        figures = compared(in_turn(rounds, {"ours": ours, "base": base}))
    detail = f"{rows:,} rows read, {len(body) / 1024:,.0f} KiB"
    ceiling = CEILING if size >= COUNTS[database.name] else None
    return Result("digest", database.name, f"{size:,}", **figures, unit="ms", ceiling=ceiling,
                  detail=detail)  # fmt: skip


def _compare(document: Mapping[str, Any], plain: Mapping[str, Any]) -> None:
    """Refuse to measure what is not the same."""
    differ = [name for name in document if plain.get(name) != document[name]]
    if differ:
        raise AssertionError(f"the two do not show the same: {differ}")


def _called(desk: Desk) -> dict[str, dict[str, str]]:
    """What all codes of the directory are called."""
    with read(desk.engine) as connection:
        directory = framework_at(desk, connection, NOW, NOW).directory
    return {
        name: {code: each.title for code, each in table.items()}
        for name, table in titled(directory).items()
    }


def _timed(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return (perf_counter() - begun) * 1_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """Which issues of a crowd are unresolved, and when the last of the others began."""

    unresolved: Callable[[int], bool] = lambda number: number % 20 == 0
    last: datetime = NOW - timedelta(days=12)


USUAL = Crowd()


def seed(database: Database, url: str, size: int, crowd: Crowd = USUAL) -> None:
    """Issues with stays and entries, copied from one that was logged and acknowledged for real."""
    with desk_on(url, VirtualClock(NOW - timedelta(days=400))) as desk:
        issue, stays, event = _template(database, url, desk)
    random = Random(size)  # noqa: S311 - repeatability is the point
    connection = database.connect(url)
    connection.execute("BEGIN")
    for table in ("action", "decision", "stay", "issue"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - of our own words
    for begun in range(0, size, AT_ONCE):
        numbers = range(begun, min(begun + AT_ONCE, size))
        made = [one_issue(n, issue, stays[0], random, crowd) for n in numbers]
        insert_rows(database, connection, "issue", [each for each, _ in made])
        insert_rows(database, connection, "stay", [stay for _, each in made for stay in each])
        of_each = zip(numbers, made, strict=True)
        told = (
            entries(n, event, row["id"], _instant(row["received_at"])) for n, (row, _) in of_each
        )
        insert_rows(database, connection, "event", list(chain.from_iterable(told)))
    decided_on = [f"iss_{n:026}" for n in range(0, size, max(size // 10, 1))]
    for table, row in decided_rows(FORUM, NOW, decided_on, issue["created_at"]):
        insert_rows(database, connection, table, [dict(row)])
    prepare(connection, "?" if database.name == "sqlite" else "%s", NOW)
    connection.execute("COMMIT")
    connection.close()


def _instant(value: Any) -> datetime:  # noqa: ANN401 - as either driver has it
    return value if isinstance(value, datetime) else EPOCH + timedelta(0, 0, value)


def _template(database: Database, url: str, desk: Desk) -> tuple[Row, list[Row], Row]:
    view = asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=COMPLAINT))
    job = Job(stem=desk.stem(), actor=BENCH, ask=Acknowledge(), issue=view["id"], if_match=1)
    asked(desk, job)
    with closing(database.connect(url)) as connection:
        rows = rows_of(connection, view["id"])
    return rows["issue"][0], rows["stay"], rows["event"][0]


def one_issue(
    number: int, issue: Row, stay: Row, random: Random, crowd: Crowd = USUAL
) -> tuple[Row, list[Row]]:
    """One issue: closed long ago, or unresolved on some rung; three or four stays."""
    like, open_still = stay["effective_from"], crowd.unresolved(number)
    rung = random.choices(_RUNGS, [weight for *_, weight in _RUNGS])[0]
    severity = random.choices(list(_SEVERITIES), list(_SEVERITIES.values()))[0]
    agency = random.choice(_AGENCIES)
    span = timedelta(days=50) if open_still else crowd.last - FIRST
    began = (NOW - timedelta(days=55) if open_still else FIRST) + random.random() * span
    began = began.replace(microsecond=0)
    issue_id, due = f"iss_{number:026}", NOW + timedelta(hours=random.randrange(-40, 900))
    common: Row = {"issue_id": issue_id, "severity": severity, "agency": agency}
    on_rung = dict(zip(("rung", "layer", "forum", "status"), rung[:4], strict=True))
    at_forum = rung[2] is not None
    tabled = {"meeting": "mtg_x", "meeting_at": kept(NOW + timedelta(days=28), like)}
    last = {"due_at": kept(due, like), "past_target_at": kept(due, like), **on_rung, "visit": 2}
    last |= tabled if at_forum else {}
    told = [{"status": "open"}, {"status": "in_progress"}, last]
    if not open_still:
        told.append({**on_rung, "status": "closed", "left_forum": rung[2]})
    stays: list[Row] = []
    for place, change in enumerate(told):
        at = began + place * timedelta(days=2)
        ends = kept(at + timedelta(days=2), like) if place < len(told) - 1 else None
        row = {**stay, **common, **change, "id": f"sty_{number:023}{place:03}"}
        row |= {"effective_from": kept(at, like), "recorded_from": kept(at, like)}
        row |= {"effective_to": ends, "recorded_to": ends, "entered_at": kept(at, like)}
        row["before"] = stays[-1]["id"] if stays else None
        stays.append(row)
    new = {"id": issue_id, "reference": f"SSI-2026-{number:07}", "severity": severity,
           "agency": agency, "received_at": kept(began, like),
           "status": told[-1]["status"], "stay": stays[-1]["id"]}  # fmt: skip
    return {**issue, **new}, stays


def insert_rows(database: Database, connection: Any, table: str, rows: list[Row]) -> None:  # noqa: ANN401 - either driver's
    """Insert rows that all have the same columns."""
    names = list(rows[0])
    listed = ", ".join(f'"{name}"' for name in names)
    mark = "?" if database.name == "sqlite" else "%s"
    marks = ", ".join([mark] * len(names))
    statement = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608 - of our own words
    values = [[_plain(row[name]) for name in names] for row in rows]
    if database.name == "sqlite":
        connection.executemany(statement, values)
    else:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _plain(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict | list) else value

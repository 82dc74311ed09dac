"""Many open issues, set-based: copies of one that was logged, acknowledged and warned for real."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench.databases import BENCH, Database, desk_on
from bench.template import DIGITS, Change, Copies, Row, Rows, changes, rows_of
from escalation.clock import VirtualClock
from escalation.routing.vocabulary import Channel, IssueKind
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.workflow.commands import Acknowledge, Log

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
FAR = datetime(2098, 1, 1, tzinfo=UTC)
COMPLAINT = Log(
    kind=IssueKind.COMPLAINT,
    title="The pay is late",
    description="It did not come on Thursday, and the overtime of the week before is missing.",
    channel=Channel.PHONE,
    agency="rivers",
    provider="meridian",
    function="payroll",
    raiser={"type": "staff", "name": "Ana"},
)


@dataclass(frozen=True, slots=True)
class Climb:
    """One issue just before its rung's clock ends and just after: rows, and what changed."""

    before: Rows
    changes: Sequence[Change]
    copies: Copies
    clock: Row
    due_at: datetime


def climb_of(database: Database) -> Climb:
    """Have one issue climb for real."""
    url = database.make("climb", copy_of="furnished")
    clock = VirtualClock(MONDAY)
    with desk_on(url, clock) as desk:
        view = asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=COMPLAINT))
        issue = view["id"]
        ask = Job(stem=desk.stem(), actor=BENCH, ask=Acknowledge(), issue=issue, if_match=1)
        view = asked(desk, ask)
        while view["next"]["step"] != "end":
            clock.move_to(datetime.fromisoformat(view["next"]["at"]))
            desk.sweep().result()
            view = _seen(database, url, issue)
        due_at = datetime.fromisoformat(view["next"]["at"])
        connection = database.connect(url)
        before = rows_of(connection, issue)
        clock.move_to(due_at)
        desk.sweep().result()
        after = rows_of(connection, issue)
        connection.close()
    database.drop("climb")
    ended = next(row for row in before["clock"] if row["kind"] == "rung")
    return Climb(before, changes(before, after), Copies.of(after), ended, due_at)


def asked(desk: Desk, job: Job) -> dict[str, Any]:
    """Have one command done; the issue as it then is."""
    view: dict[str, Any] = json.loads(desk.submit(job).result().body)
    return view


def _seen(database: Database, url: str, issue: str) -> dict[str, Any]:
    """What is next of an issue, by its rows."""
    connection = database.connect(url)
    rows = [row for row in rows_of(connection, issue)["clock"] if row["next_at"] is not None]
    connection.close()
    first = min(rows, key=lambda row: row["next_at"])
    return {"next": {"step": first["step"], "at": instant(first["next_at"]).isoformat()}}


def instant(kept: int | datetime) -> datetime:
    """An instant as either database keeps it."""
    return kept if isinstance(kept, datetime) else datetime.fromtimestamp(kept / 1_000_000, UTC)


def kept(at: datetime, like: object) -> int | datetime:
    """An instant as the database keeps it that kept ``like``."""
    return at if isinstance(like, datetime) else round(at.timestamp() * 1_000_000)


def seed(
    connection: Any,  # noqa: ANN401 - either driver's
    climb: Climb,
    size: int,
    due: int,
    instants: Sequence[datetime],
) -> None:
    """Make ``size`` open issues; of each group ``due`` clocks end at its instant, scattered."""
    connection.execute("BEGIN")
    connection.execute("CREATE TEMP TABLE number (n integer PRIMARY KEY, nr text NOT NULL)")
    connection.execute(_numbers(climb, size))
    far = {"next_at": kept(FAR, climb.clock["due_at"])}
    for table, rows in climb.before.items():
        for row in rows:
            waits = table == "clock" and row["next_at"] is not None
            _copy(connection, climb.copies, table, {**row, **far} if waits else row)
    step = size // due
    clock_id = climb.copies.expression(climb.clock["id"], "nr")
    for group, at in enumerate(instants):
        due_now = climb.copies.expression(kept(at, climb.clock["due_at"]), "nr")
        connection.execute(
            f"UPDATE clock SET next_at = {due_now} WHERE id IN (SELECT {clock_id} FROM number"  # noqa: S608 - of our own words
            f" WHERE n % {step} = {group} AND n < {step * due})"
        )
    connection.execute("COMMIT")


def _numbers(climb: Climb, size: int) -> str:
    if isinstance(climb.clock["due_at"], datetime):
        return (
            f"INSERT INTO number SELECT n, lpad(n::text, {DIGITS}, '0')"  # noqa: S608 - of our own words
            f" FROM generate_series(0, {size - 1}) AS n"
        )
    return (
        "WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up"  # noqa: S608 - of our own words
        f" WHERE n < {size - 1}) INSERT INTO number SELECT n, printf('%0{DIGITS}d', n) FROM up"
    )


def _copy(connection: Any, copies: Copies, table: str, row: Row) -> None:  # noqa: ANN401 - as above
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(copies.expression(value, "nr") for value in row.values())
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM number")  # noqa: S608 - of our own words

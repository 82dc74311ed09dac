"""Verifying the whole record: ours against reading the same entries and hashing their bytes once.

The plain way reads every entry through the bare driver in the order of the chains and feeds one
SHA-256 with its columns. It knows nothing of chains, trees, signatures, heads or what is left over.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from time import perf_counter
from typing import Any

from sqlalchemy import insert, select

from bench.crowd import COMPLAINT, asked
from bench.databases import BENCH, Database, desk_on
from bench.rounds import Plan, Result, compared, in_turn
from escalation.clock import VirtualClock
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.services.record.sealing import Sealer
from escalation.services.record.verifying import Verifier
from escalation.services.secrets import Vault
from escalation.store import models
from escalation.store.chain import GENESIS, link_hash
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge, Note

CEILING = 5.0
NOW = datetime(2029, 6, 19, 2, 0, tzinfo=UTC)
AT_ONCE = 500
_WORDS = (
    "Rang the agency's payroll officer, who says that the file came late and that the run cannot be"
    " opened again before Friday; asked for a manual payment for those who were left out."
)
Row = dict[str, Any]


def run(plan: Plan, database: Database) -> Iterator[Result]:
    """Seed so many entries, seal them, measure, and put it away."""
    for size in plan.sizes:
        name = f"audit_{size}"
        url = database.make(name, copy_of="furnished")
        with desk_on(url, VirtualClock(NOW)) as desk:
            _seed(desk, size)
            database.settle(url)
            yield _measured(plan, database, url, desk)
        database.drop(name)


def _measured(plan: Plan, database: Database, url: str, desk: Desk) -> Result:
    verifier = Verifier(desk.engine)
    seen = {"entries": 0, "bytes": 0}
    with closing(database.connect(url)) as connection:

        def ours() -> float:
            begun = perf_counter()
            report = verifier.all()
            seconds = perf_counter() - begun
            if not report.ok:
                raise RuntimeError(f"the record is not whole: {report.told()}")
            seen["entries"] = report.entries
            return seconds * 1_000

        def base() -> float:
            begun = perf_counter()
            seen["bytes"] = _hashed(connection)
            return (perf_counter() - begun) * 1_000

        ours(), base()
        figures = compared(in_turn(max(plan.rounds, 5), {"ours": ours, "base": base}))
    a_second = seen["entries"] / figures["ours"] * 1_000
    detail = f"{a_second:,.0f} entries/s, {seen['bytes'] / seen['entries']:.0f} bytes each"
    return Result("audit", database.name, f"{seen['entries']:,}", **figures, unit="ms",
                  ceiling=CEILING, detail=detail)  # fmt: skip


def _hashed(connection: Any) -> int:  # noqa: ANN401 - either driver's
    """Hash every entry's bytes; how many those were."""
    hashed, size = sha256(), 0
    cursor = connection.execute("SELECT * FROM event ORDER BY aggregate, number")
    while rows := cursor.fetchmany(1_000):
        for row in rows:
            body = "\n".join(map(str, row)).encode()
            hashed.update(body)
            size += len(body)
    hashed.digest()
    return size


def _seed(desk: Desk, size: int) -> None:
    """Issues copied from one that was logged and acted on for real, each chained as its own."""
    view = asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=COMPLAINT))
    for act in (Acknowledge(), Note(text=_WORDS), Note(text=_WORDS), Note(text=_WORDS)):
        asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=act, issue=view["id"]))
    with read(desk.engine) as connection:
        event = models.event
        query = select(event).where(event.c.aggregate == view["id"]).order_by(event.c.number)
        entries = [dict(row) for row in connection.execute(query).mappings()]
        issue = dict(connection.execute(select(models.issue)).mappings().one())
    for begun in range(0, size // len(entries), AT_ONCE):
        _copy(desk, issue, entries, range(begun, min(begun + AT_ONCE, size // len(entries))))
    sealer = Sealer(desk.engine, desk.clock, desk.ids, Vault(lambda: [b"b" * 32]), None)
    while sealer.seal():
        pass


def _copy(desk: Desk, issue: Row, entries: list[Row], numbers: range) -> None:
    issues, events = [], []
    for number in numbers:
        aggregate, previous = f"iss_{number:026}", GENESIS
        for place, entry in enumerate(entries):
            row = {**entry, "id": f"evt_{number:022}{place:04}", "aggregate": aggregate}
            previous = row["hash"] = link_hash(previous, row)
            events.append(row)
        issues.append(
            {**issue, "id": aggregate, "reference": f"SSI-2029-{number:07}", "chain": previous}
        )
    with write(desk.engine) as connection:
        connection.execute(insert(models.issue), issues)
        connection.execute(insert(models.event), events)
        connection.execute(insert(models.unsealed), [{"event_id": e["id"]} for e in events])

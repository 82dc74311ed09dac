"""A replay from end to end: read the log, set the stage, drive, check, report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from escalation.services.replay.asks import Asks
from escalation.services.replay.cases import Read, read_cases
from escalation.services.replay.checks import ClockChecker
from escalation.services.replay.driving import Driver, Progress
from escalation.services.replay.mapping import LogMapping
from escalation.services.replay.paper import Document, paper_of
from escalation.services.replay.report import Report, report_of
from escalation.services.replay.rows import LogReader
from escalation.services.replay.stage import Framework, Stage, staged

__all__ = ["Replay", "Report", "replay_log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What is to be replayed, and how.

    ``database`` is the URL of a database to keep; ``follow`` makes acts of the log's own moves
    between its lines; ``limit`` takes only the cases that began first; ``paper`` is handed the
    document of the board paper that it ends in.
    """

    log: Path
    mapping: LogMapping
    under: Framework
    seed: int = 1
    database: str | None = None
    follow: bool = False
    limit: int | None = None
    paper: Callable[[Document], None] = lambda _: None


def replay_log(wanted: Replay, progress: Callable[[Progress], None] = lambda _: None) -> Report:
    """Drive a log through the engine; the same log, mapping, seed and options give the same report.

    Raises:
        Invalid: log, mapping, ladders or directory have mistakes; each is told with its place.
        Broken: the database to be kept cannot be used.
    """
    taken = _read(wanted)
    with staged(
        wanted.under, first_at=taken.first_at, seed=wanted.seed, database=wanted.database
    ) as stage:
        return _played(wanted, taken, stage, progress)


def _read(wanted: Replay) -> Read:
    reader = LogReader(wanted.log, wanted.mapping)
    rows = reader.cases()
    return read_cases(rows, reader.names, wanted.mapping, follow=wanted.follow, limit=wanted.limit)


def _played(
    wanted: Replay, taken: Read, stage: Stage, progress: Callable[[Progress], None]
) -> Report:
    wanted.mapping.check_codes(stage.directory)
    asks = Asks(wanted.mapping, stage.publication, stage.directory)
    logs = asks.logs(taken.cases, wanted.log.name)
    checker = ClockChecker(stage.engine, stage.desk.registry)
    driver = Driver(
        stage.desk,
        stage.clock,
        asks,
        name=f"replay of {wanted.log.name}",
        horizon=taken.last_at,
        look=checker.look,
    )
    ids = driver.drive(taken.cases, logs, progress)
    checker.look(ids, overdue=taken.last_at)
    paper = paper_of(stage, taken, driver.tally)
    wanted.paper(paper)
    told = {
        "replay": {
            "log": wanted.log.name,
            "mapping": wanted.mapping.file.title,
            "seed": wanted.seed,
            "follow": wanted.follow,
            "limit": wanted.limit,
            "ladders": stage.publication.label,
        }
    }
    report = report_of(stage, taken, driver.tally, checker.result)
    return told | report | {"totals": paper["log"]}

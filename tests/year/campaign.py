"""A whole year of the demonstration cluster.

python -m tests.year.campaign [--days 365] [--issues 2000] [--people 40] [--database ...] [--seed 5]
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.api.service import serving
from tests.builders import furnish
from tests.crash.campaign import say
from tests.life.world import hasten
from tests.postgres import postgres
from tests.year.cluster import Year
from tests.year.ending import wrong


@contextmanager
def lived(
    url: str, folder: Path, *, days: int, issues: int, people: int, seed: int
) -> Iterator[Year]:
    """A year, or so many days of one, at its end; its commits did not wait for the disk."""
    with serving(url, data_dir=folder, _env_file=None) as service:
        hasten(service.container.engine)
        year = Year(service, Random(seed))  # noqa: S311 - repeatability is the point
        year.plan_leave(people, days)
        year.live(days, issues)
        yield year


def main() -> int:
    """Live it and say what came of it; the status is 1 where something was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--issues", type=int, default=2_000)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="escalation-year-") as name,
        place(asked.database, Path(name)) as url,
    ):
        furnish(url)
        lives = {"days": asked.days, "issues": asked.issues, "people": asked.people}
        with lived(url, Path(name), seed=asked.seed, **lives) as year:
            for what, count in sorted(year.done.items()):
                say(f"{count:7}  {what}")
            met = Counter(year.meetings.values())
            say(f"{len(year.logged)} issues; meetings: {dict(met)}")
            faults = wrong(year)
            for fault in faults:
                say(f"WRONG  {fault}")
    return 1 if faults else 0


@contextmanager
def place(database: str, folder: Path) -> Iterator[str]:
    """An empty database for the length of the block: its URL."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'year.db'}"
    else:
        with postgres() as server:
            yield server.url()


if __name__ == "__main__":
    sys.exit(main())

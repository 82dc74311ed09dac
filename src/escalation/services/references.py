"""Human references: ``SSI-2026-000123``, numbered within a year.

Numbers are reserved in blocks, so that processes do not wait for one another; what is left of a
block when a process ends is a gap.
"""

from collections.abc import Iterable
from datetime import datetime

from escalation.services.jobs import Job
from escalation.store.access import take_references
from escalation.store.transaction import Engine, write
from escalation.workflow.commands import Log

_SMALLEST, _LARGEST = 16, 1_024


class References:
    """The blocks of one process; used by its desk alone."""

    def __init__(self, prefix: str) -> None:
        """``prefix`` begins every reference."""
        self._prefix = prefix
        self._left: dict[int, tuple[int, int]] = {}
        self._size = _SMALLEST

    def reserve(self, engine: Engine, jobs: Iterable[Job], now: datetime) -> None:
        """Make sure that every new issue among ``jobs`` finds a number."""
        wanted: dict[int, int] = {}
        for job in jobs:
            if isinstance(job.ask, Log):
                year = (job.at or now).year
                wanted[year] = wanted.get(year, 0) + 1
        for year, count in wanted.items():
            self.stock(engine, year, count)

    def stock(self, engine: Engine, year: int, count: int) -> None:
        """Make sure that ``count`` new issues of a year find a number."""
        first, end = self._left.get(year, (1, 1))
        if end - first < count:
            size = max(self._size, count)
            with write(engine) as connection:
                first = take_references(connection, year, size)
            self._left[year] = (first, first + size)
            self._size = min(self._size * 2, _LARGEST)

    def next(self, at: datetime) -> str:
        """The next reference of the year of ``at``.

        In the moment of a new year the two clocks may differ; then the year that numbers are
        reserved of is taken.
        """
        reserved = [year for year, (first, end) in self._left.items() if first < end]
        year = at.year if at.year in reserved else max(reserved)
        first, end = self._left[year]
        self._left[year] = (first + 1, end)
        return f"{self._prefix}-{year}-{first:06d}"

"""The due instants of ``bench/deadlines.py``, as a row of the bench's table."""

from collections.abc import Iterator

from bench import deadlines
from bench.rounds import Result


def run() -> Iterator[Result]:
    """The indexed calendar against a plain walk over days."""
    rows = {row.name: row for row in deadlines.run()}
    ratio = rows["indexed over day walk"]
    lowest, highest = (float(part) for part in ratio.detail.split(" to "))
    yield Result(
        what="due instants",
        database="-",
        size="60 business days",
        ours=rows["due instants, indexed"].value,
        base=rows["due instants, day walk"].value,
        unit="per s",
        ratio=ratio.value,
        lowest=lowest,
        highest=highest,
        floor=deadlines.RATIO_WANTED,
        detail="base: a walk date by date",
    )

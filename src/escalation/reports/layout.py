"""A digest's document laid out for people: headings, tables and sentences, in no format yet.

Every format says the same, for all are made from this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

NONE = "\N{EN DASH}"
"""What stands where there is nothing to say."""
NOW = "Now"
"""What is called the last point of a trend: the document's own instant."""
_DIGITS = frozenset("123456789")
Document = Mapping[str, Any]
Cells = tuple[str, ...]


class Chart(StrEnum):
    """How the numbers of a table are drawn."""

    BARS = "bars"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of a row is its heading.

    ``numbers`` are the columns that hold numbers; ``marked`` the rows that stand out. ``chart`` is
    how its numbers are drawn beside it, where they are.
    """

    caption: str
    columns: Cells
    rows: tuple[Cells, ...]
    numbers: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    chart: Chart | None = None

    @property
    def drawn(self) -> bool:
        """Whether there is a chart of it, and anything to draw."""
        counts = (cells[n] for cells in self.rows for n in self.numbers)
        return self.chart is not None and any(set(cell) & _DIGITS for cell in counts)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it is about, and its tables; ``empty`` is said where there is none.

    One of a deeper ``level`` belongs to the last one of the level above. So many ``columns`` of its
    tables stand beside each other on paper. One that begins a ``part`` begins a page of its own.
    """

    id: str
    title: str
    about: str
    tables: tuple[Table, ...]
    empty: str = ""
    level: int = 1
    columns: int = 1
    part: bool = False

    @property
    def said_of_none(self) -> str:
        """The sentence on what there is none of; nothing where the tables say it all."""
        return self.empty if not self.tables or self.id == "since" else ""


class Local:
    """Instants on a body's own clock."""

    def __init__(self, zone: str) -> None:
        """On the clock of ``zone``."""
        self.zone = ZoneInfo(zone)

    def moment(self, text: str | None) -> str:
        """Day and time; the zone is named once, above."""
        return NONE if text is None else f"{self._local(text):%a %d %b %Y, %H:%M}"

    def day(self, text: str | None) -> str:
        """The day."""
        return NONE if text is None else f"{self._local(text):%a %d %b %Y}"

    def last_day(self, text: str) -> str:
        """The last day of what ends at an instant."""
        return f"{self._local(text) - timedelta(seconds=1):%d %b %Y}"

    def offset(self, text: str) -> str:
        """The zone with its offset at an instant."""
        offset = f"{self._local(text):%z}"
        return f"{self.zone.key} (UTC{offset[:3]}:{offset[3:]})"

    def _local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self.zone)


class Words(Local):
    """Codes as titles and instants as local times, by what the document itself says."""

    def __init__(self, document: Document) -> None:
        """By the titles and the forum's zone of ``document``."""
        super().__init__(document["forum"]["zone"])
        self._titles: Mapping[str, Mapping[str, str]] = document["titles"]

    def title(self, of: str, code: str | None) -> str:
        """The title of a code, else the code; a dash where there is none."""
        return NONE if code is None else self._titles[of].get(code, code)


def word(code: str) -> str:
    """A code as a word: ``on_hold`` as ``On hold``."""
    return code.replace("_", " ").capitalize()


def days(count: int | None) -> str:
    """A number of business days."""
    return "not known" if count is None else str(count)


def corrected(document: Document) -> tuple[tuple[str, str], ...]:
    """What a document stands for, if it corrects one."""
    old = document.get("corrects")
    return () if old is None else (("Corrects", f"{old['number']}, withheld since"),)

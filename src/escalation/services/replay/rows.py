"""The rows of an event log: a CSV file, plain or packed with gzip, read row by row.

Whatever cannot be read is told with the line it stands on and what to do about it.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path as File
from sys import intern
from zoneinfo import ZoneInfo

from escalation.clock import whole_second
from escalation.errors import Fault, Invalid
from escalation.routing.positions import Path
from escalation.routing.wording import quoted
from escalation.services.replay.mapping import BETWEEN, LogMapping, LogState
from escalation.timekeeping.instants import zone_named

FAULTS = 20
"""How many faults are told before reading stops."""

_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
_FIELD = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it says of its case, and the words that the fields of an issue come from.

    ``state`` is ``None`` for a hold, whose kind ``word`` then names; ``words`` go with the
    reader's ``names``. ``line`` is the last of the lines it stands on.
    """

    line: int
    at: datetime
    word: str
    state: LogState | None
    place: str | None
    received: datetime | None
    words: tuple[str, ...]


class LogReader:
    """One log under one mapping; ``names`` are the columns whose words each row keeps."""

    def __init__(self, path: File, mapping: LogMapping) -> None:
        """Read ``path`` as ``mapping`` says."""
        self.path = path
        self.mapping = mapping
        self.names: tuple[str, ...] = ()
        self._kept: tuple[int, ...] = ()
        self._faults: list[Fault] = []
        self._zone: ZoneInfo = zone_named(mapping.file.time.zone)
        self._instants: dict[str, datetime] = {}
        self._missing = frozenset(mapping.file.missing)

    def cases(self) -> dict[str, list[Row]]:
        """The rows by case, cases and rows in the order of the file.

        Raises:
            Invalid: with each row that cannot be read (the first twenty) and its line.
        """
        found: dict[str, list[Row]] = {}
        records = self._records()
        header = next(records, (1, []))[1]
        if not header:
            raise self._broken(1, "empty_log", "found no header, expected a row of column names")
        self.mapping.check_header(header, self.path.name)
        named = {path: header.index(column) for path, column in self.mapping.columns.items()}
        kept = {c for path, c in self.mapping.columns.items() if path[0] == "issue"}
        self.names = tuple(sorted(kept))
        self._kept = tuple(header.index(name) for name in self.names)
        case_at = named["columns", "case"]
        for line, record in records:
            if len(record) != len(header):
                self._fault(line, "uneven_row", _uneven(len(record), len(header)))
                continue
            row = self._row(line, record, named)
            if row is not None:
                found.setdefault(record[case_at], []).append(row)
        if self._faults:
            raise self._refused()
        if not found:
            raise self._broken(2, "empty_log", "found no rows below the header, expected some")
        return found

    # -- text --------------------------------------------------------------------------------

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line it ends on."""
        csv.field_size_limit(_FIELD)
        delimiter = self.mapping.file.delimiter
        between = "\t" if delimiter == "tab" else delimiter
        reader = csv.reader(self._lines(), delimiter=between, strict=True)
        try:
            for record in reader:
                if record:
                    yield reader.line_num, record
        except csv.Error as error:
            detail = (
                f"found a row that is no CSV ({error}), expected each quote closed, and doubled"
                " where it stands inside"
            )
            raise self._broken(reader.line_num, "malformed_row", detail) from error

    def _lines(self) -> Iterator[str]:
        """The lines as text, their ends kept; a byte order mark is left out."""
        encoding = self.mapping.file.encoding
        number = 0
        try:
            with self._opened() as file:
                for number, raw in enumerate(file, start=1):
                    line = raw.removeprefix(_MARK) if number == 1 else raw
                    yield line.decode(encoding)
        except UnicodeDecodeError as error:
            detail = (
                f"found the byte 0x{error.object[error.start]:02X}, which is not {encoding}; save"
                " the log as UTF-8, or name its `encoding` in the mapping: cp1252 or iso-8859-1"
            )
            raise self._broken(number, "encoding", detail) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            detail = f"found a gzip file that is cut short or damaged ({error}); fetch it again"
            raise self._broken(number + 1, "damaged_log", detail) from error
        except OSError as error:
            raise Invalid(f"The log {self.path} cannot be opened: {error.strerror}.") from error

    def _opened(self) -> gzip.GzipFile | BufferedReader:
        with self.path.open("rb") as file:
            packed = file.read(2) == _GZIP
        return gzip.open(self.path, "rb") if packed else self.path.open("rb")

    # -- rows --------------------------------------------------------------------------------

    def _row(self, line: int, record: list[str], named: Mapping[Path, int]) -> Row | None:
        file = self.mapping.file
        at = self._instant(line, file.columns.at, record[named["columns", "at"]])
        received = None
        if file.columns.received is not None:
            text = record[named["columns", "received"]]
            if text not in self._missing:
                received = self._instant(line, file.columns.received, text)
        parts = [record[named["state", "columns", n]] for n in range(len(file.state.columns))]
        word = BETWEEN.join(parts)
        place = record[named["moves", "column"]] if file.moves is not None else None
        if at is None or not self._known(line, word, place):
            return None
        words = tuple(intern(record[n]) for n in self._kept)
        return Row(line, at, word, file.state.values.get(word), place, received, words)

    def _known(self, line: int, word: str, place: str | None) -> bool:
        """Whether the mapping says what the row's words mean; a fault where it does not."""
        states, moves = self.mapping.file.state, self.mapping.file.moves
        if word not in states.values and word not in states.waits:
            where = self._where("state", "values")
            detail = f"found the state {quoted(word)}, of which {where} does not say the meaning"
            self._fault(line, "unknown_word", f"{detail}; add it there, or mend the row")
            return False
        if place is not None and moves is not None and moves.directed and moves.rank(place) is None:
            where = self._where("moves")
            detail = f"found the support line {quoted(place)}, to which {where} gives no rank"
            self._fault(line, "unknown_word", f"{detail}; add it there, or an `otherwise`")
            return False
        return True

    def _where(self, *path: str) -> str:
        return self.mapping.positions.show(self.mapping.positions.key(path))

    def _instant(self, line: int, column: str, text: str) -> datetime | None:
        found = self._instants.get(text)
        if found is None:
            try:
                found = self._instants[text] = self._parsed(text)
            except ValueError:
                form = quoted(self.mapping.file.time.format)
                detail = f"found {quoted(text)} as `{column}`, expected a time in the form {form}"
                mend = "mend the row, or `time.format` of the mapping"
                self._fault(line, "wrong_time", f"{detail}; {mend}")
        return found

    def _parsed(self, text: str) -> datetime:
        form = self.mapping.file.time.format
        iso = form == "iso"
        instant = datetime.fromisoformat(text) if iso else datetime.strptime(text, form)  # noqa: DTZ007 - the zone stands beside it
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=self._zone)
        return whole_second(instant.astimezone(UTC))

    def _fault(self, line: int, code: str, detail: str) -> None:
        self._faults.append(Fault(code, detail, file=f"{self.path.name}:{line}"))
        if len(self._faults) == FAULTS:
            raise self._refused(f" The first {FAULTS} faults:")

    def _broken(self, line: int, code: str, detail: str) -> Invalid:
        self._faults.append(Fault(code, detail, file=f"{self.path.name}:{line}"))
        return self._refused()

    def _refused(self, more: str = "") -> Invalid:
        why = f"{self.path.name} cannot be read; nothing was replayed.{more}"
        return Invalid(why, errors=self._faults)


def _uneven(found: int, expected: int) -> str:
    return (
        f"found {found} fields, expected {expected} as in the header; mend the row"
        " (a field with a delimiter inside stands in quotes), or `delimiter` of the mapping"
    )

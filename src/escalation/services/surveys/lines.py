"""A file of answers, line by line: as strict as the ladder file, every bad line told at once."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from escalation.errors import Fault, Invalid, TooLarge
from escalation.routing.directory import Directory
from escalation.routing.fields import read_moment
from escalation.routing.surveys import Survey
from escalation.routing.vocabulary import Channel
from escalation.routing.wording import not_among, quoted
from escalation.workflow.interactions import Quoting
from escalation.workflow.surveys import Answers, answers_of

LARGEST = 20 * 1024 * 1024
"""How many bytes a file of answers may have."""
MOST_LINES = 50_000
MOST_FAULTS = 200
"""Faults that are told of one file; the first ones."""
RESPONDENT, ANSWERED_ON, QUOTE, CHANNEL = "respondent", "answered_on", "quote", "channel"
PLACES = ("provider", "agency", "cluster", "function", "region")
OWN = (RESPONDENT, ANSWERED_ON, *PLACES, CHANNEL, QUOTE)
"""The columns that are no questions."""
_NEEDED = (RESPONDENT, ANSWERED_ON)
_NAME_MAX = 200
NOON = time(12)
"""An answer of a day is one of its noon: well within it, whatever period it is counted in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person's answers; ``at`` is the line that they begin on."""

    at: int
    respondent: str
    answered_at: datetime
    places: Mapping[str, str | None]
    channel: Channel
    answers: Answers

    @property
    def content(self) -> str:
        """The hash of all that it says: a line that says the same has the same."""
        said = (
            self.answered_at.isoformat(), sorted(self.places.items(), key=str), self.channel.value,
            sorted(self.answers.values.items()), self.answers.quote.value,
        )  # fmt: skip
        return sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file is read by: the survey, its zone, what there is, and what is ahead of now."""

    name: str
    survey: Survey
    zone: ZoneInfo
    directory: Directory
    now: datetime

    def lines(self, raw: bytes, tell: Callable[[int], object] = lambda _: None) -> list[Line]:
        """The lines of a file.

        Raises:
            TooLarge: it has more bytes or lines than are taken.
            Invalid: with every mistake in it, each with its line.
        """
        if len(raw) > LARGEST:
            raise TooLarge(f"{self.name} is larger than {LARGEST:,} bytes, which is the limit.")
        reading = _Reading(self)
        reading.read(self._text(raw), tell)
        if reading.faults:
            raise Invalid(
                f"{self.name} is refused, and nothing was brought in",
                errors=reading.faults[:MOST_FAULTS],
            )
        return reading.found

    def fault(self, code: str, detail: str, line: int) -> Fault:
        """A fault on a line."""
        return Fault(code, detail, file=f"{self.name}:{line}:1")

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            detail = f"found the byte {raw[error.start]:#04x}, expected UTF-8"
            raise Invalid(
                f"{self.name} is refused, and nothing was brought in",
                errors=[self.fault("not_utf8", detail, line)],
            ) from error


class _Reading:
    """A file being read: the lines so far, and what is wrong."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.found: list[Line] = []
        self.faults: list[Fault] = []
        self._seen: dict[str, int] = {}
        directory = sheet.directory
        self._known: Mapping[str, Mapping[str, Any]] = {
            "provider": directory.file.providers,
            "agency": directory.parties,
            "cluster": directory.clusters,
            "function": directory.file.functions,
            "region": directory.file.regions,
        }

    def read(self, text: str, tell: Callable[[int], object]) -> None:
        rows = self._rows(text)
        head = next(rows, None)
        if head is None:
            self._wrong("empty", "found nothing, expected a line of columns", 1)
            return
        columns = self._columns(head[1])
        for at, cells in rows if columns else ():
            tell(1)
            if len(self._seen) >= MOST_LINES:
                raise TooLarge(f"{self.sheet.name} has more than {MOST_LINES:,} lines.")
            if cells and len(self.faults) < MOST_FAULTS:
                self._line(at, columns, cells)
        if columns and not self.found and not self.faults:
            self._wrong("empty", "found no line of answers, expected at least one", 1)

    def _wrong(self, code: str, detail: str, line: int) -> None:
        self.faults.append(self.sheet.fault(code, detail, line))

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line that it begins on."""
        reader, at = csv.reader(StringIO(text, newline=""), strict=True), 1
        try:
            for cells in reader:
                yield at, cells
                at = reader.line_num + 1
        except csv.Error as error:
            self._wrong("malformed", f"found what is no CSV: {error}", at)

    def _columns(self, cells: list[str]) -> list[str]:
        columns = [cell.strip() for cell in cells]
        known = [*OWN, *(question.id for question in self.sheet.survey.questions)]
        before = len(self.faults)
        for column in dict.fromkeys(columns):
            if column not in known:
                self._wrong("unknown_column", not_among(column, known), 1)
            elif columns.count(column) > 1:
                self._wrong("repeated", f"found `{column}` twice, expected it once", 1)
        for needed in _NEEDED:
            if needed not in columns:
                self._wrong("missing", f"found no column `{needed}`, expected it", 1)
        return [] if len(self.faults) > before else columns

    def _line(self, at: int, columns: list[str], cells: list[str]) -> None:
        if len(cells) != len(columns):
            self._wrong("cells", f"found {len(cells)} cells, expected {len(columns)}", at)
            return
        said = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
        before = len(self.faults)
        respondent = self._respondent(said[RESPONDENT], at)
        answered_at = self._answered_at(said[ANSWERED_ON], at)
        places = {name: self._code(name, said.get(name, ""), at) for name in PLACES}
        channel = self._channel(said.get(CHANNEL, ""), at)
        answers = self._answers(said, at)
        if answers is not None and answered_at is not None and len(self.faults) == before:
            line = Line(at, respondent, answered_at, places, channel, answers)
            self.found.append(line)

    def _respondent(self, name: str, at: int) -> str:
        if not name or len(name) > _NAME_MAX:
            detail = f"found {len(name)} characters as `{RESPONDENT}`, expected 1 to {_NAME_MAX}"
            self._wrong("missing", detail, at)
        elif name in self._seen:
            detail = f"found {quoted(name)} again, expected each respondent once: see line "
            self._wrong("repeated", f"{detail}{self._seen[name]}", at)
        self._seen[name] = at
        return name

    def _answered_at(self, text: str, at: int) -> datetime | None:
        try:
            moment: date | datetime = read_moment(text)
        except ValueError as error:
            self._wrong("wrong_value", f"`{ANSWERED_ON}`: {error}", at)
            return None
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, NOON, self.sheet.zone)
        found = moment.astimezone(UTC)
        if found.replace(microsecond=0) > self.sheet.now and not self._today(moment):
            self._wrong("in_the_future", f"`{ANSWERED_ON}`: found {quoted(text)}, ahead of now", at)
        return min(found, self.sheet.now).replace(microsecond=0)

    def _today(self, moment: datetime) -> bool:
        zone = self.sheet.zone
        return moment.astimezone(zone).date() == self.sheet.now.astimezone(zone).date()

    def _code(self, name: str, code: str, at: int) -> str | None:
        if not code:
            return None
        if code not in self._known[name]:
            self._wrong("unknown", f"`{name}`: {not_among(code, list(self._known[name]))}", at)
        return code

    def _channel(self, code: str, at: int) -> Channel:
        if not code:
            return Channel.SURVEY
        words = [each.value for each in Channel]
        if code in words:
            return Channel(code)
        self._wrong("unknown_word", f"`{CHANNEL}`: {not_among(code, words)}", at)
        return Channel.SURVEY

    def _answers(self, said: Mapping[str, str], at: int) -> Answers | None:
        sent = {name: value for name, value in said.items() if name not in OWN}
        try:
            found = answers_of(self.sheet.survey, sent, said.get(QUOTE) or Quoting.NO.value)
        except Invalid as refused:
            for fault in refused.errors:
                place = (fault.pointer or "").rpartition("/")[2]
                self._wrong(fault.code, f"`{place}`: {fault.detail}", at)
            return None
        return found

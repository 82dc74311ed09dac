"""The mapping file: what the columns and words of somebody's event log mean here.

It is read as strictly as the ladder file. A log says what state a case is in; acts are the way
from one state to the next (:mod:`escalation.services.replay.cases`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory
from escalation.routing.fields import DurationText, Id, Some, Strict, Text, Title, Zone
from escalation.routing.loader import load
from escalation.routing.positions import Path, Positions
from escalation.routing.vocabulary import Awaiting, Channel, Degree, IssueKind, RaiserType, Severity
from escalation.routing.wording import not_among

LARGEST = 256 * 1024
"""How many bytes a mapping may have."""

BETWEEN = " / "
"""What stands between the words of several columns that together are one word."""

COLUMN = re.compile(r"\{([^{}]+)\}")
"""A column's word inside a title or description."""


class LogState(StrEnum):
    """What a row of a log says of its case; ``same`` says nothing new."""

    QUEUED = "queued"
    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SAME = "same"


Word = TypeVar("Word")
Rank = Annotated[int, Field(ge=1, le=99, strict=True)]


class Columns(Strict):
    """Where a row says whose it is and when it was."""

    case: Title
    at: Title
    received: Title | None = None


class TimeForm(Strict):
    """How the log writes instants; ``zone`` holds where a time does not name its own offset."""

    format: Title = "iso"
    zone: Zone


class Chosen(Strict, Generic[Word]):
    """One of our words for a column's: by table, else spread evenly and always alike, else one."""

    column: Title | None = None
    values: Mapping[str, Word] = Field(default_factory=dict)
    spread: tuple[Word, ...] = ()
    otherwise: Word | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Chosen[Word]":
        if self.spread and self.otherwise is not None:
            raise ValueError("expected either `spread` or `otherwise`, not both")
        if self.column is None and (self.values or self.spread or self.otherwise is None):
            raise ValueError("expected a `column`, or `otherwise` alone")
        return self

    def words(self) -> Iterator[tuple[Path, Word]]:
        """Each of our words that it may come to, with where it stands."""
        yield from ((("values", key), word) for key, word in self.values.items())
        yield from ((("spread", number), word) for number, word in enumerate(self.spread))
        if self.otherwise is not None:
            yield ("otherwise",), self.otherwise


class Wait(Strict):
    """A hold: what it waits for, and how long it is assumed to last when it begins."""

    awaiting: Awaiting
    until: DurationText


class States(Strict):
    """What the words of some columns say of a case; a word under ``waits`` is a hold."""

    columns: Some[Title]
    values: Mapping[str, LogState]
    waits: Mapping[str, Wait] = Field(default_factory=dict)


class Moves(Strict):
    """Where a case stands among the log's own support lines.

    ``ranks`` gives a line's height by its whole word, ``ends`` by how the word ends, and
    ``otherwise`` that of all other words. Without any of them a change has no direction.
    """

    column: Title
    ranks: Mapping[str, Rank] = Field(default_factory=dict)
    ends: Mapping[str, Rank] = Field(default_factory=dict)
    otherwise: Rank | None = None

    @property
    def directed(self) -> bool:
        """Whether a move goes up or down."""
        return bool(self.ranks or self.ends)

    def rank(self, word: str) -> int | None:
        """The height of a line."""
        if word in self.ranks:
            return self.ranks[word]
        return next((r for end, r in self.ends.items() if word.endswith(end)), self.otherwise)


class IssueFields(Strict):
    """The fields of an issue; ``{Column}`` in title and description stands for a column's word."""

    kind: IssueKind
    system: Title
    title: Title
    description: Text
    raiser: RaiserType
    channel: Chosen[Channel]
    agency: Chosen[Id]
    provider: Id | None = None
    function: Chosen[Id]
    region: Chosen[Id] | None = None
    severity: Chosen[Severity] | None = None
    impact: Chosen[Degree] | None = None
    urgency: Chosen[Degree] | None = None


class Outcome(Strict):
    """What is written where the log says no more than that a case was resolved."""

    summary: Text
    reasons: Text


class MappingFile(Strict):
    """A mapping file."""

    title: Title
    source: Text
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"
    delimiter: Literal[",", ";", "|", "tab"] = ","
    missing: tuple[str, ...] = ("",)
    columns: Columns
    time: TimeForm
    state: States
    moves: Moves | None = None
    issue: IssueFields
    outcome: Outcome


class LogMapping:
    """A mapping file with the place of everything in it."""

    def __init__(self, file: MappingFile, positions: Positions) -> None:
        """Take what the loader made."""
        self.file = file
        self.positions = positions
        self.columns = dict(_columns(file))

    @classmethod
    def read(cls, source: str | bytes, name: str) -> "LogMapping":
        """Read and check a mapping file.

        Raises:
            TooLarge: it has too many bytes or is nested too deeply.
            Invalid: with every mistake in it, each with its place.
        """
        return cls(*load(source, MappingFile, name, largest=LARGEST))

    def check_codes(self, directory: Directory) -> None:
        """Hold its codes against the directory.

        Raises:
            Invalid: with each code that the directory does not know, and the nearest one.
        """
        file, issue = directory.file, self.file.issue
        known: list[tuple[Path, str, Iterable[str]]] = []
        for path, word in issue.agency.words():
            known.append((("agency", *path), word, directory.parties))
        for path, word in issue.function.words():
            known.append((("function", *path), word, file.functions))
        for path, word in issue.region.words() if issue.region is not None else ():
            known.append((("region", *path), word, file.regions))
        if issue.provider is not None:
            known.append((("provider",), issue.provider, file.providers))
        faults = [
            self.positions.fault("unknown_reference", ("issue", *path), not_among(word, codes))
            for path, word, codes in known
            if word not in codes
        ]
        self._refuse_with(faults, "names codes that the directory does not have")

    def check_header(self, header: list[str], log: str) -> None:
        """Hold its columns against those of a log.

        Raises:
            Invalid: with each column that the log does not have, and the nearest one.
        """
        faults = [
            self.positions.fault("unknown_column", path, not_among(column, header))
            for path, column in self.columns.items()
            if column not in header
        ]
        self._refuse_with(faults, f"names columns that {log} does not have")

    def _refuse_with(self, faults: list[Fault], why: str) -> None:
        if faults:
            raise Invalid(f"The mapping {self.positions.name} {why}.", errors=faults)


def _columns(file: MappingFile) -> Iterator[tuple[Path, str]]:
    """Every column that the mapping names, by where it names it."""
    yield ("columns", "case"), file.columns.case
    yield ("columns", "at"), file.columns.at
    if file.columns.received is not None:
        yield ("columns", "received"), file.columns.received
    for number, column in enumerate(file.state.columns):
        yield ("state", "columns", number), column
    if file.moves is not None:
        yield ("moves", "column"), file.moves.column
    for name in IssueFields.model_fields:
        chosen = getattr(file.issue, name)
        if isinstance(chosen, Chosen) and chosen.column is not None:
            yield ("issue", name, "column"), chosen.column
    for name in ("title", "description"):
        for number, column in enumerate(COLUMN.findall(getattr(file.issue, name))):
            yield ("issue", name, number), column

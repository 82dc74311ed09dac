"""How long the record of a matter is kept: classes of a file, the first that fits decides.

The duty is the Public Records Act's: nothing is disposed of but under a class of an authorised
schedule, and then not while a legal hold stands. Periods and authorities are data.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from escalation.errors import Fault, Invalid
from escalation.routing.fields import Id, Some, Strict, Text, Title
from escalation.routing.loader import load
from escalation.routing.vocabulary import Sensitivity

LARGEST = 64 * 1024
"""How many bytes a schedule may have."""
LEAP_DAY = (2, 29)

Matter = Literal["complaint", "issue", "contact", "feedback", "delivery", "conduct_limit"]
"""A delivery is what a tool sent and no issue came of; a limit on conduct is one raiser's."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A matter that is over: an issue that was closed, what became no issue, a limit that ended."""

    id: str
    reference: str
    matter: str
    sensitive: tuple[str, ...]
    ended_at: datetime


class RetentionClass(Strict):
    """What a class holds, how many years after its end a matter is kept, and by whose word."""

    id: Id
    title: Title
    authority: Text
    keep_years: Annotated[int, Field(strict=True, ge=1, le=200)]
    matters: Some[Matter] = ("complaint", "issue", "contact", "feedback")
    sensitive: Some[Sensitivity] | Literal["any"] | None = None

    def holds(self, ended: Ended) -> bool:
        """Whether the matter is of this class."""
        if ended.matter not in self.matters:
            return False
        if self.sensitive is None:
            return True
        if self.sensitive == "any":
            return bool(ended.sensitive)
        return bool({word.value for word in self.sensitive} & set(ended.sensitive))

    def due_at(self, ended: Ended) -> datetime:
        """When it may be disposed of: so many years after its end, a leap day's on the first."""
        end = ended.ended_at
        if (end.month, end.day) == LEAP_DAY:
            end = end.replace(month=3, day=1)
        return end.replace(year=end.year + self.keep_years)


class Schedule(Strict):
    """The classes in order; what none of them fits is kept for ever."""

    classes: Annotated[tuple[RetentionClass, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _each_once(self) -> "Schedule":
        names = [each.id for each in self.classes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"found the class `{twice[0]}` twice, expected each once")
        return self

    def class_of(self, ended: Ended) -> RetentionClass | None:
        """The class of a matter, where one fits."""
        return next((each for each in self.classes if each.holds(ended)), None)

    def named(self, name: str) -> RetentionClass:
        """A class by its id.

        Raises:
            Invalid: there is none.
        """
        for each in self.classes:
            if each.id == name:
                return each
        known = ", ".join(each.id for each in self.classes)
        fault = Fault("unknown_word", f"found {name!r}, expected one of {known}", parameter="class")
        raise Invalid(f"There is no retention class {name}.", errors=[fault])


def read_schedule(source: str | bytes, name: str) -> Schedule:
    """The file as a schedule.

    Raises:
        TooLarge: it has too many bytes.
        Invalid: with one fault for each mistake, each with its line.
    """
    schedule, _ = load(source, Schedule, name, largest=LARGEST)
    return schedule

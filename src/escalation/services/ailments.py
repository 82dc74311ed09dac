"""What the doctor finds: how bad it is, and what mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is: unsafe must be mended, unwise should be."""

    UNSAFE = "unsafe"
    UNWISE = "unwise"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is not as it should be; ``code`` is stable."""

    grade: Grade
    code: str
    what: str
    mend: str


Found = Iterator[Ailment]


def unsafe(code: str, what: str, mend: str) -> Ailment:
    """What must be mended."""
    return Ailment(Grade.UNSAFE, code, what, mend)


def unwise(code: str, what: str, mend: str) -> Ailment:
    """What should be mended."""
    return Ailment(Grade.UNWISE, code, what, mend)

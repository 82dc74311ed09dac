"""Every error the product raises on purpose.

A class says *what kind* of trouble it is; the entry points decide how that kind is shown
(an HTTP status, an exit status). ``code`` is stable and documented, ``detail`` tells a person
what to do, ``errors`` names each place that is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place in what was sent.

    ``pointer`` is a JSON pointer into the body (RFC 6901), ``parameter`` the name of a query
    parameter or header, ``file`` a ``name:line:column``; at most one of them is set.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    file: str | None = None


@dataclass(eq=False)
class EscalationError(Exception):
    """The root of all errors raised on purpose."""

    default_code: ClassVar[str] = "error"

    detail: str
    code: str = ""
    errors: Sequence[Fault] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fall back to the class's own code."""
        self.code = self.code or self.default_code

    def __str__(self) -> str:
        """The detail, and each fault on a line of its own."""
        places = (f.file or f.pointer or f.parameter or "" for f in self.errors)
        lines = [
            f"  {p}: {f.detail}" if p else f"  {f.detail}"
            for p, f in zip(places, self.errors, strict=True)
        ]
        return "\n".join([self.detail, *lines])


class Malformed(EscalationError):
    """What was sent cannot be read at all: broken JSON, an unknown parameter, a bad cursor."""

    default_code = "malformed"


class Invalid(EscalationError):
    """What was sent can be read, but its values are wrong."""

    default_code = "invalid"


class TooLarge(EscalationError):
    """What was sent is larger or deeper than the product takes."""

    default_code = "too_large"


class NotFound(EscalationError):
    """There is no such thing, or it is not for this caller."""

    default_code = "not_found"


class Unauthenticated(EscalationError):
    """Nobody known is asking."""

    default_code = "unauthenticated"


class Forbidden(EscalationError):
    """The caller is known and may not do this."""

    default_code = "forbidden"


class PreconditionRequired(EscalationError):
    """A change was sent without saying which version it changes."""

    default_code = "precondition_required"


class PreconditionFailed(EscalationError):
    """The thing has moved on since the caller read it; ``extra["current"]`` is what it is now."""

    default_code = "precondition_failed"


class Refused(EscalationError):
    """The state of the thing does not allow this act; ``code`` is the rule that refused it."""

    default_code = "refused"


class TooMany(EscalationError):
    """The caller has tried too often: again after ``extra["retry_after"]`` seconds."""

    default_code = "too_many_attempts"


class Busy(EscalationError):
    """Not now: try again after ``extra["retry_after"]`` seconds."""

    default_code = "busy"


class Broken(EscalationError):
    """The installation is not in a state to work; the detail says what an operator does."""

    default_code = "broken"


class WrongSettings(Broken):
    """What an operator has set cannot be used; each fault names the variable."""

    default_code = "settings"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """All that is wrong, told at once."""
        super().__init__("The settings are wrong:", errors=faults)

    @classmethod
    def at(cls, variable: str, detail: str) -> "WrongSettings":
        """One variable is wrong."""
        return cls([Fault("setting", detail, None, variable)])

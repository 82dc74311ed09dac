"""Values laid over each other, base first: the one that holds, and who set it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from escalation.routing.effective import Durations, Source, Valued
from escalation.routing.positions import Path, Positions
from escalation.routing.vocabulary import SetBy, Severity


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the file that says something: what, where, and on whose behalf."""

    says: Any
    path: Path
    set_by: SetBy
    clause: str
    publication: str
    positions: Positions

    def source(self, *steps: str) -> Source:
        """The source of what stands under ``steps``."""
        line = self.positions.line((*self.path, *steps))
        return Source(self.publication, self.positions.name, line, self.set_by, self.clause)

    def under(self, *steps: str | int) -> "Part":
        """The part of it that stands under ``steps``."""
        says = self.says
        for step in steps:
            says = getattr(says, step) if isinstance(step, str) else says[step]
        return replace(self, says=says, path=(*self.path, *steps))


def optional(parts: Sequence[Part], name: str) -> Valued[Any] | None:
    """What the last part that says ``name`` says; None where no part does."""
    for part in reversed(parts):
        value = getattr(part.says, name, None)
        if value is not None:
            return Valued(value, part.source(name))
    return None


def settled(parts: Sequence[Part], name: str) -> Valued[Any]:
    """What the last part that says ``name`` says.

    Raises:
        LookupError: no part does; the models of the base rule that out.
    """
    value = optional(parts, name)
    if value is None:
        raise LookupError(name)
    return value


def by_key(parts: Sequence[Part], name: str) -> dict[Any, Valued[Any]]:
    """A table whose entries are each what the last part that names the key says."""
    table: dict[Any, Valued[Any]] = {}
    for part in parts:
        said: Mapping[Any, Any] = getattr(part.says, name, None) or {}
        for key, value in said.items():
            table[key] = Valued(value, part.source(name, key))
    return table


def by_severity(parts: Sequence[Part], name: str) -> Durations:
    """A table of durations by severity, worst first."""
    table = by_key(parts, name)
    return {severity: table[severity] for severity in Severity if severity in table}

"""What a verification finds wrong, and where."""

from dataclasses import asdict, dataclass, field
from typing import Any

MOST = 100
"""Findings that are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: ``code`` is stable, the rest says where as far as it is known."""

    code: str
    detail: str
    aggregate: str | None = None
    number: int | None = None
    event: str | None = None
    seal: int | None = None

    def told(self) -> dict[str, Any]:
        """For machines: what is known of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def line(self) -> str:
        """For people, on one line."""
        place = {"seal": self.seal, "": self.aggregate, "entry": self.number, "event": self.event}
        words = [f"{name} {at}".strip() for name, at in place.items() if at is not None]
        return f"{', '.join(words)}: {self.detail}" if words else self.detail


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong with it."""

    seals: int = 0
    entries: int = 0
    through: int = 0  # the last seal that was looked at
    complete: bool = False  # as far as the record goes
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.found == 0

    def add(self, code: str, detail: str, **where: Any) -> None:  # noqa: ANN401 - a finding's fields
        """Note something that is wrong."""
        self.found += 1
        if len(self.findings) < MOST:
            self.findings.append(Finding(code=code, detail=detail, **where))

    def told(self) -> dict[str, Any]:
        """For machines."""
        return {
            "ok": self.ok,
            "complete": self.complete,
            "through": self.through,
            "seals": self.seals,
            "entries": self.entries,
            "found": self.found,
            "findings": [each.told() for each in self.findings],
            "notes": self.notes,
        }

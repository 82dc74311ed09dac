"""Where an issue enters: which agreement, ladder, rung and calendar, and why."""

from dataclasses import dataclass

from escalation.routing.effective import EffectiveLadder, EffectiveRung
from escalation.routing.shape import Shape

__all__ = ["Entry", "Shape"]


@dataclass(frozen=True, slots=True)
class Entry:
    """The way in: parties and calendar settled, each step of the choice as a sentence."""

    ola: str | None
    ladder: EffectiveLadder
    rung: EffectiveRung
    provider: str
    cluster: str | None
    calendar: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]

"""What a rule is asked about, and what an act that no rule refuses is done with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from escalation.routing.effective import EffectiveRung
from escalation.workflow.climbing import Landing
from escalation.workflow.commands import Do
from escalation.workflow.facts import Actor, Facts, Issue

Asked = TypeVar("Asked", bound=Do)


@dataclass(frozen=True, slots=True)
class Case(Generic[Asked]):
    """What a rule is asked about: facts, ask, instant, who asks, and where it would land."""

    facts: Facts
    ask: Asked
    now: datetime
    actor: Actor
    landing: Landing | None

    @property
    def issue(self) -> Issue:
        """The issue as it stands."""
        return self.facts.issue

    @property
    def rung(self) -> EffectiveRung:
        """The rung it stands on."""
        return self.facts.under.ladder.rung(self.issue.rung)

    @property
    def lands(self) -> Landing:
        """Where it lands: for acts whose rules refuse those that land nowhere."""
        return cast("Landing", self.landing)

    def position(self, rung_id: str) -> int:
        """How many rungs stand below that one."""
        return self.facts.under.ladder.position(rung_id)

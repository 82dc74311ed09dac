"""Histories for figures: several parties, channels and kinds, informings, first contacts, seals."""

from datetime import timedelta
from random import Random
from typing import Any

from escalation.clock import VirtualClock
from escalation.errors import EscalationError
from escalation.routing.vocabulary import Channel, IssueKind, Sensitivity
from escalation.services.desk import Desk
from escalation.workflow.commands import Inform, Note
from tests.builders import ask, complaint
from tests.digests.history import History

OUTCOME = {"summary": "paid", "reasons": "it was owed", "cause": "capacity"}


class Busy(History):
    """A history in which what is due fires before anybody acts."""

    def log(self, **changes: Any) -> str:
        pick = self.random.choice
        chosen: dict[str, Any] = {
            "channel": pick([Channel.PHONE, Channel.EMAIL]),
            "function": pick(["payroll", "finance"]),
            "kind": pick(list(IssueKind)),
        }
        if self.random.random() < 0.2:
            more = pick([{}, {"further_action": True}, {"further_action": False}])
            chosen["outcome"] = {**OUTCOME, **more}
        return super().log(**(chosen | changes))

    def act(self) -> bool:
        self.pass_time(self.clock.now() + timedelta(seconds=self.random.randrange(7_000)))
        if self.random.random() < 0.2:
            try:
                ask(self.desk, Inform(text="We are on it."), self.random.choice(self.ids))
            except EscalationError:
                return False
            return True
        return super().act()

    def seal(self) -> str:
        """A sealed issue, on which nobody here acts."""
        sealed = complaint(sensitive=(Sensitivity.PRIVACY,))
        return str(ask(self.desk, sealed)["id"])


def busy(desk: Desk, clock: VirtualClock, seed: int, *, days: int, acts: int) -> Busy:
    """Some weeks of issues and acts, looked at now and then."""
    history = Busy(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    history.log()
    for day in range(days):
        history.pass_time(clock.now() + timedelta(hours=history.random.randrange(1, 40)))
        for _ in range(history.random.randrange(3)):
            history.log()
        for _ in range(acts):
            history.act()
        if history.random.random() < 0.1:
            history.fail_for(timedelta(days=history.random.randrange(1, 4)))
        if day % 5 == 4:
            history.look()
    history.look()
    ask(desk, Note(text="The end."), history.ids[0])
    return history

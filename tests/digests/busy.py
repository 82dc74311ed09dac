"""Histories for figures: several parties, channels and kinds, informings, first contacts, seals."""

from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from escalation.clock import VirtualClock
from escalation.errors import EscalationError
from escalation.routing.vocabulary import Channel, IssueKind, Sensitivity
from escalation.services.desk import Desk
from escalation.workflow.commands import Inform, Note, Reclassify
from tests.builders import ask, complaint
from tests.digests.history import History

AGENCIES = ("rivers", "schools", "transit", "wellbeing", "records")
FUNCTIONS = ("payroll", "finance", "human_resources")
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


Kind = TypeVar("Kind", bound=Busy)


def busy(desk: Desk, clock: VirtualClock, seed: int, *, days: int, acts: int) -> Busy:
    """Some weeks of issues and acts, looked at now and then."""
    history = Busy(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    return _lived(history, days=days, acts=acts)


def _lived(history: Kind, *, days: int, acts: int) -> Kind:
    """What the kind of history makes of so many days."""
    desk, clock = history.desk, history.clock
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


class Wide(Busy):
    """One of all agencies and both providers, where issues move between them and are sealed."""

    sealed: set[str]

    def log(self, **changes: Any) -> str:
        pick, chosen = self.random.choice, dict[str, Any]()
        if self.random.random() < 0.2:
            chosen = {"provider": "corptech", "agency": "meridian", "function": "technology"}
        else:
            chosen = {"agency": pick(AGENCIES), "function": pick(FUNCTIONS)}
        if self.random.random() < 0.3:
            ago = timedelta(minutes=self.random.randrange(3_000))
            chosen["received_at"] = self.clock.now() - ago
        if self.random.random() < 0.2:
            chosen["region"] = "far-north"
        return super().log(**(chosen | changes))

    def act(self) -> bool:
        chance = self.random.random()
        if chance > 0.1:
            return super().act()
        self.pass_time(self.clock.now() + timedelta(seconds=self.random.randrange(7_000)))
        issue, pick = self.random.choice(self.ids), self.random.choice
        changes: dict[str, Any] = pick(
            [{"agency": pick(AGENCIES)}, {"function": pick(FUNCTIONS)}, {"region": "far-north"}]
        )
        if chance < 0.03:
            changes = {"sensitive": (Sensitivity.PRIVACY,)}
        try:
            ask(self.desk, Reclassify(reason="it is another", changes=changes), issue)
        except EscalationError:
            return False
        if chance < 0.03:
            self.sealed.add(issue)
        return True

    def look(self) -> None:
        """Once with enough sealed matters for totals of them to be told, some of them resolved."""
        if len(self.seen) == 1:
            for number in range(11):
                outcome = OUTCOME if number < 6 else None
                matter = complaint(sensitive=(Sensitivity.PRIVACY,), outcome=outcome)
                self.sealed.add(str(ask(self.desk, matter)["id"]))
        super().look()


def wide(desk: Desk, clock: VirtualClock, seed: int, *, days: int, acts: int) -> Wide:
    """Some weeks of it."""
    history = Wide(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    history.sealed = set()
    return _lived(history, days=days, acts=acts)

"""Histories driven through the desk on a virtual clock: acts at random, clocks as they come due."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from escalation.clock import VirtualClock
from escalation.errors import EscalationError
from escalation.routing.vocabulary import Awaiting, Severity
from escalation.services.desk import Desk
from escalation.services.views import issue_view
from escalation.store import issues
from escalation.store.transaction import read
from escalation.workflow.commands import (
    Acknowledge,
    Decide,
    Defer,
    Dispute,
    Edit,
    Escalate,
    Hold,
    Reclassify,
    ReferBack,
    Reopen,
    ReportUp,
    Resolve,
    Resume,
    Withdraw,
)
from escalation.workflow.facts import ENGINE, Facts
from escalation.workflow.states import Effect
from tests.builders import ask, complaint

TITLES = ("Pay | late", "<b>Leave</b> & *pay*", "Overtime\nis missing", "Roster wrong")
HOUR = timedelta(hours=1)


@dataclass
class History:
    """A desk, its clock, and chance; ``seen`` has what stood where at the instants looked at."""

    desk: Desk
    clock: VirtualClock
    random: Random
    ids: list[str] = field(default_factory=list)
    seen: list[tuple[datetime, dict[str, dict[str, Any]]]] = field(default_factory=list)

    def log(self, **changes: Any) -> str:
        """A complaint of any agency and severity."""
        chosen: dict[str, Any] = {
            "agency": self.random.choice(["rivers", "schools", "transit"]),
            "severity": self.random.choice(list(Severity)),
            "title": self.random.choice(TITLES),
        }
        view = ask(self.desk, complaint(**(chosen | changes)))
        self.ids.append(view["id"])
        return str(view["id"])

    def pass_time(self, to: datetime) -> None:
        """On to an instant; every clock on the way fires when it is due."""
        while True:
            with read(self.desk.engine) as connection:
                due = issues.next_due(connection)
            if due is None or due > to:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self.desk.sweep().result()
        self.clock.move_to(to)

    def fail_for(self, time: timedelta) -> None:
        """Nothing fires for a time; then everything that was due does."""
        self.clock.move_to(self.clock.now() + time)
        while self.desk.sweep().result():
            pass

    def act(self) -> bool:
        """One act at random on an issue at random; whether it was allowed."""
        issue = self.random.choice(self.ids)
        view = self.views(issue)[issue]
        try:
            ask(self.desk, self._what(view), issue)
        except EscalationError:
            return False
        return True

    def _what(self, view: dict[str, Any]) -> Any:
        pick = self.random.choice
        meeting = (view["rung"]["meeting"] or {}).get("id", "mtg_none")
        outcome = {"summary": "paid", "reasons": "it was owed", "cause": "capacity"}
        until = self.clock.now() + timedelta(days=self.random.randrange(1, 6))
        return pick(
            [
                Acknowledge(),
                Acknowledge(),
                Hold(reason="waits", until=until, awaiting=Awaiting.AGENCY),
                Resume(),
                *[Escalate(reason="it is stuck")] * 4,
                ReferBack(reason="look again", question="Since when?"),
                ReportUp(),
                Reclassify(reason="it grew", changes={"severity": pick(list(Severity))}),
                Edit(changes={"title": pick(TITLES)}),
                Resolve(reason="done", outcome=outcome),
                Resolve(reason="done", outcome={**outcome, "cause": "process"}),
                Dispute(grounds="it was not"),
                Reopen(),
                Withdraw(reason="no more"),
                Decide(meeting=meeting, text="Pay it.", reason="owed", effect=pick(list(Effect))),
                Defer(meeting=meeting, reason="no time"),
            ]
        )

    def views(self, *wanted: str) -> dict[str, dict[str, Any]]:
        """These issues, or all of them, as they now stand, by their ids."""
        with read(self.desk.engine) as connection:
            known = self.desk.registry.refresh(connection)
            loaded = issues.load(connection, wanted or self.ids)
            return {
                i: issue_view(
                    Facts(
                        found.issue,
                        found.clocks,
                        self.desk.registry.agreement(connection, known, found.issue),
                        found.ended,
                    ),
                    self.clock.now(),
                    ENGINE,
                )
                for i, found in loaded.items()
            }

    def look(self) -> None:
        """Remember how everything stands now; whatever follows happens later."""
        self.seen.append((self.clock.now(), self.views()))
        self.clock.move_to(self.clock.now() + timedelta(seconds=1))


def lived(desk: Desk, clock: VirtualClock, seed: int, *, days: int, acts: int) -> History:
    """Some weeks of issues and acts, with a few outages, looked at now and then."""
    history = History(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    history.log()
    for day in range(days):
        history.pass_time(clock.now() + timedelta(hours=history.random.randrange(1, 30)))
        if history.random.random() < 0.8:
            history.log()
        for _ in range(acts):
            history.act()
            clock.move_to(clock.now() + timedelta(seconds=history.random.randrange(900)))
        if history.random.random() < 0.08:
            history.fail_for(timedelta(days=history.random.randrange(1, 4)))
        if day % 6 == 5:
            history.look()
    history.look()
    return history

"""The timeline, folded by a reader that shares no code, agrees with every row at every moment."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.clock import VirtualClock
from escalation.routing.vocabulary import Awaiting, Side
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.workflow.commands import (
    Acknowledge,
    Agree,
    Close,
    Dispute,
    Dissent,
    Do,
    Edit,
    Escalate,
    GiveAdvice,
    Hold,
    Inform,
    Note,
    Propose,
    Reclassify,
    ReferBack,
    Reopen,
    ReportUp,
    Resolve,
    Resume,
    SeekAdvice,
    Skip,
    Withdraw,
)
from tests.builders import PATIENCE, ask_all, complaint, job, shown
from tests.crash.invariants import broken

_MAKES: dict[str, Callable[[datetime], Do]] = {
    "acknowledge": lambda _: Acknowledge(),
    "note": lambda _: Note(text="Rang."),
    "inform": lambda _: Inform(text="Soon."),
    "hold": lambda now: Hold(
        reason="r", until=now + timedelta(days=2, hours=3), awaiting=Awaiting.RAISER
    ),
    "resume": lambda _: Resume(),
    "escalate": lambda _: Escalate(reason="r"),
    "skip": lambda _: Skip(reason="r", to="partnering_forum"),
    "refer-back": lambda _: ReferBack(reason="r", question="Why?"),
    "report-up": lambda _: ReportUp(),
    "reclassify": lambda now: Reclassify(
        reason="r", changes={"severity": "high" if now.minute % 2 else "low"}
    ),
    "resolve": lambda _: Resolve(reason="r", outcome={"summary": "Paid"}),
    "propose": lambda now: Propose(
        outcome={"summary": "Paid", "reasons": "r"},
        seat=Side.AGENCY if now.minute % 2 else Side.PROVIDER,
    ),
    "agree": lambda now: Agree(seat=Side.PROVIDER if now.minute % 2 else Side.AGENCY),
    "dissent": lambda now: Dissent(
        grounds="No.", seat=Side.PROVIDER if now.minute % 2 else Side.AGENCY
    ),
    "seek-advice": lambda now: SeekAdvice(person="priya-nair", question=f"{now.minute % 3}?"),
    "give-advice": lambda _: GiveAdvice(person="priya-nair", answer="Yes."),
    "dispute": lambda _: Dispute(grounds="No."),
    "reopen": lambda _: Reopen(reason="r"),
    "withdraw": lambda _: Withdraw(reason="r"),
    "close": lambda _: Close(),
    "edit": lambda now: Edit(changes={"themes": (f"theme {now.minute % 3}",)}),
}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_acts_in_any_order_with_clocks_between_all_rows_agree(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    views = [shown(a) for a in _all(desk, [job(desk, complaint()) for _ in range(6)])]
    done: set[str] = set()
    for _ in range(25):
        jobs = [_drawn(desk, chance, chance.choice(views)) for _ in range(chance.randint(1, 12))]
        for answer in _all(desk, jobs):
            view = shown(answer)
            views = [view if view["id"] == old["id"] else old for old in views]
            done.update(answer.events)
        clock.advance(timedelta(minutes=chance.choice([0, 7, 61, 60 * 26, 60 * 24 * 9])))
        if chance.random() < 0.7:
            desk.sweep().result(PATIENCE)
        assert broken(desk.engine) == []
    assert {"issue.held", "issue.tabled", "issue.escalated"} <= done


def _drawn(desk: Desk, chance: random.Random, view: dict[str, Any]) -> Job:
    acts = ["edit", *(act for act in view["available_acts"] if act in _MAKES)]
    weights = [0.2 if act in {"withdraw", "close", "resolve"} else 1 for act in acts]
    (act,) = chance.choices(acts, weights)
    return job(desk, _MAKES[act](desk.clock.now()), view["id"])


def _all(desk: Desk, jobs: list[Job]) -> list[Answer]:
    return [answer for answer in ask_all(desk, jobs) if isinstance(answer, Answer)]

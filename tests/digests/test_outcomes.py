"""Outcomes for planning: each as the record has it, narrowed and counted, inert in every format."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from escalation.api.schemas.outcomes import Outcomes, Training
from escalation.clock import VirtualClock
from escalation.digests import outcomes
from escalation.digests.outcomes import Given, Narrowed
from escalation.errors import EscalationError
from escalation.routing.vocabulary import Sensitivity
from escalation.services import at_hand
from escalation.services.desk import Desk
from escalation.services.reading import outcomes as reading
from escalation.services.reading.outcomes import OutcomeQuestion
from escalation.services.reading.themes import ThemeQuestion
from escalation.workflow.commands import Reclassify, Resolve
from tests.api.service import Service, serving
from tests.api.sitting import done, meeting_of, sit, tabled_issue
from tests.builders import CLERK, ask
from tests.digests import counting
from tests.digests.busy import busy
from tests.digests.history import HOUR
from tests.digests.second_card import LAYERS
from tests.digests.test_figures import events_of
from tests.fakes import MONDAY

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVIL = "=cmd|'/C calc'!A0"


def given(number: int, **changes: Any) -> Given:
    entry: dict[str, Any] = {
        "issue": f"iss_{number}", "reference": f"SSI-{number}", "title": "t", "kind": "issue",
        "at": MONDAY + timedelta(hours=number), "agency": "rivers", "provider": "meridian",
        "cluster": None, "function": None, "service": None, "region": None, "ola": None,
        "layer": "service", "rung": "function_director", "stands": True, "outcome": {},
    }  # fmt: skip
    return Given(**{**entry, **changes})


def test_outcomes_are_listed_by_time_narrowed_and_counted_the_frequent_first() -> None:
    some = [
        given(3, outcome={"cause": "process", "further_action": "train"}),
        given(1, outcome={"cause": "process", "plan": "P"}, stands=False),
        given(2, outcome={"further_action": False}, layer="corporate"),
    ]
    found = outcomes.listed(some, {"service": "Plans"}, Narrowed())
    assert [each["reference"] for each in found] == ["SSI-1", "SSI-2", "SSI-3"]
    assert [each["key_strategies"] for each in found] == ["Plans", None, "Plans"]
    totals = outcomes.totals(found)
    assert (totals["outcomes"], totals["standing"], totals["further_action"]) == (3, 2, 1)
    assert totals["by"]["cause"] == [{"code": "process", "count": 2}, {"code": None, "count": 1}]
    narrowed = outcomes.listed(some, {}, Narrowed(among={"cause": ("process",)}, stands=True))
    assert [each["reference"] for each in narrowed] == ["SSI-3"]


@pytest.mark.parametrize("seed", [31])
def test_outcomes_are_those_of_the_record(desk: Desk, clock: VirtualClock, seed: int) -> None:
    history = busy(desk, clock, seed, days=14, acts=6)
    history.log(agency="schools", outcome=None)
    history.log(agency="meridian", provider="corptech", function="technology", outcome=None)
    for number, issue in enumerate(history.ids):
        said = {**SAID, **MORE[number % len(MORE)]}
        with suppress(EscalationError):  # where it stands otherwise, or has other causes
            ask(desk, Resolve(reason="done", outcome=said), issue)
    secret = Reclassify(reason="r", changes={"sensitive": (Sensitivity.PRIVACY,)})
    ask(desk, secret, history.ids[1])
    clock.move_to(clock.now() + HOUR)
    early, late, now = MONDAY + timedelta(days=2), history.seen[-1][0], clock.now()
    for since, until, various in ((MONDAY, late, False), (early, now, True)):
        period = ThemeQuestion(since=since, as_at=until)
        with at_hand.look(desk, CLERK) as look:
            found = reading.given(look, OutcomeQuestion(period=period, narrowed=Narrowed()))
        hand = by_hand(desk, since, until.replace(microsecond=0))
        told = [{name: each[name] for name in hand[0]} for each in found["outcomes"]]
        assert sorted(told, key=str) == sorted(hand, key=str)
        assert found["totals"] == {
            "outcomes": len(hand),
            "standing": sum(each["stands"] for each in hand),
            "further_action": sum(bool(each["further_action"]) for each in hand),
            "by": {name: frequent_first(each[name] for each in hand) for name in BY},
        }
        few = [name for name in BY if len(found["totals"]["by"][name]) < 2]
        assert not (various and few)


SAID = {"summary": "paid", "reasons": "owed", "cause": "capacity"}
MORE: tuple[dict[str, Any], ...] = (
    {"plan": "Payroll plan", "cycle": "provider_improvement", "further_action": "Train them"},
    {"plan": "Other", "cycle": "client_improvement", "cause": "skills_and_training"},
    {"cause": "process", "further_action": False},
)
BY = ("cause", "layer", "plan", "cycle", "provider", "agency", "function")
ENDS = {"issue.disputed", "issue.reopened", "issue.withdrawn", "issue.resolved"}


def by_hand(desk: Desk, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Each outcome, and whether it stood at the end, from the events of the record alone."""
    events = events_of(desk)
    sealed = {e.aggregate for e in events if json.loads(e.payload).get("sensitive")}
    sealed |= {e.aggregate for e in events if e.type == "issue.sealed"}
    found = []
    for issue, timeline in counting.by_issue(events, desk.clock.now()).items():
        last: dict[str, Any] = {}
        for state, about, group in timeline.steps:
            for event in group:
                if issue in sealed or event.effective_at > until or event.type not in ENDS:
                    continue
                last["stands"] = False
                if event.type == "issue.resolved":
                    outcome = json.loads(event.payload)["outcome"]
                    last = {name: about[name] for name in ("provider", "agency", "function")}
                    last |= {n: outcome.get(n) for n in ("cause", "plan", "cycle")}
                    last |= {"further_action": outcome.get("further_action"), "stands": True}
                    last |= {"layer": LAYERS.get(state.rung, "corporate"), "issue": issue}
                    if event.effective_at > since:
                        found.append(last)
    return found


def frequent_first(values: Iterable[str | None]) -> list[dict[str, Any]]:
    """Each value and how often it stands there; those of none last among equals."""
    counts = Counter(values)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0] or "~"))
    return [{"code": code, "count": count} for code, count in ordered]


@pytest.fixture
def service(furnished_url: str) -> Any:
    with serving(furnished_url) as service:
        yield service


def test_planning_reads_what_each_issue_came_to_in_every_format(service: Service) -> None:
    said = {"summary": EVIL, "reasons": "r", "cause": "skills_and_training", "remedy": "<b>x</b>",
            "cost_effect": "+35 dollars", "further_action": "Train them", "plan": "Payroll plan",
            "cycle": "provider_improvement"}  # fmt: skip
    service.act(service.log(), "resolve", outcome=said)
    other = {**said, "cause": "work_standards", "plan": "Other", "cycle": "client_improvement"}
    service.act(service.log(agency="schools"), "resolve", outcome=other)
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    train = {"text": "Teach the award", "owner": "priya-nair", "kind": "training"}
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Teach.", actions=[train])
    service.clock.advance(timedelta(minutes=1))
    found = service.found("/v1/reports/outcomes")
    Outcomes.model_validate(found)
    assert [each["plan"] for each in found["outcomes"]] == ["Payroll plan", "Other", None]
    first, _, decided = found["outcomes"]
    assert (first["cycle"], first["key_strategies"]) == ("provider_improvement", "Service plans")
    assert decided["decision"] == "BMF-SC-2026-001"
    for query, count in (("plan=Other", 1), ("cause=skills_and_training", 1), ("agency=rivers", 2),
                         ("cycle=client_improvement", 1), ("layer=service", 1), ("stands=false", 0),
                         ("provider=corptech", 0)):  # fmt: skip
        assert service.found(f"/v1/reports/outcomes?{query}")["totals"]["outcomes"] == count, query
    trained = service.found("/v1/reports/training")
    Training.model_validate(trained)
    assert [each["plan"] for each in trained["outcomes"]] == ["Payroll plan"]
    assert [each["text"] for each in trained["actions"]] == ["Teach the award"]
    for path in ("outcomes", "training"):
        sheet = service.get(f"/v1/reports/{path}", accept="text/csv")
        cells = [c for r in csv.reader(io.StringIO(sheet.text.lstrip("\ufeff"))) for c in r]
        assert f"'{EVIL}" in cells
        assert "'+35 dollars" in cells
        assert EVIL not in cells
        book = load_workbook(io.BytesIO(service.get(f"/v1/reports/{path}", accept=XLSX).content))
        every = [c for sheet in book for row in sheet.iter_rows() for c in row]
        assert EVIL in {cell.value for cell in every}
        assert all(cell.data_type != "f" for cell in every)

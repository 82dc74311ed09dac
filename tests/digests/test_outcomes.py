"""Outcomes for planning: each as the record has it, narrowed and counted, inert in every format."""

import csv
import io
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from escalation.api.schemas.outcomes import Outcomes, Training
from escalation.clock import VirtualClock
from escalation.digests import outcomes
from escalation.digests.outcomes import Given, Narrowed
from escalation.routing.vocabulary import Sensitivity
from escalation.services import at_hand
from escalation.services.desk import Desk
from escalation.services.reading import outcomes as reading
from escalation.services.reading.outcomes import OutcomeQuestion
from escalation.services.reading.themes import ThemeQuestion
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.commands import Reclassify
from tests.api.service import Service, serving
from tests.api.sitting import done, meeting_of, sit, tabled_issue
from tests.builders import CLERK, ask
from tests.digests.busy import busy
from tests.digests.history import HOUR
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
    secret = Reclassify(reason="r", changes={"sensitive": (Sensitivity.PRIVACY,)})
    ask(desk, secret, history.ids[1])
    clock.move_to(clock.now() + HOUR)
    early, late = MONDAY + timedelta(days=2), history.seen[-1][0]
    for since, until in ((MONDAY, late), (early, clock.now())):
        period = ThemeQuestion(since=since, as_at=until)
        with at_hand.look(desk, CLERK) as look:
            found = reading.given(look, OutcomeQuestion(period=period, narrowed=Narrowed()))
        told = {(each["issue"], each["at"], each["cause"]): each["stands"]
                for each in found["outcomes"]}  # fmt: skip
        assert told == by_hand(desk, since, until)
        causes = Counter(cause for _, _, cause in told)
        assert {e["code"]: e["count"] for e in found["totals"]["by"]["cause"]} == causes
        assert found["totals"]["standing"] == sum(told.values())
        assert len(told) > 3


ENDS = {"issue.disputed", "issue.reopened", "issue.withdrawn"}


def by_hand(desk: Desk, since: datetime, until: datetime) -> dict[tuple[str, str, str], bool]:
    """Each outcome, and whether it stood at the end, from the events of the record alone."""
    table = models.event
    with read(desk.engine) as connection:
        rows = connection.execute(select(table).order_by(table.c.aggregate, table.c.number)).all()
    sealed = {r.aggregate for r in rows if r.type == "issue.sealed"}
    sealed |= {r.aggregate for r in rows if json.loads(r.payload).get("sensitive")}
    until = until.replace(microsecond=0)
    found: dict[tuple[str, str, str], bool] = {}
    last: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        if row.aggregate in sealed or row.effective_at > until:
            continue
        if row.type in ENDS and row.aggregate in last:
            found[last[row.aggregate]] = False
        if row.type == "issue.resolved":
            outcome = json.loads(row.payload)["outcome"]
            at = row.effective_at.isoformat().replace("+00:00", "Z")
            if row.aggregate in last:
                found[last[row.aggregate]] = False
            last[row.aggregate] = row.aggregate, at, outcome.get("cause")
            found[last[row.aggregate]] = True
    begun = since.isoformat().replace("+00:00", "Z")
    return {key: stands for key, stands in found.items() if key[1] > begun}


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

"""The registers as CSV and workbooks: the rows of their lists, whole, and nothing else's."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from escalation.errors import Invalid
from escalation.reports.layout import NONE
from escalation.services import at_hand
from escalation.services.reading import actions, decisions
from escalation.services.reading.actions import ActionQuestion
from escalation.services.reading.decisions import DecisionQuestion
from escalation.services.reading.registers import whole
from tests.api.sealed import sealed_matter, told
from tests.api.service import Service
from tests.api.sitting import done, meeting_of, sit, tabled_issue
from tests.builders import CLERK

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REGISTERS = ("/v1/actions", "/v1/decisions")


def some(service: Service) -> None:
    """Three decisions with two actions each, one said to be a formula."""
    issues = [tabled_issue(service) for _ in range(3)]
    sit(service, meeting_of(issues[0]))
    asked = [{"text": "=1+1", "owner": "priya-nair", "due_on": "2026-03-20"},
             {"text": "Write", "owner": "dominic-ferraro"}]  # fmt: skip
    for issue in issues:
        done(service, meeting_of(issue), "decide", issue=issue["id"], text="@Pay", actions=asked)
        service.clock.advance(timedelta(minutes=1))


def of_csv(service: Service, path: str, key: str = "") -> list[dict[str, str]]:
    answer = service.get(path, accept=CSV, key=key)
    assert answer.headers["content-type"] == f"{CSV}; charset=utf-8"
    name = path.partition("?")[0].rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    table = [cells[2:] for cells in rows if cells[0].startswith("Register of") and cells[1]]
    return [dict(zip(table[0], cells, strict=True)) for cells in table[1:]]


def of_workbook(service: Service, path: str) -> list[dict[str, Any]]:
    answer = service.get(path, accept=XLSX)
    assert answer.headers["content-type"] == XLSX
    sheet = load_workbook(BytesIO(answer.content)).worksheets[1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    [head] = [number for number, cells in enumerate(rows) if "Id" in cells]
    return [dict(zip(rows[head], cells, strict=True)) for cells in rows[head + 1 :]]


@pytest.mark.parametrize("path", REGISTERS)
def test_a_register_is_taken_away_whole_with_the_rows_of_its_list(
    service: Service, path: str
) -> None:
    some(service)
    rows = service.found(f"{path}?limit=200")["data"]
    assert len(rows) > 2
    for page in (path, f"{path}?limit=1"):
        table = of_csv(service, page)
        assert [each["Id"] for each in table] == [each["id"] for each in rows], "every page's"
        assert [each["Id"] for each in of_workbook(service, page)] == [each["id"] for each in rows]
    first, at = of_csv(service, path)[0], rows[0]
    text = "Action" if path == REGISTERS[0] else "Decision"
    assert first[text] == f"'{at['text']}", "no spreadsheet takes it for a formula"
    assert of_workbook(service, path)[0][text] == at["text"]
    assert first["Forum"] == at["forum"]
    assert of_csv(service, f"{path}?forum=ceo-board") == []


def test_what_was_decided_is_told_with_what_it_asks_for(service: Service) -> None:
    some(service)
    [last, *_] = of_csv(service, "/v1/decisions")
    assert last["Actions"] == "'=1+1 (priya-nair, by 2026-03-20); Write (dominic-ferraro, no date)"
    assert (last["Number"], last["Conditions"]) == ("BMF-SC-2026-003", NONE)
    asked, *_ = of_csv(service, "/v1/actions?owner=dominic-ferraro")
    assert (asked["Due"], asked["Done"], asked["Decision"]) == (NONE, "No", "BMF-SC-2026-001")


@pytest.mark.parametrize("path", REGISTERS)
def test_a_sealed_matter_is_in_the_file_of_who_may_see_it_alone(
    service: Service, path: str
) -> None:
    matter = sealed_matter(service, None, "thi-lan-pham")
    assert of_csv(service, path, matter.named)
    for kind in (CSV, XLSX):
        answer = service.get(path, accept=kind, key=matter.stranger)
        assert answer.status_code == 200
    assert of_csv(service, path, matter.stranger) == []
    assert not list(told(service.get(path, accept=CSV, key=matter.stranger).text, matter.marks))


def test_however_few_are_read_at_once_every_row_comes_once(service: Service) -> None:
    some(service)
    with at_hand.look(service.container.desk, CLERK) as look:
        for at_once in (1, 2, 50):
            acts = whole(look, actions.page, ActionQuestion(limit=1), at_once)
            made = whole(look, decisions.page, DecisionQuestion(limit=1), at_once)
            assert len({each["id"] for each in acts}) == len(acts) == 6
            assert len({each["id"] for each in made}) == len(made) == 3


def test_more_rows_than_a_file_may_have_are_refused_with_what_to_do(service: Service) -> None:
    some(service)
    with at_hand.look(service.container.desk, CLERK) as look:
        assert len(whole(look, decisions.page, DecisionQuestion(), 1, most=3)) == 3
        with pytest.raises(Invalid) as told:
            whole(look, decisions.page, DecisionQuestion(), 1, most=2)
        assert "a year at a time" in told.value.errors[0].detail

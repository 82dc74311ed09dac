"""A paper as a chair reads it: what matters first, in words, and nothing that says itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from escalation.digests.dictionary import DICTIONARY
from escalation.reports import FORMATS
from escalation.reports.as_pdf import _widths
from escalation.reports.formulas import in_words
from escalation.reports.heading import Heading
from escalation.reports.issue_paper import _FOR
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Local, Section
from escalation.reports.scorecard_page import dictionary
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.workflow.states import ClockKind
from tests.builders import CLERK, copied_sqlite, desk_on
from tests.digests.history import lived
from tests.fakes import seeded_ids, virtual_clock

HEADING = Heading("DIG-2026-0001", "ab" * 32, datetime(2026, 3, 1, tzinfo=UTC))
BMF = "bmf-southern-cross"


@pytest.fixture(scope="module")
def papers(
    furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, Any]]]:
    """The documents of a busy forum's digest, of an idle board's, and of the corporate layer."""
    clock = virtual_clock()
    url = copied_sqlite(furnished_sqlite, tmp_path_factory.mktemp("chair") / "chair.db")
    with desk_on(url, clock, ids=seeded_ids()) as desk:
        lived(desk, clock, 3, days=25, acts=8)
        yield {
            profile: made(desk, profile)
            for profile in (f"forum:{BMF}", "forum:board-corptech", "layer:corporate")
        }


def made(desk: Desk, profile: str) -> dict[str, Any]:
    stored = digests.make(desk, Request(profile=profile), CLERK).stored
    found: dict[str, Any] = json.loads(digests.content(desk, stored))
    return found


def section(document: dict[str, Any], name: str) -> Section:
    [found] = [each for each in kept_page(document, HEADING).sections if each.id == name]
    return found


def brief(document: dict[str, Any]) -> dict[str, str]:
    [table] = section(document, "brief").tables
    return {cells[0]: cells[1] for cells in table.rows}


def test_the_cover_tells_the_paper_in_brief(papers: dict[str, dict[str, Any]]) -> None:
    document = papers[f"forum:{BMF}"]
    told, now = brief(document), document["figures"]["now"]
    assert told["Unresolved at this forum"].startswith(f"{now['total']} issue")
    assert f"{now['past_target'] or 'none'} past target" in told["Unresolved at this forum"]
    for kind, done in (("new", "came"), ("climbed", "climbed on"), ("resolved", "resolved")):
        count = document["figures"]["movements"][kind]
        assert not count or f"{count} {done}" in told["Since the last meeting"]
    here = [i for i in document["sections"]["high_level"] if "reported_up_here" in i["because"]]
    assert told["Elsewhere"].startswith(f"{len(here) or 'No'} issue")


def test_what_there_is_none_of_is_said_in_words(papers: dict[str, dict[str, Any]]) -> None:
    told = brief(papers["forum:board-corptech"])
    assert told["Unresolved at this forum"].startswith("None")
    assert told["Since the last meeting"] == "Nothing moved at this forum"
    assert told["Coming"].startswith("No issue from below")
    assert told["Actions"] == "None is open"


def test_a_measure_is_explained_by_titles_not_by_identifiers() -> None:
    [table] = dictionary().tables
    assert len(table.rows) == len(DICTIONARY)
    assert not [cell for row in table.rows for cell in row if "`" in cell or "_" in cell]
    assert "\N{LEFT DOUBLE QUOTATION MARK}Unresolved" in in_words("Count of `unresolved`.")


def test_a_movement_does_not_repeat_the_forum_that_the_paper_is_of(
    papers: dict[str, dict[str, Any]],
) -> None:
    document = papers[f"forum:{BMF}"]
    own = document["titles"]["rungs"]["business_manager_forum"]
    rows = [row for table in section(document, "since").tables for row in table.rows]
    assert rows
    assert not [row for row in rows if own in row[5:]]


def test_by_exception_the_exceptions_come_first(papers: dict[str, dict[str, Any]]) -> None:
    page = kept_page(papers["layer:corporate"], HEADING)
    assert [each.id for each in page.sections][:2] == ["exceptions", "figures"]


def test_a_scorecard_says_which_period_stands_beside_which(
    papers: dict[str, dict[str, Any]],
) -> None:
    document = papers["layer:corporate"]
    local = Local(document["zone"])
    about = section(document, "figures").about
    for instant in ("since", "as_at", "before_since"):
        assert local.moment(document[instant]) in about


def test_the_head_of_a_sheet_stays_in_sight(papers: dict[str, dict[str, Any]]) -> None:
    body = FORMATS["xlsx"](papers[f"forum:{BMF}"], HEADING)
    sheet = load_workbook(BytesIO(body))["Unresolved here"]
    assert sheet.freeze_panes == "B6"
    assert [sheet["A5"].value, sheet["B5"].value] == ["Reference", "Issue"]
    assert sheet.auto_filter.ref is not None
    assert sheet.auto_filter.ref.startswith("A5:")


def test_room_goes_to_text_and_not_to_the_heads_of_numbers() -> None:
    columns = [("Agency", "a" * 60), ("Unresolved past target", "3"), ("When", "x" * 20)]
    text, number, when = _widths(columns, 150, frozenset({1}))
    assert number <= 13 < when < text
    assert text >= 60


def test_every_kind_of_clock_is_told_in_a_papers_words() -> None:
    assert set(_FOR) == {each.value for each in ClockKind}

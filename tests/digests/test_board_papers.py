"""A board's paper: annexes, decisions sought, how it went, and what the body oversees."""

import json
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from escalation.clock import VirtualClock
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from tests.api.service import Service, serving
from tests.api.sitting import FORUM, begin, done, made, meeting_of, sit, tabled_issue
from tests.builders import CLERK
from tests.digests.history import lived

PF, BOARD, CEO = "pf-southern-cross", "board-meridian", "ceo-board"
OUTCOME = {"summary": "Pay half", "reasons": "Half was ours", "cause": "process"}


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def papers(digest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = digest["document"]["sections"]["papers"]
    return found


def test_an_annex_has_what_a_body_needs_as_it_was_on_the_record(service: Service) -> None:
    issue = tabled_issue(service)
    done(service, meeting_of(issue), "table", issue=issue["id"], sought="Pay it all", reason="r")
    path = f"/v1/issues/{issue['id']}"
    service.act(service.found(path), "propose", seat="provider", outcome=OUTCOME)
    first = made(service)
    seen = service.get(path).headers["etag"]
    answer = service.call("PATCH", path, {"description": "It was worse."}, if_match=seen)
    assert answer.is_success, answer.text
    service.act(service.found(path), "dissent", seat="agency", grounds="All of it was theirs")
    above = made(service, forum=PF)
    [paper], [later] = papers(first), papers(above)
    assert paper["sought"] == "Pay it all"
    assert (paper["issue"]["description"], later["issue"]["description"]) == (
        issue["description"],
        "It was worse.",
    )
    assert [entry["what"] for entry in paper["history"]] == ["logged", "escalated", "tabled"]
    assert {clock["kind"] for clock in paper["clocks"]} >= {"forum", "overall"}
    [proposed] = paper["positions"]
    assert (proposed["side"], proposed["says"]) == ("provider", "Pay half. Half was ours")
    assert [(p["side"], p["stance"]) for p in later["positions"]] == [
        ("provider", "proposes"),
        ("agency", "dissents"),
    ]
    assert later["sought_by_rule"]
    assert "between the two sides" in later["sought"]
    for digest in (first, above):
        assert digests.verify(service.container.desk, digest["id"]).ok
    for form in ("html", "md"):
        text = unescape(service.get(f"/v1/digests/{above['id']}.{form}").text)
        for words in ("All of it was theirs", "Pay half", "Annexes: issue papers", later["sought"]):
            assert words in text, (form, words)
        one_sided = service.get(f"/v1/digests/{first['id']}.{form}").text
        assert "No position stated" in one_sided
        assert "Pay it all" in one_sided


def test_the_paper_of_an_agenda_says_which_side_holds_what(service: Service) -> None:
    issue = tabled_issue(service)
    service.act(issue, "propose", seat="provider", outcome=OUTCOME)
    found = service.found(f"/v1/issues/{issue['id']}/paper")
    assert [(each["side"], each["says"]) for each in found["positions"]] == [
        ("provider", "Pay half. Half was ours")
    ]
    assert (
        "| Provider |"
        in service.get(f"/v1/meetings/{meeting_of(issue)}/agenda", accept="text/markdown").text
    )


def test_what_a_forum_decided_before_stands_in_the_annex(service: Service) -> None:
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Ask again.", effect="climb")
    [paper] = papers(made(service, forum=PF))
    [decided] = paper["decisions"]
    assert (decided["number"], decided["text"]) == ("BMF-SC-2026-001", "Ask again.")
    begin(service, paper["meeting"]["id"])


def document(desk: Desk, **asked: Any) -> dict[str, Any]:
    stored = digests.make(desk, Request(**asked), CLERK).stored
    found: dict[str, Any] = json.loads(digests.content(desk, stored))
    return found


def test_a_board_reads_the_scorecard_of_what_it_oversees_and_a_forum_the_benchmark(
    desk: Desk, clock: VirtualClock
) -> None:
    history = lived(desk, clock, 5, days=20, acts=6)
    at = history.seen[-1][0]
    for forum, profile, name in (
        (BOARD, "scorecard:business:meridian", "scorecard"),
        (CEO, "scorecard:ssi", "scorecard"),
        (PF, "benchmark", "benchmark"),
    ):
        paper = document(desk, forum=forum, as_at=at, known_at=at)
        since = datetime.fromisoformat(paper[name]["since"])
        assert paper["since"] == paper[name]["since"]
        alone = document(desk, profile=profile, as_at=at, known_at=at, since=since)
        part = "benchmark" if name == "benchmark" else "figures"
        assert paper[name][part]["now"] == alone[part]["now"], forum
        assert {"scorecard", "benchmark"} & paper.keys() == {name}
    assert not {"scorecard", "benchmark"} & document(desk, forum=FORUM, as_at=at).keys()


def test_the_trend_and_the_period_before_are_what_digests_of_those_days_said(
    desk: Desk, clock: VirtualClock
) -> None:
    history = lived(desk, clock, 6, days=75, acts=4)
    now = clock.now()
    paper = document(desk, forum=FORUM, as_at=now, known_at=now)
    points = paper["figures"]["trend"]
    assert len(points) > 3
    for point in points:
        as_at = datetime.fromisoformat(point["at"])
        then = document(desk, forum=FORUM, as_at=as_at, known_at=now)["figures"]["now"]
        assert {name: then[name] for name in ("total", "past_target", "exhausted")} == {
            name: count for name, count in point.items() if name != "at"
        }
    since, ended = (datetime.fromisoformat(point["at"]) for point in points[-2:])
    before = document(desk, forum=FORUM, known_at=now, as_at=ended, since=since)
    assert paper["since"] == points[-1]["at"]
    assert paper["figures"]["movements_before"] == before["figures"]["movements"]
    assert any(before["figures"]["movements"].values())
    assert history.ids

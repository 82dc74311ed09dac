"""Lists: pages by keyset, filters, sorts, words, and what is refused by name."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.service import Service, fault, problem


@pytest.fixture
def crowd(service: Service) -> Service:
    """A service with some issues that differ."""
    for number, (agency, severity, function) in enumerate(
        [
            ("rivers", "low", "payroll"),
            ("schools", "critical", "payroll"),
            ("rivers", "high", "finance"),
            ("rivers", "medium", "payroll"),
            ("transit", "high", "payroll"),
        ]
    ):
        service.log(
            title=f"Matter {number} 100%_",
            agency=agency,
            severity=severity,
            function=function,
            themes=["pay"] if number % 2 else ["rent", "pay day"],
            external_refs=[{"system": "jira", "id": f"OPS:{number}"}],
        )
        service.clock.advance(timedelta(seconds=1))
    return service


def titles(service: Service, query: str) -> list[str]:
    return [each["title"][7] for each in service.found(f"/v1/issues?{query}")["data"]]


def pages(service: Service, path: str) -> Iterator[dict[str, Any]]:
    """Every page from this one on."""
    while path:
        answer = service.get(path)
        page = answer.json()
        assert answer.status_code == 200, page
        path = page["links"].get("next", "")
        assert (f'<{path}>; rel="next"' if path else None) == answer.headers.get("link")
        yield page


FILTERS = [
    ("agency=rivers", {"0", "2", "3"}),
    ("agency=rivers,transit", {"0", "2", "3", "4"}),
    ("agency=nobody", set()),
    ("severity=high,critical", {"1", "2", "4"}),
    ("agency=rivers&severity=high", {"2"}),
    ("function=finance", {"2"}),
    ("status=open", {"0", "1", "2", "3", "4"}),
    ("status=closed", set()),
    ("rung=service_manager&ladder=ssi-standard&ola=ola-rivers", {"0", "2", "3"}),
    ("holder=bronwyn-tait", {"0", "3"}),
    ("theme=pay", {"1", "3"}),
    ("theme=pay%20day", {"0", "2", "4"}),
    ("theme=pa", set()),
    ("external_ref=jira:OPS:3", {"3"}),
    ("external_ref=jira:OPS", set()),
    ("q=matter%20ssi-2026-000003", {"2"}),
    ("q=MATTER%20thursday", {"0", "1", "2", "3", "4"}),
    ("q=100%25_", {"0", "1", "2", "3", "4"}),
    ("q=1__%25", set()),
    ("past_target=true", set()),
    ("past_target=false&exhausted=false", {"0", "1", "2", "3", "4"}),
    ("exhausted=true", set()),
    ("created_before=2026-03-02T00:00:00Z", set()),
    ("created_after=2026-03-02T00:00:00Z", {"0", "1", "2", "3", "4"}),
    ("due_before=2026-03-02T04:00:00Z", {"1"}),
    ("provider=meridian&region=far-north", set()),
]


def test_each_filter_finds_what_it_names(crowd: Service) -> None:
    for query, expected in FILTERS:
        assert set(titles(crowd, query)) == expected, query


SORTS = ["created_at", "updated_at", "received_at", "due_at", "severity", "reference"]


def test_pages_hold_every_issue_once_in_every_order(crowd: Service) -> None:
    for sort in [f"{sign}{name}" for name in SORTS for sign in ("", "-")]:
        whole = titles(crowd, f"sort={sort}")
        parts = [
            each["title"][7]
            for page in pages(crowd, f"/v1/issues?sort={sort}&limit=2")
            for each in page["data"]
        ]
        assert parts == whole, sort
        assert sorted(parts) == list("01234")


def test_the_worst_comes_first_and_the_next_due_too(crowd: Service) -> None:
    assert titles(crowd, "sort=severity")[0] == "1"
    assert titles(crowd, "sort=severity")[-1] == "0"
    dues = [each["due_at"] for each in crowd.found("/v1/issues?sort=due_at")["data"]]
    assert dues == sorted(dues)


def test_what_is_due_no_more_stands_last_in_both_directions(crowd: Service) -> None:
    issue = crowd.found("/v1/issues?q=2&sort=reference")["data"][0]
    crowd.act(issue, "withdraw", reason="r")
    for sort in ("due_at", "-due_at"):
        shown = [
            e["due_at"] for p in pages(crowd, f"/v1/issues?sort={sort}&limit=1") for e in p["data"]
        ]
        assert shown[-1] is None
        assert None not in shown[:-1]


def test_an_issue_logged_between_two_pages_moves_none_of_them(crowd: Service) -> None:
    first = crowd.found("/v1/issues?limit=2")
    crowd.log(title="Matter 5")
    rest = [e["title"][7] for p in pages(crowd, first["links"]["next"]) for e in p["data"]]
    assert [e["title"][7] for e in first["data"]] + rest == list("43210")


def test_what_went_past_its_target_is_found(crowd: Service) -> None:
    crowd.clock.move_to(crowd.clock.now().replace(day=3, hour=8))
    past = crowd.found("/v1/issues?past_target=true")["data"]
    assert past
    assert all(each["past_target"] for each in past)
    rest = crowd.found("/v1/issues?past_target=false")["data"]
    assert not any(each["past_target"] for each in rest)
    assert len(past) + len(rest) == 5


def test_a_total_is_told_only_when_asked_for(crowd: Service) -> None:
    assert crowd.found("/v1/issues?limit=1")["meta"] == {"limit": 1}
    asked = crowd.found("/v1/issues?limit=1&include_total=true&agency=rivers")
    assert asked["meta"] == {"limit": 1, "total": 3}


def test_only_the_fields_that_are_asked_for_are_told(crowd: Service) -> None:
    page = crowd.found("/v1/issues?fields=title,due_at&limit=1")
    assert set(page["data"][0]) == {"id", "title", "due_at"}


def test_links_keep_what_was_asked(crowd: Service) -> None:
    page = crowd.found("/v1/issues?agency=rivers&limit=1&q=ssi%20000001")
    assert page["links"] == {"self": "/v1/issues?agency=rivers&limit=1&q=ssi+000001"}


WRONG = [
    ("stauts=open", "unknown_parameter", "stauts", "; the nearest is `status`"),
    ("status=opened", "unknown_word", "status", "; the nearest is `open`"),
    ("status=", "too_short", "status", "found empty text"),
    ("status=open&status=closed", "repeated_parameter", "status", "found `status` 2 times"),
    ("limit=0", "wrong_value", "limit", "found `0`, expected a number of at least 1"),
    ("limit=201", "wrong_value", "limit", "found `201`, expected a number of at most 200"),
    ("limit=many", "wrong_value", "limit", "found `many`, expected a whole number"),
    ("limit=" + "9" * 5000, "wrong_value", "limit", "expected"),
    ("sort=age", "unknown_word", "sort", "found `age`, expected"),
    ("sort=--due_at", "unknown_word", "sort", "; the nearest is `-due_at`"),
    ("fields=title,colour", "unknown_word", "fields", "found `colour`"),
    ("past_target=perhaps", "wrong_value", "past_target", "expected `true` or `false`"),
    ("due_before=2026-03-01", "wrong_instant", "due_before", "expected an instant with its zone"),
    ("due_before=2026-03-01T00:00:00", "zone_missing", "due_before", "without a zone"),
    ("created_after=9999-01-01T00:00:00Z", "year_out_of_range", "created_after", "1900 to 2200"),
    ("external_ref=OPS-7", "wrong_value", "external_ref", "expected `system:id` such as"),
    ("q=", "wrong_value", "q", "found 0 words, expected 1 to 10"),
    ("q=" + "a+" * 11, "wrong_value", "q", "found 11 words, expected 1 to 10"),
    ("q=%00", "control_character", "q", "found the control character U+0000"),
    ("agency=%00", "control_character", "agency", "found the control character U+0000"),
    ("agency=" + "x" * 501, "too_long", "agency", "found 501 characters"),
    ("cursor=!", "wrong_value", "cursor", "expected text of the form"),
]


@pytest.mark.parametrize(("query", "code", "parameter", "words"), WRONG)
def test_a_wrong_parameter_is_refused_by_name(
    shared: Service, query: str, code: str, parameter: str, words: str
) -> None:
    answer = shared.get(f"/v1/issues?{query}")
    problem(answer, 400, "malformed")
    assert words in fault(answer, 400, code, {"parameter": parameter})


def forged(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = ["abc", "e30", forged("[1,2,3]"), forged('["x",1,"y"]'), forged("[" * 300), "A" * 401]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_that_is_none_is_refused(shared: Service, cursor: str) -> None:
    answer = shared.get(f"/v1/issues?cursor={cursor}")
    detail = fault(answer, 400, "wrong_cursor", {"parameter": "cursor"})
    assert "expected the one of this list's `next`" in detail


def test_a_cursor_of_another_order_or_list_is_refused(shared: Service) -> None:
    for _ in range(2):
        shared.log()
    path = shared.found("/v1/issues?limit=1&sort=due_at")["links"]["next"]
    cursor = path.partition("cursor=")[2]
    mark = shared.found("/v1/issues?limit=1")["links"]["next"].partition("cursor=")[2]
    issue = shared.log()["id"]
    for other in (
        f"/v1/issues?limit=1&sort=-due_at&cursor={cursor}",
        f"/v1/issues/{issue}/timeline?cursor={mark}",
    ):
        fault(shared.get(other), 400, "wrong_cursor", {"parameter": "cursor"})


@pytest.mark.parametrize(
    "value", ["1", '"a"', "true", "null", "1e30", '"@2026-01-01T00:00:00"', "[1]"]
)
def test_a_cursor_forged_with_another_kind_of_value_is_refused(shared: Service, value: str) -> None:
    shared.log()
    shared.log()
    path = shared.found("/v1/issues?limit=1")["links"]["next"]
    sent = path.partition("cursor=")[2]
    mark = urlsafe_b64decode(sent + "==").decode()[2:10]
    cursor = forged(f'["{mark}",{value},"x"]')
    answer = shared.get(f"/v1/issues?limit=1&cursor={cursor}")
    fault(answer, 400, "wrong_cursor", {"parameter": "cursor"})


def test_paths_that_take_no_query_say_so(shared: Service) -> None:
    answer = shared.get("/v1/ladders?page=2")
    detail = fault(answer, 400, "unknown_parameter", {"parameter": "page"})
    assert detail == "found `page`, expected no query parameters"
    answer = shared.post("/v1/issues?force=1", {})
    fault(answer, 400, "unknown_parameter", {"parameter": "force"})

"""Anyone reads the charter: the version in force, and the earlier ones in the words they had."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.service import Service, problem
from tests.builders import CONFIG, DIRECTORY

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NEW = {
    "code": "charter-2027",
    "title": "Our <promise>",
    "effective": "2026-04-01",
    "about": "New.\n\nAnd better.",
    "standards": ["answered-soon"],
    "consulted": [{"who": "Department of Transit and Ports", "on": "2026-02-01"}],
    "complaints": "Ring us.",
}


def page(service: Service, path: str = "/charter") -> str:
    answer = service.get(path, key=None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in answer.headers["content-security-policy"]
    return answer.text


def put(service: Service, path: str, body: dict[str, Any], code: str) -> None:
    at = f"{path}/{code}"
    seen = service.get(at, key=service.admin).headers["etag"]
    answer = service.call("PATCH", at, body, key=service.admin, if_match=seen)
    assert answer.is_success, answer.text


def test_anyone_reads_who_was_consulted_what_is_promised_and_how_to_complain(
    service: Service,
) -> None:
    shown = page(service)
    charter = service.found("/v1/charter", key=None)
    assert charter["id"] == "charter-2026"
    assert (charter["effective"], charter["until"]) == ("2026-01-01", None)
    for words in (
        charter["title"],
        "1 January 2026",
        *(each["statement"] for each in charter["standards"]),
        *(each["who"] for each in charter["consulted"]),
        charter["complaints"][:40],
        'href="/charter/charter-2024"',
    ):
        assert words in shown
    earlier = service.found("/v1/charter/charter-2024", key=None)
    assert earlier["until"] == "2025-12-31"
    assert "In force from 1 July 2024 to 31 December 2025." in page(
        service, "/charter/charter-2024"
    )


def test_a_version_comes_into_force_on_its_day_and_what_it_replaced_keeps_its_words(
    service: Service,
) -> None:
    answer = service.post("/v1/service-charters", NEW, key=service.admin)
    assert answer.status_code == 201, answer.text
    assert service.found("/v1/charter", key=None)["id"] == "charter-2026"
    before = service.found("/v1/charter/charter-2026", key=None)
    service.clock.advance(timedelta(days=40))
    put(service, "/v1/service-standards", {"statement": "At once."}, "answered-soon")
    now = service.found("/v1/charter", key=None)
    assert (now["id"], now["standards"][0]["statement"]) == ("charter-2027", "At once.")
    after = service.found("/v1/charter/charter-2026", key=None)
    assert after["standards"] == before["standards"]
    shown = page(service)
    assert "Our &lt;promise&gt;" in shown
    assert "<p>And better.</p>" in shown


def test_where_there_is_no_charter_or_none_of_that_code_it_is_said(service: Service) -> None:
    problem(service.get("/v1/charter/charter-1999", key=None), 404, "not_found")
    problem(service.get("/charter/charter-1999", key=None), 404, "not_found")
    answer = service.get("/charter/charter-1999", key=None, accept=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such charter" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for code in ("charter-2024", "charter-2026"):
        at = f"/v1/service-charters/{code}"
        seen = service.get(at, key=service.admin).headers["etag"]
        assert service.call("DELETE", at, key=service.admin, if_match=seen).status_code == 204
    problem(service.get("/v1/charter", key=None), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"standards": ["answered-late"]}, "unknown_reference"),
        ({"effective": "2026-01-01"}, "repeated"),
        ({"consulted": []}, "wrong_value"),
    ],
)
def test_a_charter_that_cannot_be_is_refused_with_its_place(
    service: Service, change: dict[str, Any], code: str
) -> None:
    answer = service.post("/v1/service-charters", {**NEW, **change}, key=service.admin)
    assert code in {each["code"] for each in problem(answer, 422, "invalid")["errors"]}


def test_the_first_version_that_will_be_is_shown_before_there_is_one_in_force(
    service: Service,
) -> None:
    assert "charter-2024" in (CONFIG / DIRECTORY).read_text()
    for code, day in (("charter-2024", "2026-06-01"), ("charter-2026", "2026-07-01")):
        put(service, "/v1/service-charters", {"effective": day}, code)
    assert service.found("/v1/charter", key=None)["id"] == "charter-2024"

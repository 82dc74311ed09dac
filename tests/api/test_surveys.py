"""Whoever raised a matter is asked once how it went, by a link that only they have."""

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from escalation.services.keys import KeyRole
from escalation.services.surveys import inviting
from tests.access.test_injection import PAYLOADS, READERS
from tests.api.principals import key_for
from tests.api.service import Service, fault, problem, serving
from tests.builders import copied_sqlite

RAISER = {"type": "staff", "name": "Ana", "email": "ana@rivers.example"}
OUTCOME = {"summary": "Paid", "reasons": "It was owed"}
FORM = "application/x-www-form-urlencoded"
GOOD = {"overall": 5, "soon": 4, "settled": True, "words": "Thank you, desk"}


def settled(service: Service, **changes: Any) -> dict[str, Any]:
    issue = service.log(raiser=RAISER, outcome=OUTCOME, **changes)
    return service.act(issue, "close", key=service.admin)


def invite(service: Service) -> int:
    return inviting.invite(service.container.desk, service.container.surveys)


def link_of(service: Service, issue: dict[str, Any]) -> str:
    """The path of the page of an issue's survey."""
    found = service.found(f"/v1/survey-invitations/{issue['id']}")
    path: str = found["link"].removeprefix("http://test")
    assert path.startswith("/survey/")
    return path


def asked(service: Service, **changes: Any) -> tuple[dict[str, Any], str]:
    issue = settled(service, **changes)
    assert invite(service) == 1
    return issue, link_of(service, issue)


def twin(page: str) -> str:
    return page.replace("/survey/", "/v1/survey-links/")


def sent(service: Service, path: str, **fields: str) -> httpx.Response:
    body = urlencode({f"q-{n}" if n != "quote" else n: v for n, v in fields.items()})
    return service.call("POST", path, raw=body.encode(), key=None, content_type=FORM)


def test_it_is_due_once_for_each_closed_issue_and_told_without_the_link(
    service: Service,
) -> None:
    issue, path = asked(service)
    assert invite(service) == 0
    service.clock.advance(timedelta(days=30))
    assert invite(service) == 0
    entries = service.found(f"/v1/issues/{issue['id']}/timeline")["data"]
    [due] = [entry for entry in entries if entry["type"] == "issue.survey_due"]
    [invitation] = service.found("/v1/survey-invitations")["data"]
    assert due["data"]["invitation"] == invitation["id"]
    assert path.rpartition("/")[2] not in json.dumps(entries)
    assert invitation["issue"] == {"id": issue["id"], "reference": issue["reference"]}


def test_it_goes_out_as_an_event(service: Service) -> None:
    hook = {"url": "https://93.184.216.34/in", "types": ["issue.survey_due"]}
    assert service.post("/v1/webhook-endpoints", hook, key=service.admin).status_code == 201
    asked(service)
    assert service.container.outgoing.hand_on() > 0
    [made] = service.found("/v1/webhook-endpoints", key=service.admin)["data"]
    path = f"/v1/webhook-endpoints/{made['id']}/deliveries"
    deliveries = service.found(path, key=service.admin)["data"]
    assert [each["type"] for each in deliveries] == ["issue.survey_due"]


@pytest.mark.parametrize(
    ("raiser", "changes"),
    [
        ({"type": "staff", "name": "Ana"}, {}),
        ({"type": "public", "anonymous": True}, {}),
        (RAISER, {"sensitive": ["privacy"]}),
    ],
)
def test_nobody_is_asked_who_cannot_be_reached_or_whose_matter_is_sealed(
    service: Service, raiser: dict[str, Any], changes: dict[str, Any]
) -> None:
    body = {"raiser": raiser, "outcome": OUTCOME, **changes}
    answer = service.post("/v1/issues", {**service_body(), **body}, key=service.admin)
    issue = answer.json()
    service.act(issue, "close", key=service.admin)
    assert invite(service) == 1, "it is decided of once"
    assert invite(service) == 0
    assert service.found("/v1/survey-invitations", key=service.admin)["data"] == []
    path = f"/v1/survey-invitations/{issue['id']}"
    problem(service.get(path, key=service.admin), 404, "not_found")


def service_body() -> dict[str, Any]:
    return {"title": "Late", "agency": "rivers", "function": "payroll", "channel": "phone"}


def test_nobody_is_asked_who_is_under_limits(service: Service) -> None:
    limit = {
        "raiser": {"email": "ANA@rivers.example"}, "limits": [{"kind": "writing_only"}],
        "reason": "threats", "approved_by": "priya-nair",
        "review_at": "2026-04-01T00:00:00Z", "expires_at": "2026-05-01T00:00:00Z",
    }  # fmt: skip
    assert service.post("/v1/conduct-limits", limit).status_code == 201
    settled(service)
    assert invite(service) == 1
    assert service.found("/v1/survey-invitations")["data"] == []


def test_an_issue_that_was_closed_long_ago_is_not_asked_about(service: Service) -> None:
    settled(service)
    service.clock.advance(timedelta(days=15))
    assert invite(service) == 0


def test_an_answer_is_feedback_about_the_issue(service: Service) -> None:
    issue, path = asked(service)
    form = service.found(twin(path), key=None)
    assert (form["state"], form["issue"]) == ("open", issue["reference"])
    assert [q["id"] for q in form["questions"]] == [
        "overall",
        "soon",
        "informed",
        "settled",
        "words",
    ]
    assert form["questions"][1]["standard"]["title"] == "We answer soon"
    body = {"answers": GOOD, "quote": "named"}
    answer = service.post(twin(path), body, key=None)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "answered"
    [said] = service.found("/v1/feedback?kind=survey")["data"]
    assert said["about"] == {"id": issue["id"], "reference": issue["reference"]}
    assert said["survey"] == {"name": "after-resolution", "answers": GOOD}
    shown = ("sentiment", "quote", "text", "party", "function", "channel", "key_result_area")
    assert [said[name] for name in shown] == [
        "positive", "named", "Thank you, desk", "meridian", "payroll", "survey", "customers",
    ]  # fmt: skip
    assert said["raiser"] == {"type": "staff", "name": "Ana"}, "and no address"
    [invitation] = service.found("/v1/survey-invitations?answered=true")["data"]
    assert (invitation["feedback"], invitation["link"]) == (said["id"], None)


def test_it_is_answered_once_and_says_why(service: Service) -> None:
    _, path = asked(service)
    body = {"answers": {"overall": 1}}
    assert service.post(twin(path), body, key=None).status_code == 201
    told = problem(service.post(twin(path), body, key=None), 409, "survey_answered")
    assert "must stay what they were" in told["detail"]
    page = sent(service, path, overall="5")
    assert (page.status_code, "have been recorded" in page.text) == (409, True)
    assert service.found("/v1/feedback?kind=survey&sentiment=negative")["data"]


def test_after_its_end_it_says_so_and_takes_nothing(service: Service) -> None:
    _, path = asked(service)
    service.clock.advance(timedelta(days=21))
    assert service.found(twin(path), key=None)["state"] == "ended"
    assert "has ended" in service.get(path, key=None).text
    problem(service.post(twin(path), {"answers": {"overall": 3}}, key=None), 409, "survey_ended")
    assert service.found("/v1/feedback?kind=survey")["data"] == []


def test_a_token_that_was_changed_is_answered_as_one_that_nobody_made(service: Service) -> None:
    _, path = asked(service)
    token = path.rpartition("/")[2]
    name, end, mark = token.split(".")
    later = str(int(end) + 86_400)
    flipped = mark[:-2] + ("A" if mark[-2] != "A" else "B") + mark[-1]
    none = f"{'0' * 26}.{end}.{mark}"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = [f"{name}.{end}.{mark[:-1]}{letter}" for letter in letters if letter != mark[-1]]
    wrong = [
        *last,
        f"{name}.{later}.{mark}",
        f"{name}.{end}.{flipped}",
        none,
        "x",
        f"{token}A",
        f"{name}",
    ]
    for method in ("GET", "POST"):
        body = b"q-overall=5" if method == "POST" else None
        pages = {
            (a.status_code, a.content)
            for t in wrong
            for a in [service.call(method, f"/survey/{t}", raw=body, key=None, content_type=FORM)]
        }
        assert len(pages) == 1
        assert pages.pop()[0] == 404
    for each in wrong:
        told = problem(service.get(f"/v1/survey-links/{each}", key=None), 404, "not_found")
        assert "There is no survey here" in told["detail"]
    assert service.get(path, key=None).status_code == 200


def test_once_the_matter_is_sealed_the_link_and_the_answer_are_gone(service: Service) -> None:
    issue, path = asked(service, title="The quokka matter")
    service.post(twin(path), {"answers": {"overall": 5, "words": "quokka"}}, key=None)
    [said] = service.found("/v1/feedback?kind=survey")["data"]
    current = service.found(f"/v1/issues/{issue['id']}")
    seal = {"sensitive": ["privacy"], "reason": "names"}
    service.act(current, "reclassify", key=service.admin, **seal)
    absent = service.get("/survey/x", key=None)
    gone = service.get(path, key=None)
    assert (gone.status_code, gone.content) == (404, absent.content)
    problem(service.get(f"/v1/feedback/{said['id']}"), 404, "not_found")
    assert service.found("/v1/feedback?kind=survey&include_total=true")["meta"]["total"] == 0
    assert service.found("/v1/feedback-counts?kind=survey")["total"] == 0
    assert service.found("/v1/survey-invitations")["data"] == []
    assert service.found(f"/v1/feedback/{said['id']}", key=service.admin)["id"] == said["id"]


def test_each_sees_the_answers_about_their_own_issues(service: Service) -> None:
    _, path = asked(service)
    service.post(twin(path), {"answers": {"overall": 5}}, key=None)
    desk = service.container.desk
    for scope, count in (
        ({"provider": ["meridian"]}, 1),
        ({"agency": ["rivers"]}, 1),
        ({"agency": ["schools"]}, 0),
        ({"provider": ["corptech"]}, 0),
        ({"cluster": ["southern-cross"]}, 1),
        ({"function": ["finance"]}, 0),
    ):
        key = key_for(desk, (KeyRole.OPERATOR, None, scope))
        assert len(service.found("/v1/feedback", key=key)["data"]) == count, scope
        assert len(service.found("/v1/survey-invitations", key=key)["data"]) == count, scope


def test_the_link_is_for_who_sends_it_and_never_for_those_who_are_judged(
    service: Service,
) -> None:
    issue, _ = asked(service)
    desk = service.container.desk
    holder = key_for(desk, (KeyRole.HOLDER, "dominic-ferraro", {}))
    viewer = key_for(desk, (KeyRole.VIEWER, None, {}))
    for key in (holder, viewer):
        for path in ("/v1/survey-invitations", f"/v1/survey-invitations/{issue['reference']}"):
            problem(service.get(path, key=key), 403, "forbidden")
    tool = key_for(desk, (KeyRole.INTEGRATION, None, {"agency": ["rivers"]}))
    found = service.found(f"/v1/survey-invitations/{issue['reference']}", key=tool)
    assert found["link"] in found["letter"]["text"]
    assert issue["reference"] in found["letter"]["subject"]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"answers": {}}, "missing", "/answers/overall"),
        ({"answers": {"overall": 6}}, "wrong_value", "/answers/overall"),
        ({"answers": {"overall": True}}, "wrong_value", "/answers/overall"),
        ({"answers": {"overall": 3, "settled": "perhaps"}}, "wrong_value", "/answers/settled"),
        ({"answers": {"overall": 3, "other": 3}}, "unknown_word", "/answers/other"),
        ({"answers": {"overall": 3}, "quote": "always"}, "unknown_word", "/quote"),
    ],
)
def test_answers_that_cannot_be_are_named(
    service: Service, body: dict[str, Any], code: str, pointer: str
) -> None:
    _, path = asked(service)
    fault(service.post(twin(path), body, key=None), 422, code, {"pointer": pointer})
    assert service.found("/v1/feedback?kind=survey")["data"] == []


# -- the page


class Reader(HTMLParser):
    """What a page has, by a reader of another's making."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of these names."""
        return [attrs for tag, attrs in self.tags if tag in names]


def test_the_page_needs_no_script_and_each_field_has_its_label(service: Service) -> None:
    _, path = asked(service)
    answer = service.get(path, key=None)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = Reader(answer.content)
    assert READERS["text/html"](answer.content) == []
    assert page.of("html")[0]["lang"]
    assert len(page.of("h1")) == len(page.of("main")) == 1
    fields = page.of("input", "textarea")
    labels = {each["for"] for each in page.of("label")}
    assert {field["id"] for field in fields} == labels
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    described = {w for _, a in page.tags for w in (a.get("aria-describedby") or "").split()}
    assert described <= set(ids)
    radios = {field["name"] for field in fields if field.get("type") == "radio"}
    assert len(page.of("fieldset")) == len(page.of("legend")) == len(radios)
    assert not page.of("script", "link", "img", "iframe")
    assert page.of("form") == [{"method": "post", "accept-charset": "utf-8"}]


def test_the_page_is_sent_and_thanks(service: Service) -> None:
    _, path = asked(service)
    answer = sent(service, path, overall="2", settled="no", words="Too slow\r\nby far", quote="no")
    assert answer.status_code == 200, answer.text
    assert "Thank you" in answer.text
    [said] = service.found("/v1/feedback?kind=survey")["data"]
    expected = {"overall": 2, "settled": False, "words": "Too slow\nby far"}
    assert said["survey"]["answers"] == expected
    assert (said["sentiment"], said["quote"]) == ("negative", "no")
    assert "Thank you" in service.get(path, key=None).text


def test_what_is_wrong_is_shown_beside_its_question_with_what_was_sent(
    service: Service,
) -> None:
    _, path = asked(service)
    answer = sent(service, path, words="My <b>own</b> words", settled="no")
    assert answer.status_code == 422
    page = Reader(answer.content)
    [alert] = [attrs for _, attrs in page.tags if attrs.get("role") == "alert"]
    assert alert["aria-labelledby"]
    assert page.of("a")[0]["href"] == "#q-overall-1"
    assert page.of("fieldset")[0]["aria-invalid"] == "true"
    assert "My &lt;b&gt;own&lt;/b&gt; words" in answer.text
    checked = [each["id"] for each in page.of("input") if "checked" in each]
    assert checked == ["q-settled-no", "quote-no"]
    assert service.found("/v1/feedback?kind=survey")["data"] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_sent_comes_back_as_words(sqlite_service: Service, payload: str) -> None:
    _, path = asked(sqlite_service)
    answer = sent(sqlite_service, path, words=payload)
    assert answer.status_code == 422
    assert READERS["text/html"](answer.content) == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_form_that_another_sites_page_sends_is_refused(
    sqlite_service: Service, site: str
) -> None:
    _, path = asked(sqlite_service)
    body = b"q-overall=5"
    answer = sqlite_service.call(
        "POST", path, raw=body, key=None, content_type=FORM, sec_fetch_site=site, origin="null"
    )
    if site in {"same-origin", "none"}:
        assert answer.status_code == 200, answer.text
    else:
        problem(answer, 403, "forbidden")
        assert "Thank you" not in sqlite_service.get(path, key=None).text


def test_a_form_that_is_none_is_refused(service: Service) -> None:
    _, path = asked(service)
    for raw in (b"q-overall=%ff", b"q-overall=1&q-overall=2", "ü=1".encode()):
        answer = service.call("POST", path, raw=raw, key=None, content_type=FORM)
        problem(answer, 400, "malformed")
    answer = service.call("POST", path, raw=b"{}", key=None)
    problem(answer, 415, "unsupported_media_type")


def test_strangers_may_ask_only_so_often(furnished_sqlite: Path, tmp_path: Path) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with serving(url, data_dir=tmp_path, stranger_rate="3/minute") as service:
        found = [service.get("/survey/x", key=None).status_code for _ in range(5)]
    assert found == [404, 404, 404, 429, 429]

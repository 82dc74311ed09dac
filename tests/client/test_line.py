"""The line to the service, at what may come back instead of an answer."""

import json
import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from escalation.client import (
    Client,
    Invalid,
    NoAnswerOfOurs,
    Refused,
    Stale,
    TooMany,
    Unreachable,
)
from escalation.errors import EscalationError

KEY = "esc_4f2b6c0d9a8e7f6543210fedcba98765"
ISSUE = {"id": "iss_1", "version": 3}
Answer = httpx.Response | Exception


def problem(status: int, code: str, **more: object) -> httpx.Response:
    told = {"status": status, "code": code, "detail": f"It is {code}.", **more}
    kind = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(told), headers=kind)


class Far:
    """A service that answers what it was told to, in that order, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, Exception):
            raise found
        return found

    def client(self, address: str = "http://127.0.0.1:1", **options: float) -> Client:
        return Client(
            address,
            KEY,
            transport=httpx.MockTransport(self),
            sleep=self.pauses.append,
            patience=options.get("patience", 60.0),
        )

    def keys(self) -> Sequence[str | None]:
        return [each.headers.get("idempotency-key") for each in self.asked]


def good(value: object = ISSUE, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=value)


def test_a_write_whose_answer_is_lost_is_sent_again_with_the_same_key() -> None:
    far = Far(httpx.ReadTimeout("late"), httpx.RemoteProtocolError("gone"), good(status=201))
    with far.client() as client:
        client.issues.log(title="The pay is late", agency="rivers")
        client.issues.log(title="The pay is late", agency="rivers")
    first, second, third, other = far.keys()
    assert first is not None
    assert first == second == third
    assert other != first


def test_it_waits_as_long_as_it_is_told_to_and_then_asks_again() -> None:
    busy = problem(503, "busy")
    busy.headers["retry-after"] = "7"
    far = Far(busy, problem(429, "too_many_requests"), good())
    with far.client() as client:
        assert client.issues.show("iss_1")["id"] == "iss_1"
    assert far.pauses == [7.0, 0.4]


def test_it_does_not_wait_longer_than_it_has_patience_for() -> None:
    late = problem(429, "too_many_requests")
    late.headers["retry-after"] = "120"
    far = Far(late)
    with far.client() as client, pytest.raises(TooMany) as told:
        client.issues.show("iss_1")
    assert told.value.extra["retry_after"] == 120
    assert far.pauses == []


def test_what_may_not_be_done_twice_is_not_sent_again_once_it_may_have_been_done() -> None:
    for lost in (httpx.ReadTimeout("late"), problem(503, "busy")):
        far = Far(lost, good())
        with far.client() as client, pytest.raises(EscalationError):
            client.endpoints.add("https://tickets.example.org/hook")
        assert len(far.asked) == 1
    for undone in (httpx.ConnectError("refused"), problem(429, "too_many_requests")):
        far = Far(undone, good())
        with far.client() as client:
            client.endpoints.add("https://tickets.example.org/hook")
        assert len(far.asked) == 2


def test_a_service_that_never_answers_is_unreachable() -> None:
    far = Far(httpx.ConnectError("refused"))
    with far.client(patience=0.0) as client, pytest.raises(Unreachable) as told:
        client.issues.show("iss_1")
    assert "http://127.0.0.1:1 cannot be reached" in told.value.detail


def test_a_certificate_that_is_not_believed_is_not_asked_for_again() -> None:
    error = httpx.ConnectError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    far = Far(error)
    with far.client() as client, pytest.raises(Unreachable):
        client.issues.show("iss_1")
    assert len(far.asked) == 1


def test_a_redirect_is_not_followed_with_the_key() -> None:
    far = Far(httpx.Response(302, headers={"location": "https://elsewhere.example.org/"}))
    with far.client() as client, pytest.raises(NoAnswerOfOurs) as told:
        client.issues.show("iss_1")
    assert "elsewhere.example.org" in told.value.detail
    assert len(far.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>Sign in</html>"),
        httpx.Response(404, content=b"<html>nginx</html>"),
        httpx.Response(404, json=["nothing"]),
        httpx.Response(500, content=b"{", headers={"content-type": "application/json"}),
    ],
    ids=["a portal", "a proxy", "another API", "broken"],
)
def test_what_is_not_the_service_is_told_as_that(answer: httpx.Response) -> None:
    with Far(answer).client() as client, pytest.raises(NoAnswerOfOurs):
        client.issues.show("iss_1")


def test_a_stale_version_comes_with_the_issue_as_it_is() -> None:
    current = {"id": "iss_1", "version": 4, "status": "on_hold"}
    far = Far(problem(412, "precondition_failed", current=current))
    with far.client() as client, pytest.raises(Stale) as told:
        client.issues.act({"id": "iss_1", "version": 3}, "escalate", reason="It is late")
    assert told.value.current["version"] == 4
    [asked] = far.asked
    assert asked.headers["if-match"] == '"3"'


def test_a_refusal_says_what_is_open_and_where_it_is_wrong() -> None:
    fault = {"id": "r.1", "code": "unknown", "detail": "d", "source": {"pointer": "/agency"}}
    wrong = problem(422, "invalid", errors=[fault])
    with Far(wrong).client() as client, pytest.raises(Invalid) as told:
        client.issues.log(title="x", agency="riverz")
    assert [(each.pointer, each.code) for each in told.value.errors] == [("/agency", "unknown")]
    shut = problem(409, "refused", available_acts=["note"], request_id="req_1")
    with Far(shut).client() as client, pytest.raises(Refused) as refused:
        client.issues.act("SSI-2026-000001", "acknowledge")
    assert refused.value.extra["available_acts"] == ["note"]
    assert refused.value.extra["request_id"] == "req_1"


def test_an_issue_by_its_name_alone_is_changed_at_any_version() -> None:
    far = Far(good())
    with far.client() as client:
        client.issues.act("SSI-2026-000001", "acknowledge")
        client.issues.act("SSI-2026-000001", "acknowledge", version=9)
        client.issues.edit(ISSUE, title="Late again")
    assert [each.headers["if-match"] for each in far.asked] == ["*", '"9"', '"3"']


def test_a_name_cannot_leave_its_place_in_the_path() -> None:
    far = Far(good())
    with far.client() as client:
        client.issues.show("../keys?x=1#y")
        for name in ("", ".", ".."):
            with pytest.raises(Invalid):
                client.issues.show(name)
    assert [each.url.raw_path for each in far.asked] == [b"/v1/issues/..%2Fkeys%3Fx%3D1%23y"]


def test_queries_are_written_as_the_interface_reads_them() -> None:
    page = {"data": [], "links": {"self": "/v1/issues"}, "meta": {"limit": 50}}
    far = Far(good(page))
    since = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with far.client() as client:
        assert list(client.issues.list(status=["open", "tabled"], past_target=True)) == []
        assert list(client.issues.list(due_after=since, q="pay late")) == []
        with pytest.raises(Invalid, match="zone"):
            list(client.issues.list(due_after=since.replace(tzinfo=None)))
    assert [dict(each.url.params) for each in far.asked] == [
        {"status": "open,tabled", "past_target": "true"},
        {"due_after": "2026-03-02T09:00:00Z", "q": "pay late"},
    ]


@pytest.mark.parametrize(
    "address",
    [
        "http://escalation.example.org",
        "http://10.0.0.7:8080",
        "ftp://127.0.0.1",
        "escalation.example.org",
        "https://me@escalation.example.org",
        "https://escalation.example.org/?x=1",
    ],
)
def test_an_address_that_shows_the_key_or_is_none_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        Client(address, KEY)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/", "http://localhost", "http://[::1]:1", "https://e.example"]
)
def test_this_machine_and_encrypted_addresses_are_taken(address: str) -> None:
    Client(address, KEY).close()
    Client("http://10.0.0.7:8080", KEY, plain_http=True).close()


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_is_none_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(Invalid) as told:
        Client("https://escalation.example.org", key)
    assert not key or key not in str(told.value)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        Client("https://escalation.example.org", KEY, authorities=tmp_path / "none.pem")


def test_the_key_is_in_nothing_that_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    far = Far(httpx.ConnectError("refused"), problem(500, "internal"))
    shown: list[str] = []
    with far.client() as client:
        with pytest.raises(EscalationError) as told:
            client.issues.show("iss_1")
        shown += [repr(client), repr(vars(client._line)), repr(told.value), str(told.value)]
        shown.append(repr(far.asked[0].headers))
    assert far.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in " ".join([*shown, caplog.text])


def _pages(request: httpx.Request) -> httpx.Response:
    at = int(request.url.params.get("cursor", "0"))
    links = {"self": "/v1/issues"} | ({"next": f"/v1/issues?cursor={at + 1}"} if at < 3 else {})
    size = int(request.url.params.get("limit", "2"))
    data = [{"id": f"iss_{at}{number}"} for number in range(min(size, 2))]
    return good({"data": data, "links": links, "meta": {"limit": size, "total": 8}})


def test_lists_go_on_page_by_page_and_only_as_far_as_they_are_taken() -> None:
    asked: list[httpx.Request] = []

    def far(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return _pages(request)

    handler: Callable[[httpx.Request], httpx.Response] = far
    with Client("http://localhost", KEY, transport=httpx.MockTransport(handler)) as client:
        found = client.issues.list(status="open")
        assert [next(found)["id"] for _ in range(3)] == ["iss_00", "iss_01", "iss_10"]
        assert len(asked) == 2
        assert len(list(found)) == 5
        assert all(each.url.params["status"] == "open" for each in asked)
        first = client.issues.first(3)
    assert [each["id"] for each in first.data] == ["iss_00", "iss_01", "iss_10"]
    assert first.total == 8


def test_an_operation_that_there_is_not_is_refused_before_anything_is_sent() -> None:
    far = Far(good())
    with far.client() as client:
        with pytest.raises(Invalid):
            client.call("make_coffee")
        with pytest.raises(Invalid):
            client.call("get_agency")
        for wrong in (client.issues.act, client.meetings.act):
            with pytest.raises(Invalid, match=r"'log'.* only .*, withdraw"):
                wrong("x", "log")
    assert far.asked == []

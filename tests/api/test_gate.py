"""What every request passes and every answer has; and what happens when something breaks."""

import asyncio
from typing import Any

import pytest

from escalation.api import gate as gates
from escalation.api.gate import Gate
from escalation.errors import EscalationError
from escalation.ids import IdSource
from escalation.store.failures import Clash
from tests.api.service import COMPLAINT, Service, problem
from tests.fakes import failing_commits, virtual_clock


def test_a_request_keeps_the_name_that_it_was_given(shared: Service) -> None:
    answer = shared.get("/livez", request_id="abc-123:4/5")
    assert answer.headers["request-id"] == "abc-123:4/5"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 129, "a;b", "<script>"])
def test_a_name_that_is_not_well_formed_is_replaced(shared: Service, sent: str) -> None:
    answer = shared.get("/livez", request_id=sent)
    assert answer.headers["request-id"].startswith("req_")


def test_a_path_that_is_not_there_is_a_problem(shared: Service) -> None:
    for path in ("/nope", "/v1/issues/", "/v2/issues", "/v1/issues/a/b/c"):
        assert path in problem(shared.get(path), 404, "not_found")["detail"]


def test_a_method_that_a_path_does_not_take_names_those_it_takes(shared: Service) -> None:
    answer = shared.call("DELETE", "/v1/issues")
    told = problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert told["detail"] == "/v1/issues takes GET, HEAD, POST."
    assert shared.call("PUT", "/v1/issues/x").headers["allow"] == "GET, HEAD, PATCH"
    assert shared.get("/v1/issues/x/acts/note").headers["allow"] == "POST"


def test_head_answers_as_get_does_without_the_body(shared: Service) -> None:
    issue = shared.log()
    read = shared.get(f"/v1/issues/{issue['id']}")
    answer = shared.call("HEAD", f"/v1/issues/{issue['id']}")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["content-length"] == read.headers["content-length"]


INSIDE = "SELECT secret FROM inside"


@pytest.mark.parametrize("error", [RuntimeError(INSIDE), EscalationError(INSIDE), Clash(INSIDE)])
def test_what_nobody_had_thought_of_is_told_without_its_inside(
    sqlite_service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("escalation.services.reading.issues.one", broken)
    answer = sqlite_service.get("/v1/issues/iss_1")
    told = problem(answer, 500, "internal")
    assert told["detail"] == "Something failed here; report it with the request_id."
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_an_answer_goes_out_after_the_commit_never_before(service: Service) -> None:
    with failing_commits(service.container.engine, times=100):
        answer = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k")
    assert answer.status_code >= 500
    assert "plug" not in answer.text
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 0
    assert service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k").status_code == 201


def test_a_desk_that_is_closed_says_when_to_come_again(service: Service) -> None:
    service.container.desk.stop()
    answer = service.post("/v1/issues", dict(COMPLAINT))
    problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "5"


def asked(
    parts: list[dict[str, Any]], *, pause: float = 0.0, scheme: str = "http", **headers: str
) -> list[dict[str, Any]]:
    """What a gate answers to a body that comes in these parts, or never."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["body"]})

    async def receive() -> dict[str, Any]:
        if parts:
            await asyncio.sleep(pause)
            return parts.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "scheme": scheme,
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    gate = Gate(app, ids=IdSource.seeded(1), clock=virtual_clock(), largest=10)
    asyncio.run(gate(scope, receive, send))
    return sent


def part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_that_comes_in_parts_is_put_together() -> None:
    _, body = asked([part(b"abc", more=True), part(b"", more=True), part(b"def", more=False)])
    assert body["body"] == b"abcdef"


def test_a_body_that_grows_too_large_is_refused_where_it_does() -> None:
    left = [part(b"x" * 6, more=True) for _ in range(5)]
    start, _ = asked(left)
    assert start["status"] == 413
    assert len(left) == 3


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "RECEIPT_SECONDS", 0.01)
    start, _ = asked([part(b"abc", more=True)])
    assert start["status"] == 408


def test_a_body_that_drips_is_given_up_when_the_time_for_all_of_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gates, "RECEIPT_SECONDS", 0.2)
    start, body = asked([part(b"", more=True)] * 1_000, pause=0.02)
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert b"0.2 seconds" in body["body"]


def test_strict_transport_security_is_asked_for_where_tls_is_spoken() -> None:
    for scheme, there in (("https", True), ("http", False)):
        start, _ = asked([part(b"", more=False)], scheme=scheme)
        names = dict(start["headers"])
        assert (b"strict-transport-security" in names) is there


def test_a_path_and_headers_that_nobody_needs_are_refused(shared: Service) -> None:
    long = shared.get("/v1/issues?q=" + "x" * 8_000)
    problem(long, 414, "uri_too_long")
    assert shared.get("/v1/problems/" + "x" * 7_000).status_code == 404
    large = shared.get("/v1/issues", x_large="x" * 33_000)
    problem(large, 431, "headers_too_large")
    many = shared.get("/v1/issues", **{f"x_{number}": "1" for number in range(101)})
    assert "100 headers" in problem(many, 431, "headers_too_large")["detail"]


def test_a_connection_that_ends_within_the_body_is_an_unreadable_request() -> None:
    start, _ = asked([part(b"abc", more=True), {"type": "http.disconnect"}])
    assert start["status"] == 400


def test_what_is_no_http_is_passed_on() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["type"])

    async def nothing() -> Any:
        return {}

    async def no_send(message: Any) -> None:
        del message

    gate = Gate(app, ids=IdSource.seeded(1), clock=virtual_clock(), largest=10)
    asyncio.run(gate({"type": "lifespan"}, nothing, no_send))
    assert seen == ["lifespan"]


def test_who_breaks_after_the_answer_began_is_not_answered_twice() -> None:
    sent = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    gate = Gate(app, ids=IdSource.seeded(1), clock=virtual_clock(), largest=10)
    with pytest.raises(RuntimeError):
        asyncio.run(
            gate({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)
        )
    assert len(sent) == 1

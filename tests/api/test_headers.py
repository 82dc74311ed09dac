"""The headers that keep a browser from doing harm with an answer: on each, whatever it is."""

import pytest

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from tests.api.service import Service

ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


PAGE = {"default-src", "style-src", "frame-ancestors", "base-uri", "form-action"}
POLICY = "content-security-policy"


def _told(service: Service, method: str, path: str, key: str | None) -> dict[str, str]:
    """The headers; a page has a policy of its own, and nothing runs in it."""
    answer = service.call(method, path, key=key)
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers  # nothing that a browser would send by itself
    assert answer.headers["request-id"]
    told = {name: answer.headers.get(name, "") for name in ALWAYS}
    if answer.headers.get("content-type", "").startswith("text/html"):
        own = told[POLICY].split("; ")
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(own)
        assert {each.split()[0] for each in own} == PAGE, own
        return {**told, POLICY: ALWAYS[POLICY]}
    return told


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_answer_and_each_refusal_carries_them(
    sqlite_service: Service, operation: Operation
) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    for key in (None, sqlite_service.operator):
        assert _told(sqlite_service, operation.method, path, key) == ALWAYS


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("PUT", "/v1/issues"),
        ("GET", "/v1/issues?no=1"),
        ("OPTIONS", "/v1/issues"),
    ],
)
def test_what_no_operation_answers_carries_them_too(
    sqlite_service: Service, method: str, path: str
) -> None:
    assert _told(sqlite_service, method, path, sqlite_service.operator) == ALWAYS

"""Whatever is sent, the answer is no failure of ours: drawn at random, on both databases."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.api.schemas.acts import BODIES
from escalation.api.schemas.issues import EditIssue, LogIssue
from escalation.api.schemas.queries import IssueQuery
from tests.api.service import COMPLAINT, Service

ODD = st.sampled_from(
    [
        "",
        "\x00",
        "\ud800",
        "\u202e",
        "rivers",
        "payroll",
        "9" * 400,
        "2026-03-01T00:00:00Z",
        "a" * 301,
    ]
)
TEXTS = st.one_of(st.text(max_size=40), ODD)
NUMBERS = st.one_of(st.integers(), st.floats(), st.integers(10**90, 10**120))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
CHECKED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sane(answer: Any) -> None:
    """An answer that is a success, or a problem that says what to do."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def bodies(fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.one_of(st.sampled_from(fields), TEXTS), VALUES, max_size=6)


@given(body=bodies(list(LogIssue.model_fields)))
@CHECKED
def test_any_body_may_be_logged(shared: Service, body: dict[str, Any]) -> None:
    sane(shared.post("/v1/issues", raw=json.dumps({**COMPLAINT, **body}).encode()))


@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@CHECKED
def test_any_bytes_may_be_sent(shared: Service, raw: bytes) -> None:
    for path in ("/v1/issues", "/v1/issue-batches", "/v1/ladder-checks"):
        sane(shared.post(path, raw=raw))
    sane(shared.post("/v1/ladder-checks", raw=raw, content_type="application/yaml"))


@given(body=bodies(["issues"]), entries=st.lists(VALUES, max_size=4))
@CHECKED
def test_any_batch_may_be_sent(shared: Service, body: dict[str, Any], entries: list[Any]) -> None:
    raw = json.dumps({**body, "issues": [*entries, COMPLAINT]}).encode()
    sane(shared.post("/v1/issue-batches", raw=raw))


FIELDS = sorted({name for model in BODIES.values() for name in model.model_fields} | {"as"})


@given(
    act=st.sampled_from(sorted(act.value for act in BODIES)),
    body=bodies([*FIELDS, *EditIssue.model_fields]),
    match=st.one_of(st.none(), st.sampled_from(['"1"', "*", "W/1", '"99999999999999999999"'])),
)
@CHECKED
def test_any_act_may_be_asked(
    shared: Service, act: str, body: dict[str, Any], match: str | None
) -> None:
    issue = shared.log()
    raw = json.dumps(body).encode()
    sent = {} if match is None else {"if_match": match}
    sane(shared.post(f"/v1/issues/{issue['id']}/acts/{act}", raw=raw, **sent))
    sane(shared.call("PATCH", f"/v1/issues/{issue['id']}", raw=raw, **sent))


@given(
    query=st.dictionaries(
        st.one_of(st.sampled_from(list(IssueQuery.model_fields)), st.text(max_size=10)),
        st.one_of(st.text(max_size=30), st.integers().map(str)),
        max_size=4,
    )
)
@CHECKED
def test_any_query_may_be_asked(shared: Service, query: dict[str, str]) -> None:
    text = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    sane(shared.get(f"/v1/issues?{text}"))


@given(name=st.text(min_size=1, max_size=40))
@CHECKED
def test_any_name_may_be_asked_for(shared: Service, name: str) -> None:
    for path in ("/v1/issues/{}", "/v1/issues/{}/explain", "/v1/ladders/{}", "/v1/people/{}"):
        sane(shared.get(path.format(quote(name, safe=""))))

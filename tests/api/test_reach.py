"""Every operation by every role, on what is theirs, on what is others' and on what is sealed.

Operations and roles are drawn from the product: what is added later is held to it too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.api.permissions import REQUIRED
from escalation.services.keys import KeyRole
from escalation.services.roles import BY_PERSON, PERMITTED, UNSCOPED, WHOLE
from escalation.store.listing import SORTS
from tests.api.principals import FOREIGN, FORUM, OWN, Given, key_for
from tests.api.sealed import SECRETS, decided_matter, sealed_matter, told
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import copied_postgres, copied_sqlite

ABSENT = {
    "issue": "iss_01kjnxge00e9nv59tdwh9edd00",
    "meeting": "mtg_01kjnxge00e9nv59tdwh9edd00",
    "digest": "DIG-2026-999999",
    "subscription": "sub_01kjnxge00e9nv59tdwh9edd00",
    "contact": "con_01kjnxge00e9nv59tdwh9edd00",
    "action": "acn_01kjnxge00e9nv59tdwh9edd00",
    "forum": "bmf-southern-crest",
}

MONTHLY = {
    "kind": "recurring", "rule": "FREQ=MONTHLY", "start": "2026-03-01T08:00",
    "zone": "Australia/Brisbane",
}  # fmt: skip


@dataclass
class Place:
    """A service with a matter of the agency rivers in the open, and one that is sealed."""

    service: Service
    issue: dict[str, Any]
    near: Mapping[str, str]
    marks: tuple[str, ...]
    sealed: tuple[str, str]
    keys: Mapping[str, str]


def _place(service: Service) -> Place:
    sealed = sealed_matter(service, None, "thi-lan-pham")
    issue, meeting, digest = decided_matter_again(service)
    said = service.post(
        "/v1/contacts", {"text": "A zanzibar call", "party": "rivers", "function": "payroll"}
    ).json()
    actions = service.found("/v1/actions")["data"]
    action = next(each["id"] for each in actions if each["owner"] == "trang-nguyen")
    digests = {"forum": FORUM, "recipient": {"kind": "secretariat"}, "when": MONTHLY}
    subscribed = service.post("/v1/digest-subscriptions", digests).json()
    near = {
        "issue": issue["id"],
        "meeting": meeting,
        "digest": digest,
        "subscription": subscribed["id"],
        "contact": said["id"],
        "action": action,
        "forum": FORUM,
    }
    marks = (*SECRETS, issue["reference"], said["reference"], *near.values())
    by_role: dict[str, Given] = {
        f"as {role}": (role, "dominic-ferraro" if role in BY_PERSON else None, {})
        for role in KeyRole
    }
    given = {**FOREIGN, **OWN, **by_role}
    made = {name: key_for(service.container.desk, each) for name, each in given.items()}
    hidden = sealed.issue["id"], sealed.issue["reference"]
    return Place(service, issue, near, marks, hidden, made)


def decided_matter_again(service: Service) -> tuple[dict[str, Any], str, str]:
    """The same in the open, once the other system's reference is free for it."""
    return decided_matter(service, "trang-nguyen", external_refs=[])


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    if request.param == "postgres":
        urls: Iterator[str] = copied_postgres(request)
    else:
        file = tmp_path_factory.mktemp("reach") / "escalation.db"
        urls = iter([copied_sqlite(request.getfixturevalue("furnished_sqlite"), file)])
    for url in urls:
        with serving(url) as service:
            yield _place(service)


def _path(operation: Operation, parts: Mapping[str, str]) -> str:
    path = operation.path
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{", "").replace("}", "")


def _call(place: Place, operation: Operation, parts: Mapping[str, str], key: str) -> httpx.Response:
    body: Any = None if operation.method in {"GET", "DELETE"} else {}
    path = _path(operation, parts)
    return place.service.call(operation.method, path, body, key=place.keys[key], if_match='"1"')


def _without(answer: httpx.Response, *names: str) -> str:
    text = re.sub("; the nearest is `[a-z-]+`", "", answer.text)  # to what the caller sent
    for name in (answer.headers["request-id"], *names):
        text = text.replace(name, "?")
    return text


CLOSED = [operation for operation in OPERATIONS if REQUIRED[operation.name] is not None]
NAMING = [each for each in OPERATIONS if any(f"{{{name}}}" in each.path for name in ABSENT)]
READS = [each for each in CLOSED if each.method == "GET"]
named = pytest.mark.parametrize("operation", CLOSED, ids=lambda operation: operation.name)


@named
def test_a_role_does_what_the_table_of_roles_says_and_nothing_else(
    place: Place, operation: Operation
) -> None:
    needed = REQUIRED[operation.name]
    assert needed is not None
    for role in KeyRole:  # in one test: each test of thousands costs as much as what it asks
        answer = _call(place, operation, ABSENT, f"as {role}")
        assert answer.status_code < 500, (role, answer.text)
        part = role in BY_PERSON and needed in WHOLE
        if needed in PERMITTED[role] and not part:
            assert f"the permission `{needed}`" not in answer.text, role
            continue
        detail = problem(answer, 403, "forbidden")["detail"]
        assert f"`{needed}`" in detail, role
        having = detail.rpartition("a key of the role ")[2].rstrip(".").split(" or ")
        assert role.value not in having, role


@pytest.mark.parametrize("operation", NAMING, ids=lambda operation: operation.name)
def test_what_is_others_answers_as_what_is_not_there(place: Place, operation: Operation) -> None:
    for who in FOREIGN:
        there = _call(place, operation, place.near, who)
        absent = _call(place, operation, {**place.near, **ABSENT}, who)
        assert there.status_code == absent.status_code, (who, there.text)
        names = place.near.values()
        assert _without(there, *names) == _without(absent, *ABSENT.values()), who


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_nothing_that_is_read_tells_of_what_is_others(place: Place, operation: Operation) -> None:
    if operation.name in _DIRECTORY:
        return
    for who in FOREIGN:
        answer = _call(place, operation, place.near, who)
        asked = (place.near[name] for name in ABSENT if f"{{{name}}}" in operation.path)
        given = [mark for mark in told(_without(answer, *asked), place.marks) if mark != FORUM]
        assert not given, (who, answer.text[:600])


_DIRECTORY = {"list_forums", "get_forum"}
"""The directory is everybody's: it tells which forums there are, and nothing of what they do."""


@pytest.mark.parametrize("who", FOREIGN)
@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_no_list_count_or_search_has_what_is_others(place: Place, who: str, sort: str) -> None:
    key = place.keys[who]
    for query in ("", "&q=zanzibar", "&agency=rivers", f"&q={place.issue['reference']}"):
        page = place.service.found(f"/v1/issues?sort={sort}&include_total=true{query}", key=key)
        assert (page["data"], page["meta"]["total"]) == ([], 0)


@pytest.mark.parametrize("who", OWN)
def test_who_it_is_for_reads_it_and_of_what_is_sealed_the_seats_holders_alone(
    place: Place, who: str
) -> None:
    key, service = place.keys[who], place.service
    for name in (place.issue["id"], place.issue["reference"]):
        assert service.found(f"/v1/issues/{name}", key=key)["id"] == place.issue["id"]
    listed = {each["id"] for each in service.found("/v1/issues?q=zanzibar", key=key)["data"]}
    seats = service.found(f"/v1/issues/{place.sealed[0]}", key=service.admin)["rung"]["seats"]
    if OWN[who][1] in {each["holder"]["id"] for each in seats.values() if each["holder"]}:
        assert listed == {place.issue["id"], place.sealed[0]}
        return
    assert listed == {place.issue["id"]}
    for name in place.sealed:
        problem(service.get(f"/v1/issues/{name}", key=key), 404, "not_found")


@pytest.mark.parametrize("who", ["member of the forum", "secretariat", "viewer of the forum"])
def test_who_a_forums_papers_are_for_reads_them(place: Place, who: str) -> None:
    key, service = place.keys[who], place.service
    assert service.found(f"/v1/meetings/{place.near['meeting']}", key=key)["forum"]["code"] == FORUM
    digest = f"/v1/digests/{place.near['digest']}"
    assert place.issue["id"] in str(service.found(digest, key=key)["document"])
    listed = service.found("/v1/digests", key=key)["data"]
    assert place.near["digest"] in {each["number"] for each in listed}


@pytest.mark.parametrize("who", ["operator of another agency", "tool of another provider"])
def test_nobody_logs_what_they_could_not_look_at(place: Place, who: str) -> None:
    answer = place.service.post("/v1/issues", dict(COMPLAINT), key=place.keys[who])
    assert "not among those that this key is for" in problem(answer, 403, "forbidden")["detail"]


NOTES = {
    "holder at the provider": {"provider"},
    "holder at the agency": {"agency"},
    "member of the forum": set(),
    "operator": {"provider", "agency"},
    "operator of the provider": {"provider"},
    "viewer of the function": set(),
    "secretariat": set(),
    "auditor": {"provider", "agency"},
}


@pytest.fixture(scope="module")
def noted(place: Place) -> str:
    path = f"/v1/issues/{place.issue['id']}"
    for side in ("provider", "agency"):
        body = {"text": f"for the {side} alone", "visibility": side}
        answer = place.service.post(f"{path}/acts/note", body, key=place.service.admin)
        assert answer.status_code == 200, answer.text
    return path


@pytest.mark.parametrize("who", NOTES)
def test_a_sides_own_notes_are_read_by_that_side_alone(place: Place, noted: str, who: str) -> None:
    for more in ("/timeline?limit=200", "/paper", "/explain", ""):
        text = place.service.get(f"{noted}{more}", key=place.keys[who]).text
        found = {side for side in ("provider", "agency") if f"for the {side} alone" in text}
        assert found == (NOTES[who] if "timeline" in more else set()), more


@pytest.mark.parametrize("role", UNSCOPED)
def test_who_answers_for_all_there_is_has_no_key_for_a_part(place: Place, role: KeyRole) -> None:
    body = {"name": "n", "role": role.value, "scopes": {"agency": ["rivers"]}}
    [error] = place.service.post("/v1/keys", body, key=place.service.admin).json()["errors"]
    assert error["source"] == {"pointer": "/scopes"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "holder"}, "/person"),
        ({"role": "viewer", "scopes": {"agency": ["river"]}}, "/scopes/agency/0"),
        ({"role": "viewer", "scopes": {"agencies": ["rivers"]}}, "/scopes/agencies"),
    ],
)
def test_a_key_for_what_is_not_there_is_not_made(
    place: Place, body: Mapping[str, Any], pointer: str
) -> None:
    answer = place.service.post("/v1/keys", {"name": "n", **body}, key=place.service.admin)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["source"] == {"pointer": pointer}


def test_an_operator_of_a_part_does_not_limit_conduct(place: Place) -> None:
    answer = place.service.get("/v1/conduct-limits", key=place.keys["operator of the agency"])
    assert "use a key without scopes" in problem(answer, 403, "forbidden")["detail"]

"""Who may do what: keys, roles, and that no route is without a permission."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from escalation.api import guarded
from escalation.api.app import OPERATIONS
from escalation.api.deps import Means
from escalation.api.operations import Operation
from escalation.api.permissions import REQUIRED
from escalation.errors import Broken
from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.services.roles import BY_PERSON, Permission
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import CLERK, desk_on

OPEN = [operation for operation in OPERATIONS if REQUIRED[operation.name] is None]
OTHER_PROOF = {
    "get_receipt", "write_by_receipt", "receive_hook", "shake_hands", "get_calendar",
    "open_digest_link",
    "get_survey_page", "answer_survey_page", "get_survey_link", "answer_survey_link",
}  # fmt: skip
"""Open to who shows something else than a key: a receipt's code, a signature, a token."""
CLOSED = [operation for operation in OPERATIONS if REQUIRED[operation.name] is not None]
ADMIN_ONLY = {Permission.MANAGE_WEBHOOKS, Permission.MANAGE_KEYS}


def path_of(path: str) -> str:
    return path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("operation", CLOSED, ids=lambda operation: operation.name)
def test_nobody_known_is_let_in_nowhere(shared: Service, operation: Operation) -> None:
    answer = shared.call(operation.method, path_of(operation.path), key=None)
    told = problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="escalation"'
    assert "Authorization: Bearer esc_" in told["detail"]


@pytest.mark.parametrize(
    "operation",
    [each for each in CLOSED if REQUIRED[each.name] in ADMIN_ONLY],
    ids=lambda operation: operation.name,
)
def test_an_operator_is_told_which_permission_is_missing(
    shared: Service, operation: Operation
) -> None:
    answer = shared.call(operation.method, path_of(operation.path))
    told = problem(answer, 403, "forbidden")
    assert f"`{REQUIRED[operation.name]}`" in told["detail"]
    assert "use a key of the role admin" in told["detail"]


@pytest.mark.parametrize(
    "operation",
    [each for each in OPEN if each.name not in OTHER_PROOF],
    ids=lambda operation: operation.name,
)
def test_what_is_open_answers_without_a_key(shared: Service, operation: Operation) -> None:
    path = operation.path.format_map({"code": "invalid", "version": "charter-2024"})
    assert shared.call(operation.method, path, key=None).status_code == 200


CREDENTIALS = [
    ("Basic dXNlcjpwYXNz", "holds no bearer key"),
    ("Bearer", "holds no bearer key"),
    ("Bearer ", "holds no bearer key"),
    ("Bearer esc_nonsense", "not a key, or one that was mistyped"),
    ("Bearer eyJhbGciOiJub25lIn0.e30.", "not a key, or one that was mistyped"),
    ("Bearer esc_" + "A" * 5_000, "not a key, or one that was mistyped"),
]


def test_who_is_turned_away_is_logged_without_what_they_sent(sqlite_service: Service) -> None:
    mistyped = "esc_mistyped_secret"
    with capture_logs() as logs:
        sqlite_service.get("/v1/issues", key=mistyped)
        sqlite_service.get("/v1/keys")
    told = [(each["operation"], each["code"]) for each in logs if each["event"] == "turned_away"]
    assert told == [("list_issues", "unauthenticated"), ("list_keys", "forbidden")]
    assert mistyped not in str(logs)
    assert sqlite_service.operator not in str(logs)


@pytest.mark.parametrize(("sent", "words"), CREDENTIALS)
def test_what_is_no_key_is_refused_and_said_why(shared: Service, sent: str, words: str) -> None:
    answer = shared.get("/v1/issues", key=None, authorization=sent)
    assert words in problem(answer, 401, "unauthenticated")["detail"]


def test_a_key_of_another_installation_is_nobodys(shared: Service) -> None:
    secret = f"esc_elsewhere_{keys._checksum('esc_elsewhere')}"
    assert keys.well_formed(secret)
    answer = shared.get("/v1/issues", key=secret)
    assert "Nobody has this key" in problem(answer, 401, "unauthenticated")["detail"]


def test_a_revoked_key_opens_nothing_from_the_next_request_on(service: Service) -> None:
    issue = service.log()
    made = service.post("/v1/keys", {"name": "n", "role": "operator"}, key=service.admin).json()
    assert service.get("/v1/issues", key=made["key"]).status_code == 200
    assert service.call("DELETE", f"/v1/keys/{made['id']}", key=service.admin).status_code == 204
    path = f"/v1/issues/{issue['id']}"
    for method, where in (("GET", path), ("POST", f"{path}/acts/note"), ("POST", "/v1/issues")):
        answer = service.call(method, where, {"text": "x"}, key=made["key"])
        assert "revoked" in problem(answer, 401, "unauthenticated")["detail"]


@pytest.fixture
def elsewhere(furnished_url: str) -> Iterator[tuple[Service, str]]:
    """A service, and the URL of its database for another process to write to."""
    with serving(furnished_url) as service:
        yield service, furnished_url


def test_a_key_revoked_by_another_process_opens_nothing_either(
    elsewhere: tuple[Service, str],
) -> None:
    service, url = elsewhere
    issue = service.log()
    key = next(k for k in keys.every(service.container.desk) if k.role == "operator")
    with desk_on(url, service.clock, owner=False) as desk:
        keys.revoke(desk, key.id, actor=CLERK)
    path = f"/v1/issues/{issue['id']}"
    problem(service.post(f"{path}/acts/note", {"text": "x"}), 401, "unauthenticated")
    problem(service.get(path), 401, "unauthenticated")
    problem(service.post("/v1/ladder-checks", {"text": "x"}), 401, "unauthenticated")


def test_a_key_made_by_another_process_opens_at_once(elsewhere: tuple[Service, str]) -> None:
    service, url = elsewhere
    service.get("/v1/issues")
    with desk_on(url, service.clock, owner=False) as desk:
        made = keys.create(desk, name="late", role=KeyRole.OPERATOR, actor=CLERK)
    assert service.post("/v1/issues", dict(COMPLAINT), key=made.secret).status_code == 201


def test_a_key_that_has_expired_opens_nothing(service: Service) -> None:
    until = "2026-03-02T11:00:00+10:00"
    made = service.post(
        "/v1/keys", {"name": "n", "role": "operator", "expires_at": until}, key=service.admin
    ).json()
    assert service.get("/v1/issues", key=made["key"]).status_code == 200
    service.clock.move_to(service.clock.now().replace(hour=1))
    problem(service.get("/v1/issues", key=made["key"]), 401, "unauthenticated")
    problem(service.post("/v1/issues", dict(COMPLAINT), key=made["key"]), 401, "unauthenticated")


def test_a_key_is_shown_once_and_never_again(service: Service) -> None:
    answer = service.post(
        "/v1/keys", {"name": "n", "role": "operator"}, key=service.admin, idempotency_key="k"
    )
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/keys/{made['id']}"
    again = service.post(
        "/v1/keys", {"name": "n", "role": "operator"}, key=service.admin, idempotency_key="k"
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**made, "key": None}
    for path in ("/v1/keys", f"/v1/keys/{made['id']}"):
        assert made["key"] not in service.get(path, key=service.admin).text
    assert len(service.found("/v1/keys", key=service.admin)["data"]) == 3


def test_a_key_that_is_followed_opens_as_long_as_was_said_and_the_new_one_is_for_the_same(
    service: Service,
) -> None:
    body = {"name": "n", "role": "viewer", "scopes": {"agency": ["rivers"]}}
    until = {"expires_at": "2026-03-12T00:00:00Z"}
    old = service.post("/v1/keys", {**body, **until}, key=service.admin).json()
    path = f"/v1/keys/{old['id']}/rotate"
    sent = {"key": service.admin, "idempotency_key": "r"}
    answer = service.post(path, {"overlap_hours": 2}, **sent)
    assert answer.status_code == 201, answer.text
    new = answer.json()
    same = ("name", "role", "person", "scopes")
    assert [new[name] for name in same] == [old[name] for name in same]
    assert (new["replaces"], old["replaces"]) == (old["id"], None)
    length = [_instant(key["expires_at"]) - _instant(key["created_at"]) for key in (old, new)]
    assert length[0] == length[1]
    again = service.post(path, {"overlap_hours": 2}, **sent).json()
    assert again == {**new, "key": None}
    for key in (old["key"], new["key"]):
        assert service.get("/v1/issues", key=key).status_code == 200
    service.clock.move_to(service.clock.now() + timedelta(hours=2))
    problem(service.get("/v1/issues", key=old["key"]), 401, "unauthenticated")
    assert service.get("/v1/issues", key=new["key"]).status_code == 200
    problem(service.post(path, {}, key=service.admin), 404, "not_found")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_key_that_ends_before_the_overlap_does_ends_then(service: Service) -> None:
    ends = (service.clock.now() + timedelta(hours=1)).isoformat()
    body = {"name": "n", "role": "operator", "expires_at": ends}
    old = service.post("/v1/keys", body, key=service.admin).json()
    service.post(f"/v1/keys/{old['id']}/rotate", {}, key=service.admin)
    told = service.found(f"/v1/keys/{old['id']}", key=service.admin)
    assert _instant(told["expires_at"]) == _instant(ends)


def test_when_a_key_was_last_used_is_told_to_the_hour(service: Service) -> None:
    def used() -> list[str | None]:
        listed = service.found("/v1/keys", key=service.admin)["data"]
        return [key["last_used_at"] for key in listed if key["role"] == "operator"]

    assert used() == [None]
    hour = service.clock.now().replace(minute=0, second=0, microsecond=0)
    for minutes in (5, 20):
        service.clock.move_to(hour + timedelta(minutes=minutes))
        service.get("/v1/issues")
    service.log()  # behind the note in the queue of the same desk
    assert [_instant(each or "") for each in used()] == [hour]
    service.clock.move_to(hour + timedelta(hours=3, minutes=1))
    service.log()
    service.log()
    assert [_instant(each or "") for each in used()] == [hour + timedelta(hours=3)]


def test_the_last_administrators_key_cannot_be_revoked(service: Service) -> None:
    listed = service.found("/v1/keys", key=service.admin)["data"]
    admin = next(key["id"] for key in listed if key["role"] == "admin")
    answer = service.call("DELETE", f"/v1/keys/{admin}", key=service.admin)
    problem(answer, 409, "last_admin_key")


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"name": "n", "role": "operatr"}, "/role", "; the nearest is `operator`"),
        ({"name": "n", "role": "operator", "person": "priya"}, "/person", "`priya-nair`"),
        (
            {"name": "n", "role": "operator", "expires_at": "2026-03-01T00:00:00Z"},
            "/expires_at",
            "expected an instant ahead of now",
        ),
    ],
)
def test_a_key_that_cannot_be_made_is_told(
    shared: Service, body: dict[str, str], pointer: str, words: str
) -> None:
    [error] = shared.post("/v1/keys", body, key=shared.admin).json()["errors"]
    assert error["source"] == {"pointer": pointer}
    assert words in error["detail"]


def test_a_key_that_there_is_not_is_not_found(shared: Service) -> None:
    for method in ("GET", "DELETE"):
        problem(shared.call(method, "/v1/keys/key_0", key=shared.admin), 404, "not_found")


def test_a_route_without_a_permission_stops_the_start(sqlite_service: Service) -> None:
    means = Means.of(sqlite_service.container)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/back-door")
    def back_door() -> str:
        return "open"

    with pytest.raises(Broken, match=r"back_door \(/back-door\) declares no permission"):
        guarded.guard(app, means, {})


def test_a_new_operation_without_a_line_in_the_table_stops_the_start(
    sqlite_service: Service,
) -> None:
    means = Means.of(sqlite_service.container)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    OPERATIONS[0].add_to(app)
    with pytest.raises(Broken, match="declares no permission"):
        guarded.guard(app, means, {})
    with pytest.raises(Broken, match="what is not there: get_ghost"):
        guarded.guard(app, means, {"log_issue": Permission.ACT, "get_ghost": None})


@pytest.mark.parametrize("role", sorted(BY_PERSON))
def test_a_key_of_who_has_left_opens_nothing_until_they_are_back(
    service: Service, role: KeyRole
) -> None:
    person = "priya-nair" if role is KeyRole.HOLDER else "callum-treloar"
    issue = service.log()
    made = keys.create(service.container.desk, name="n", role=role, actor=CLERK, person=person)
    path = f"/v1/issues/{issue['id']}"
    if role is KeyRole.HOLDER:
        assert service.get(path, key=made.secret).status_code == 200
    whose = f"/v1/people/{person}"
    for until, status in (("2026-03-01", 401), (None, 200)):
        left = {"until": until}
        answer = service.call("PATCH", whose, left, key=service.admin, if_match="*")
        assert answer.status_code == 200, answer.text
        assert service.get("/v1/issues", key=made.secret).status_code == status
    service.call("PATCH", whose, {"until": "2026-03-01"}, key=service.admin, if_match="*")
    refused = [
        service.get(path, key=made.secret),
        service.post(f"{path}/acts/note", {"text": "t"}, key=made.secret, if_match="*"),
        service.get("/v1/actions", key=made.secret),
    ]
    for each in refused:
        assert person in problem(each, 401, "unauthenticated")["detail"]

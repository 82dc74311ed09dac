"""What somebody without a key finds who tries every path there is, and those that others have."""

from pathlib import Path

import pytest

from escalation.api.app import OPERATIONS, create_app
from escalation.api.guarded import Guarded
from escalation.api.permissions import OPEN, REQUIRED
from tests.api.service import Service, problem, serving
from tests.builders import CONFIG, copied_sqlite

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ELSEWHERE = (
    "/", "/docs", "/redoc", "/docs/oauth2-redirect", "/swagger", "/swagger.json", "/graphql",
    "/admin", "/debug", "/console", "/.env", "/.git/config", "/server-status", "/actuator",
    "/actuator/env", "/metrics/", "/v1", "/v2/issues", "/static/../etc/passwd", "/..%2fetc/passwd",
    "/v1/issues/..%2f..%2fkeys", "/v1//keys", "/V1/KEYS", "/v1/keys;x=1", "/v1/keys.json",
)  # fmt: skip


def paths(service: Service) -> list[tuple[str, str | None]]:
    """Every path of the application's routes, with the operation that it is, and near ones."""
    app = create_app(service.container)
    found: list[tuple[str, str | None]] = [(path, None) for path in ELSEWHERE]
    for route in app.routes:
        assert isinstance(route, Guarded)
        plain = route.path.replace("{", "").replace("}", "")
        found.append((plain, route.operation_id or route.name))
        found += [(f"{plain}/", None), (f"{plain}%00", None), (plain.upper(), None)]
    return found


@pytest.fixture(scope="module")
def probes(sqlite_service: Service) -> list[tuple[str, str | None]]:
    return paths(sqlite_service)


def test_nothing_but_what_is_declared_open_answers_a_stranger(
    sqlite_service: Service, probes: list[tuple[str, str | None]]
) -> None:
    assert len(probes) >= 300
    assert len({path for path, _ in probes}) >= len(OPERATIONS)
    opened = set()
    for path, _ in probes:
        for method in METHODS:
            answer = sqlite_service.call(method, path, key=None)
            assert answer.status_code < 500, (method, path)
            assert "server" not in answer.headers
            assert "x-powered-by" not in answer.headers
            if answer.status_code < 400:
                opened.add((method, path))
    declared = {
        (method, each.path.replace("{", "").replace("}", ""))
        for each in OPERATIONS
        if REQUIRED[each.name] is None
        for method in (each.method, *(["HEAD"] if each.method == "GET" else []))
    }
    assert opened <= declared | {("GET", "/openapi.json"), ("HEAD", "/openapi.json")}
    assert ("GET", "/livez") in opened


def test_what_is_open_to_strangers_is_a_short_list_with_a_reason_for_each() -> None:
    assert {name for name, asked in REQUIRED.items() if asked is None} == OPEN.keys()
    page = (CONFIG.parent / "docs" / "access.md").read_text(encoding="utf-8")
    rows = [f"| `{name}` | {why} |" for name, why in OPEN.items()]
    assert [row for row in page.splitlines() if row in rows] == rows


def test_the_description_of_the_interface_may_be_for_callers_alone(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with serving(url, openapi="callers") as service:
        problem(service.get("/openapi.json", key=None), 401, "unauthenticated")
        problem(service.get("/openapi.json", key="esc_none"), 401, "unauthenticated")
        assert service.found("/openapi.json")["openapi"].startswith("3.1")
        refused = service.get("/v1/issues", key=None).json()
        assert service.get(refused["type"], key=None).status_code == 200

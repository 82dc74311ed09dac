"""What the service itself says of things is never taken from whoever sends it.

The bodies are the product's own, and so are the names: every member of an answer, every column.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.services.surveys import inviting
from escalation.store.base import metadata
from tests.access.estate import SCHOOLS, UNLIMITED, call, done, matter, model_of
from tests.access.samples import body_of, objects_in, put
from tests.access.twins import others
from tests.api.service import Service, serving
from tests.builders import copied_sqlite

TAKING = [each for each in OPERATIONS if model_of(each) is not None]
OWNED = frozenset(
    name
    for operation in OPERATIONS
    if operation.answer is not None
    for name in operation.answer.model_fields
) | frozenset(column.name for table in metadata.tables.values() for column in table.columns)


@pytest.fixture(scope="module")
def place(
    furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, dict[str, str]]]:
    """A service with one of everything, and how each is called."""
    folder = tmp_path_factory.mktemp("owned")
    url = copied_sqlite(furnished_sqlite, folder / "escalation.db")
    with serving(url, data_dir=folder, **UNLIMITED) as service:
        names = {**others(service), **matter(service, SCHOOLS, "wombat").names}
        made = {
            "endpoint": ("webhook-endpoints", {"url": "https://93.184.216.34/in"}),
            "key": ("keys", {"name": "n", "role": "viewer"}),
            "limit": ("conduct-limits", body_of(limit_model())),
        }
        for name, (path, body) in made.items():
            names[name] = done(service, f"/v1/{path}", body)["id"]
        nameless = {**SCHOOLS.log, "title": "t", "raiser": {"anonymous": True}}
        names["receipt"] = done(service, "/v1/issues", nameless)["receipt_code"]
        names["token"] = link_of(service)
        yield service, names


def link_of(service: Service) -> str:
    """The token of a survey's link, about an issue that is closed."""
    raiser = {"name": "Ana", "email": "ana@schools.example"}
    outcome = {"summary": "s", "reasons": "r"}
    sent = {**SCHOOLS.log, "title": "t", "raiser": raiser, "outcome": outcome}
    issue = done(service, "/v1/issues", sent)
    done(service, f"/v1/issues/{issue['id']}/acts/close")
    inviting.invite(service.container.desk, service.container.surveys)
    found = service.found(f"/v1/survey-invitations/{issue['id']}", key=service.admin)
    return str(found["link"].rpartition("/")[2])


def limit_model() -> Any:
    """What limits conduct."""
    return model_of(next(each for each in OPERATIONS if each.name == "limit_conduct"))


def code_of(service: Service, operation: Operation) -> str:
    """One of the directory's entries that an operation's path stands over."""
    above = operation.path.partition("/{code}")[0]
    if above == operation.path:
        return ""
    first = service.found(above, key=service.admin)["data"][0]
    return str(first.get("code") or first["id"])


@pytest.mark.parametrize("operation", TAKING, ids=lambda operation: operation.name)
def test_a_member_that_is_the_services_own_is_refused_in_its_place(
    place: tuple[Service, dict[str, str]], operation: Operation
) -> None:
    service, names = place
    model = model_of(operation)
    assert model is not None
    given = {**names, "code": code_of(service, operation)}
    for path, known in objects_in(model):
        body = body_of(model, full=True)
        inner = body
        for step in path:
            inner = inner[step]  # type: ignore[index] # a list where the step is a number
        extra = sorted(OWNED - known)
        sent = put(body, path, {**inner, **dict.fromkeys(extra, "1")})
        code = {"receipt_code": names["receipt"]}
        answer = call(service, operation, given, service.admin, body=sent, **code)
        told = answer.json()
        where = "".join(f"/{step}" for step in path)
        if "results" in told:  # of a batch, each is refused by itself, with places of its own
            told, where = told["results"][0]["problem"], where.removeprefix("/issues/0")
        assert told.get("status") == 422, (path, answer.text[:500])
        unknown = {"unknown_field", "unknown_key"}
        refused = {e["source"]["pointer"] for e in told["errors"] if e["code"] in unknown}
        assert refused == {f"{where}/{name}" for name in extra}

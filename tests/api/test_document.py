"""The OpenAPI document and the list of codes say what the interface does."""

import ast
import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from escalation.api.app import OPERATIONS, create_app
from escalation.api.codes import CODES, STATUSES
from escalation.api.permissions import REQUIRED
from escalation.errors import EscalationError
from escalation.workflow.guards import RULES
from tests.api.service import Service, serving
from tests.architecture.sources import product
from tests.builders import copied_sqlite

NOT_TOLD = {"error", "clash", "settings", "unreachable", "not_the_service"}
"""Codes that never leave as a problem of the interface."""
ELSEWHERE = ("cli/", "services/backup.py", "store/upkeep.py")
"""Where only the command line comes."""


@pytest.fixture(scope="module")
def document(sqlite_service: Service) -> Any:
    return sqlite_service.found("/openapi.json", key=None)


def operations(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_is_described_once_with_a_verb_and_a_noun(document: Any) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert set(ids) == {operation.name for operation in OPERATIONS if not operation.hidden}
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    assert document["openapi"] == "3.1.0"


def test_every_operation_has_a_summary_a_known_tag_and_its_refusals(document: Any) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        statuses = operation["responses"]
        for status, response in statuses.items():
            if int(status) >= 400 and status != "503":
                assert "application/problem+json" in response["content"], path
        if REQUIRED[operation["operationId"]] is not None:
            assert {"400", "401", "403", "500"} <= set(statuses), path
            assert operation["security"] == [{"key": []}]


def test_every_reference_of_the_document_leads_somewhere(document: Any) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    schemas = document["components"]["schemas"]
    missing = {
        reference
        for reference in references(document)
        if reference.removeprefix("#/components/schemas/") not in schemas
    }
    assert missing == set()


def test_path_parameters_are_those_of_the_path(document: Any) -> None:
    for path, _, operation in operations(document):
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def test_bodies_and_headers_are_described(document: Any) -> None:
    log = document["paths"]["/v1/issues"]["post"]
    schema = log["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/LogIssue"}
    assert {p["name"] for p in log["parameters"]} == {"Idempotency-Key"}
    act = document["paths"]["/v1/issues/{issue}/acts/hold"]["post"]
    assert {p["name"] for p in act["parameters"]} == {"issue", "If-Match", "Idempotency-Key"}


def classes(kind: type[EscalationError]) -> Iterator[type[EscalationError]]:
    for each in kind.__subclasses__():
        yield each
        yield from classes(each)


def test_every_error_of_the_product_has_a_code_with_a_page() -> None:
    codes = {kind.default_code for kind in classes(EscalationError)}
    assert codes - NOT_TOLD <= set(CODES)
    assert set(RULES) <= set(CODES)


def raised() -> Iterator[tuple[str, str]]:
    """Each code that is given by hand where an error is raised, and the file."""
    names = {kind.__name__ for kind in classes(EscalationError)}
    for source in product():
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(
                    func=ast.Name(id=name), args=[_, ast.Constant(value=str() as code), *_]
                ) if name in names and not source.path.startswith(ELSEWHERE):
                    yield code, source.path


def test_every_code_that_is_given_by_hand_has_a_page() -> None:
    assert {(code, path) for code, path in raised() if code not in CODES} == set()


def test_every_status_of_an_error_has_a_code_of_its_own() -> None:
    assert {code.status for code in CODES.values()} >= set(STATUSES.values())


def test_an_application_that_is_put_away_leaves_nothing_behind(sqlite_service: Service) -> None:
    away = ref(create_app(sqlite_service.container))
    gc.collect()
    assert away() is None


def test_services_that_were_put_away_take_no_memory(furnished_sqlite: Path, tmp_path: Path) -> None:
    def held_after(name: str) -> int:
        with serving(copied_sqlite(furnished_sqlite, tmp_path / name)) as service:
            service.act(service.log(), "acknowledge")
        gc.collect()
        return sys.getallocatedblocks()

    *_, warm = [held_after(f"{n}.db") for n in range(2)]
    # One calendar's hours are 28,000 blocks, the statements of one engine 10,000.
    assert [held_after(f"{n}.db") - warm > 5_000 for n in range(2, 4)] == [False, False]

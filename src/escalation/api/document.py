"""The OpenAPI document: what the framework sees, and the shapes that it does not."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from escalation.api.operations import REF, Operation
from escalation.api.permissions import REQUIRED
from escalation.api.schemas.problems import Problem

_ABOUT = """\
Issues, from the first call to the last board, under agreed times.

Every refusal is an RFC 9457 problem; `docs/errors.md` lists the codes. Lists are pages by keyset:
follow `links.next`. Words and members may be added: take those that you do not know for new.
"""
_TAGS = {
    "issues": "Logged, listed, read, edited.",
    "acts": "What people do to an issue. Each answers with the issue as it now is.",
    "forums": "Bodies that decide at meetings.",
    "ladders": "Ladder files, ladders and agreements, with the source of every value.",
    "directory": "Parties, places, people and who is appointed where.",
    "reports": "What the figures say of a period, and what each of them means.",
    "themes": "What keeps coming up, what was agreed about it, and whether it helped.",
    "digests": "What goes before the boards: stored, immutable, in several formats.",
    "webhooks": "Endpoints that are called, and what was delivered.",
    "mail": "How people have their mail, and what was sent to them.",
    "interactions": "Contacts and feedback: what people said that is no issue (yet).",
    "surveys": "What people are asked once a matter is settled, and what they answered.",
    "receipts": "An anonymous raiser comes back.",
    "keys": "API keys.",
    "record": "What was recorded: verified, and exported with its proofs.",
    "interface": "About this interface.",
    "operations": "For who runs it.",
}
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, `Authorization: Bearer esc_...`, or a token of the identity"
    " provider that the operator has set.",
}


def described(app: FastAPI, operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app."""
    every = tuple(operations)
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=_ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": told} for name, told in _TAGS.items()],
    )
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted(_schemas(every).items()))
    components["securitySchemes"] = {"key": _KEY}
    for path in document["paths"].values():
        for operation in path.values():
            _mend(operation)
    return document


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    models = dict.fromkeys(model for each in operations for model in each.models())
    models[Problem] = None
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=f"{REF}{{model}}"
    )
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _mend(operation: dict[str, Any]) -> None:
    """The framework's own 422 goes (a parameter that is wrong is 400); who may call is said."""
    refused = operation["responses"].get("422", {})
    if "application/json" in refused.get("content", {}):
        del operation["responses"]["422"]
    required = REQUIRED[operation["operationId"]]
    operation["security"] = [] if required is None else [{"key": []}]
    if required is not None:
        operation["x-permission"] = required.value

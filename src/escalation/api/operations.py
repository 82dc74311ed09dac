"""Operations: what stands at a path, declared once, for the router and for the OpenAPI document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Response
from pydantic import BaseModel

from escalation.api.guarded import Guarded
from escalation.api.in_time import PATIENCE

REF = "#/components/schemas/"
JSON = "application/json"
PROBLEM = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}

READS = (400, 401, 403, 429, 500, 503)
FINDS = (*READS, 404)
WRITES = (*READS, 408, 409, 413, 415, 422)
CHANGES = (*WRITES, 404, 412, 428)

_WORDS = {
    400: "It cannot be read",
    401: "Nobody known is asking",
    403: "The key may not do this",
    404: "There is no such thing",
    408: "The body did not come in time",
    409: "The state does not allow it",
    412: "It has moved on since it was read",
    413: "The body is too large or too deep",
    415: "The body is of another kind",
    422: "Values are wrong",
    428: "If-Match is missing",
    429: "Too many, too fast",
    500: "It failed here",
    503: "Not now",
}
IDEMPOTENCY_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a repeat of the same body harmless for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the issue as it was seen, or `*`.",
    "schema": {"type": "string"},
}
IF_MATCH_OF_THEME = {**IF_MATCH, "description": "The ETag of the theme as it was seen, or `*`."}
IF_MATCH_OF_ACTION = {**IF_MATCH, "description": "The ETag of the action as it was seen, or `*`."}
IF_MATCH_OF_CHANGE = {**IF_MATCH, "description": "The ETag of the change as it was seen, or `*`."}
IF_MATCH_OF_MEETING = {**IF_MATCH, "description": "The ETag of the meeting as it was seen, or `*`."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    ``name`` is its operation id, and its line in the table of permissions. A ``direct`` endpoint
    is handed the request and the parts of the path, and reads its body itself. ``takes`` maps
    media types to what the body is; ``answer`` is the shape of the good answer, ``kind`` its media
    type, empty where it has no body; ``refused_as`` are the media types of its refusals. It begins
    to answer within so many ``seconds``.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    endpoint: Callable[..., Any]
    refusals: tuple[int, ...]
    refused_as: Mapping[str, Any] = field(default_factory=lambda: PROBLEM)
    answer: type[BaseModel] | None = None
    kind: str = JSON
    status: int = 200
    also: tuple[int, ...] = ()
    takes: Mapping[str, type[BaseModel] | None] | None = None
    body_required: bool = True
    headers: tuple[Mapping[str, Any], ...] = ()
    direct: bool = False
    hidden: bool = False
    any_query: bool = False
    seconds: float = PATIENCE

    def add_to(self, app: FastAPI) -> None:
        """Put it into the app's router."""
        app.router.add_api_route(
            self.path,
            self.endpoint,
            methods=[self.method],
            operation_id=self.name,
            name=self.name,
            tags=[self.tag],
            summary=self.summary,
            status_code=self.status,
            response_class=Response,
            response_model=None,
            responses=self._responses(),
            openapi_extra=self._extra(),
            include_in_schema=not self.hidden,
            route_class_override=Guarded,
        )
        route = app.router.routes[-1]
        if isinstance(route, Guarded):
            route.any_query = self.any_query
            route.seconds = self.seconds
            if self.direct:
                route.direct = self.endpoint

    def models(self) -> Iterable[type[BaseModel]]:
        """The shapes that its description names."""
        yield from (model for model in (self.takes or {}).values() if model is not None)
        if self.answer is not None:
            yield self.answer

    def _responses(self) -> dict[int | str, dict[str, Any]]:
        good: dict[str, Any] = {"description": self.summary}
        if self.answer is not None:
            good["content"] = {self.kind: {"schema": {"$ref": f"{REF}{self.answer.__name__}"}}}
        elif self.kind and self.status != 204:  # noqa: PLR2004 - No Content
            good["content"] = {self.kind: {}}
        refused: dict[int | str, dict[str, Any]] = {
            status: {"description": _WORDS[status], "content": self.refused_as}
            for status in sorted(self.refusals)
        }
        return {**dict.fromkeys((self.status, *self.also), good), **refused}

    def _extra(self) -> dict[str, Any] | None:
        extra: dict[str, Any] = {}
        if self.takes is not None:
            content = {
                kind: {"schema": {"type": "string"} if model is None else _ref(model)}
                for kind, model in self.takes.items()
            }
            extra["requestBody"] = {"required": self.body_required, "content": content}
        if self.headers:
            extra["parameters"] = [dict(header) for header in self.headers]
        return extra or None


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"{REF}{model.__name__}"}

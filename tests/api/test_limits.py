"""What a body may hold has an upper bound, told beforehand; what passes it is told its place."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from escalation.api import body
from escalation.api.app import OPERATIONS, described
from escalation.api.operations import Operation
from escalation.delivery.formats.options import Format
from escalation.errors import Invalid
from escalation.services.reading.directory import Noun
from tests.access.estate import model_of
from tests.access.samples import body_of, value_of
from tests.api.service import Service, problem

DEPTH = 20
FORMATS = get_args(get_args(Format)[0])
TOOLS_OWN = {"preview_hook": "/body"}
"""What has whatever shape a tool gives it: bounded by the whole body's bytes and depth alone."""
FIXED = {"date", "date-time"}
"""Formats that are read by a form of bounded length."""
Place = tuple[str, ...]


def _parts(schema: Any, root: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each schema within a schema, with the way to it: members by name, items as 0."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        known = root.get("$defs") or root["components"]["schemas"]
        yield from _parts(known[name], root, at)
        return
    yield at, schema
    for choice in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(choice, ()):
            yield from _parts(each, root, at)
    for name, inner in schema.get("properties", {}).items():
        yield from _parts(inner, root, (*at, name))
    if "items" in schema:
        yield from _parts(schema["items"], root, (*at, "0"))
    for each in _under_any_name(schema):
        yield from _parts(each, root, (*at, "a-key"))


def _under_any_name(schema: Any) -> list[Any]:
    """What an object may have under names that its schema does not list."""
    others = schema.get("additionalProperties")
    named = schema.get("patternProperties", {}).values()
    return [*named, others] if isinstance(others, dict) else list(named)


def _unbounded(schema: Any) -> str | None:
    """What a schema says nothing of the size of."""
    if {"enum", "const", "$ref", "anyOf", "oneOf", "allOf"} & schema.keys():
        return None
    kind = schema.get("type")
    if kind is None:
        return "anything"
    bounds = {"string": "maxLength", "array": "maxItems"}
    if schema.get("additionalProperties") or "patternProperties" in schema:
        bounds["object"] = "maxProperties"
    if schema.get("format") in FIXED:
        del bounds["string"]
    kinds = kind if isinstance(kind, list) else [kind]
    return next((each for each in kinds if each in bounds and bounds[each] not in schema), None)


def test_every_text_and_list_of_every_body_has_a_limit_in_the_document() -> None:
    document = json.loads(described())
    found = [
        f"{about['operationId']} /{'/'.join(at)}: {what}"
        for path in document["paths"].values()
        for about in path.values()
        for kind, content in about.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and content["schema"] != {"type": "string"}
        for at, schema in _parts(content["schema"], document)
        if (what := _unbounded(schema)) is not None
        and TOOLS_OWN.get(about["operationId"]) != f"/{'/'.join(at)}"
    ]
    assert found == []


def _models() -> dict[str, type[BaseModel]]:
    judged = {model for noun in Noun for model in _of_noun(noun)}
    models = {model_of(each) for each in OPERATIONS} - {None} | set(FORMATS)
    return {
        model.__name__: model
        for model in models
        if model is not None and model.__name__ not in judged
    }


def _of_noun(noun: Noun) -> tuple[str, str]:
    """The bodies of a part of the directory: they are judged with the whole of it."""
    name = "".join(word.title() for word in noun.single.split())
    return f"New{name}", f"Change{name}"


def _too_large(schema: Any, value: Any, kind: str) -> Any:
    """More of it than may be, by one."""
    if kind == "maxLength":
        return "x" * (schema[kind] + 1)
    if kind == "maxItems":
        return [value[0] if isinstance(value, list) and value else "x"] * (schema[kind] + 1)
    return {f"a-key{number}": value for number in range(schema[kind] + 1)}


def _held(part: Any, schema: Any) -> Any:
    """What an object may have under any name."""
    held = (_under_any_name(part) or [{}])[0]
    if "$ref" in held:
        return value_of(held, schema)
    return held.get("enum", ["1"])[0] if held.get("type") != "object" else {}


def _at(value: Any, at: Place) -> Any:
    for step in at:
        if isinstance(value, list):
            value = value[0] if value else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _with(value: Any, at: Place, put: Any) -> Any:
    if not at:
        return put
    step, rest = at[0], at[1:]
    if step == "0":
        first = value[0] if isinstance(value, list) and value else None
        return [_with(first, rest, put)]
    known = value if isinstance(value, dict) else {}
    return {**known, step: _with(known.get(step), rest, put)}


def _oversized(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Bodies with one thing in them that is too large, and where that is."""
    schema = model.model_json_schema()
    whole = body_of(model, full=True)
    for at, part in _parts(schema, schema):
        within_choice = any(_is_choice(schema, at[:end]) for end in range(1, len(at) + 1))
        for kind in ("maxLength", "maxItems", "maxProperties"):
            if kind in part and not within_choice:
                known = _held(part, schema) if kind == "maxProperties" else _at(whole, at)
                yield "/" + "/".join(at), _with(whole, at, _too_large(part, known, kind))


def _is_choice(schema: Any, at: Place) -> bool:
    """Whether one of several shapes stands there: the formats, each looked at by itself."""
    return any("oneOf" in part for place, part in _parts(schema, schema) if place == at)


@pytest.mark.parametrize("name", sorted(_models()))
def test_what_is_larger_is_refused_with_its_place(name: str) -> None:
    model = _models()[name]
    for place, sent in _oversized(model):
        with pytest.raises(Invalid) as refused:
            body.read(json.dumps(sent).encode(), model, DEPTH)
        assert place in {fault.pointer for fault in refused.value.errors}, place


def _adds(noun: Noun) -> Operation:
    return next(each for each in OPERATIONS if (each.method, each.path) == ("POST", noun.path))


@pytest.mark.parametrize("noun", Noun)
def test_what_is_larger_in_the_directory_is_refused_with_its_place(
    sqlite_service: Service, noun: Noun
) -> None:
    model = model_of(_adds(noun))
    assert model is not None
    for place, sent in _oversized(model):
        entry = {"code": "an-entry", **sent} if place != "/code" else sent
        told = problem(
            sqlite_service.post(noun.path, entry, key=sqlite_service.admin), 422, "invalid"
        )
        found = [each for each in told["errors"] if each["source"].get("pointer") == place]
        assert found, (place, told["errors"])


RAW = [
    each
    for each in OPERATIONS
    if each.method in {"POST", "PUT", "PATCH"} and (each.takes or {}) and model_of(each) is None
]


@pytest.mark.parametrize("operation", RAW, ids=lambda each: each.name)
def test_a_body_of_another_kind_has_the_limit_of_all(
    sqlite_service: Service, operation: Operation
) -> None:
    largest = b"x" * (sqlite_service.container.settings.body_limit_bytes + 1)
    path = operation.path.replace("{", "").replace("}", "")
    answer = sqlite_service.post(path, raw=largest, content_type=next(iter(operation.takes or ())))
    problem(answer, 413, "too_large")

"""A value for whatever an operation takes, from its schema and from what its field is called."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

CALLED: Mapping[str, Any] = {
    "agency": "schools",
    "anonymous": False,
    "approved_by": "priya-nair",
    "awaiting": "raiser",
    "centre": "cairns",
    "email": "ana@schools.example",
    "expires_at": "2026-05-01T09:00:00+10:00",
    "forum": "bmf-technology",
    "function": "payroll",
    "impact": "high",
    "owner": "priya-nair",
    "party": "schools",
    "person": "priya-nair",
    "provider": "meridian",
    "review_at": "2026-04-01T09:00:00+10:00",
    "reviewed_by": "priya-nair",
    "seat": "provider",
    "short": "A-SHORT",
    "starts_at": "2026-03-24T10:00:00+10:00",
    "system": "jira",
    "theme": "late-pay",
    "to": "business_manager_forum",
    "until": "2026-03-06T10:00:00+10:00",
    "urgency": "high",
    "url": "https://hooks.schools.example/in",
}
"""What stands in a field of that name, wherever it is; any other has what its schema says."""


SOUTHERN = (
    "dominic-ferraro", "ruth-goldfinch", "zoran-petrovic", "carmel-rossi", "helena-costa",
    "xiomara-delgado", "trang-nguyen",
)  # fmt: skip
"""Who votes in the business manager forum of the cluster Southern Cross."""
_ON_ITEM = (
    "TableBody", "RecuseItemBody", "DecideBody", "DeferBody", "NoteItemBody", "NotReachedBody",
    "WithdrawItemBody",
)  # fmt: skip
_SUBSCRIBED: Mapping[str, Any] = {
    "recipient": {"kind": "secretariat"},
    "when": {"kind": "before_meetings", "by": "3 business days"},
    "formats": ["pdf"],
}
ALSO: Mapping[str, Mapping[str, Any]] = {
    **{name: {"issue": "an-issue"} for name in _ON_ITEM},
    "LogIssue": {"function": "payroll"},
    "MakeDigest": {"forum": "bmf-southern-cross"},
    "ReclassifyBody": {"severity": "high"},
    "ChangeAction": {"kind": "process"},
    "ChangeTheme": {"title": "a-title"},
    "ReferBackBody": {"to": "service_manager"},
    "DecideBody": {"issue": "an-issue", "assents": list(SOUTHERN)},
    "AttendBody": {"present": [{"person": "trang-nguyen"}]},
    "ProposeBody": {"seat": "agency", "outcome": {"summary": "a-summary", "reasons": "a-reason"}},
    "ResolveBody": {"outcome": {"summary": "a-summary", "reasons": "a-reason"}},
    "RecordReferralBody": {"reference": "a-reference"},
    "RecordContact": {"region": "far-north"},
    "RecordFeedback": {"text": "a-text", "region": "far-north", "quote": "anonymous"},
    "SeekAdviceBody": {"person": "priya-nair"},
    "MoveMeetingBody": {"place": "a-place"},
    "LimitConduct": {
        "raiser": {"reference": "a-reference", "name": "a-name"},
        "limits": [{"kind": "sole_contact", "person": "thi-lan-pham"}],
    },
    "ReviewLimit": {
        "outcome": "change",
        "limits": [{"kind": "sole_contact", "person": "thi-lan-pham"}],
    },
    "CreateSubscription": {
        "forum": "bmf-southern-cross",
        "profile": None,
        "since": None,
        **_SUBSCRIBED,
    },
    "ChangeSubscription": _SUBSCRIBED,
    "CreateKey": {"role": "viewer", "person": None, "scopes": {}},
}
"""What bodies have that their schemas do not tell: one of two things, or only with another."""
APART: Mapping[str, frozenset[str]] = {
    "HoldBody": frozenset({"issue"}),
    "SeekAdviceBody": frozenset({"forum"}),
    "RecordFeedback": frozenset({"survey"}),
    **dict.fromkeys(_ON_ITEM, frozenset({"item"})),
}
"""What bodies do not have beside the rest of all that they know."""


def body_of(model: type[BaseModel], *, full: bool = False) -> dict[str, Any]:
    """A body that the model takes: what it asks for, or with ``full`` all that it knows."""
    schema = model.model_json_schema()
    body: dict[str, Any] = _value(schema, schema, "", full=full)
    name = model.__name__
    apart = APART.get(name, frozenset()) if full else frozenset()
    return {key: value for key, value in {**body, **ALSO.get(name, {})}.items() if key not in apart}


def value_of(schema: Any, root: Any) -> Any:
    """What such a part of a schema takes."""
    return _value(schema, root, "", full=True)


def texts_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a body has text, each place as the steps that lead to it."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_in(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts_in(inner, (*path, number))


def objects_in(model: type[BaseModel]) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
    """The objects of a body that have members of their own, each with the names of those.

    A place is one of :func:`body_of` with ``full``.
    """
    schema = model.model_json_schema()
    body = body_of(model, full=True)
    yield from _objects(schema, schema, body, ())


def _objects(
    schema: Any, root: Any, value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
    schema = _plain(schema, root)
    if isinstance(value, dict) and schema.get("additionalProperties") is False:
        parts = schema.get("properties", {})
        yield path, frozenset(parts)
        for name, inner in value.items():
            yield from _objects(parts[name], root, inner, (*path, name))
    elif isinstance(value, list) and value and "items" in schema:
        yield from _objects(schema["items"], root, value[0], (*path, 0))


def put(value: Any, path: tuple[str | int, ...], word: Any) -> Any:
    """The same value with something else at that place."""
    if not path:
        return word
    step, *rest = path
    if isinstance(step, int):
        return [
            put(inner, tuple(rest), word) if n == step else inner for n, inner in enumerate(value)
        ]
    return {**value, step: put(value.get(step), tuple(rest), word)}


def _value(schema: Any, root: Any, name: str, *, full: bool) -> Any:
    schema = _plain(schema, root)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if name in CALLED and schema.get("type") in {"string", "boolean", None}:
        return CALLED[name]
    return _of_kind(schema, root, name, full=full)


def _of_kind(schema: Any, root: Any, name: str, *, full: bool) -> Any:
    kind = schema.get("type", "string")
    match kind if isinstance(kind, str) else kind[-1]:
        case "object":
            wanted = schema.get("properties", {}) if full else schema.get("required", [])
            parts = schema.get("properties", {})
            return {each: _value(parts[each], root, each, full=full) for each in wanted}
        case "array":
            some = max(int(full), schema.get("minItems", 0))
            return [_value(schema["items"], root, name, full=full)] * some
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return _text(schema, name)


def _text(schema: Any, name: str) -> str:
    if schema.get("examples"):
        return str(schema["examples"][0])
    named = {"date": "2026-03-20", "date-time": "2026-03-20T10:00:00+10:00"}
    return named.get(schema.get("format", ""), f"a-{name.replace('_', '-') or 'word'}")


def _plain(schema: Any, root: Any) -> Any:
    """Without what stands for another schema, or leaves a choice."""
    while True:
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        else:
            return schema

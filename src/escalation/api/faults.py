"""What models refuse, told as faults: a JSON pointer, what was found, expected, and nearest."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from escalation.errors import Fault
from escalation.routing.wording import nearest, not_among, one_of, quoted, the_nearest

Path = tuple[str | int, ...]

_EXPECTED = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
    "tuple_type": "a list",
    "list_type": "a list",
    "too_long": "at most {max_length} of them",
    "too_short": "at least {min_length} of them",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "date_from_datetime_parsing": "a date such as `2026-11-30`",
    "date_parsing": "a date such as `2026-11-30`",
    "date_type": "a date such as `2026-11-30`",
}
_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "enum": "unknown_word",
    "literal_error": "unknown_word",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "union_tag_invalid": "unknown_word",
    "union_tag_not_found": "missing",
}
_TAGS = frozenset({"union_tag_invalid", "union_tag_not_found"})


def pointer(path: Iterable[str | int]) -> str:
    """A place in a body as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """One fault for each thing that the model refuses; a misspelt name is not missing as well."""
    details = error.errors(include_url=False)
    misspelt = {path for detail in details for path in _meant(detail, model)}
    return [
        Fault(code_of(detail), told(detail, model), pointer=pointer(_place(detail, model)))
        for detail in details
        if not (detail["type"] == "missing" and detail["loc"] in misspelt)
    ]


def code_of(detail: ErrorDetails) -> str:
    """The stable code of a mistake."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(getattr(context["error"], "code", "wrong_value"))
    return _CODES.get(detail["type"], "wrong_value")


def _place(detail: ErrorDetails, model: type[BaseModel]) -> Path:
    """Where the mistake is: within the value for those that models find between their fields.

    As which of several shapes an object was read is no part of it.
    """
    path: list[str | int] = []
    kind: Any = model
    for step in detail["loc"]:
        if step not in _shapes(kind):
            path.append(step)
        kind = _within(kind, step)
    context = detail.get("ctx", {})
    if detail["type"] in _TAGS:
        path.append(context["discriminator"].strip("'"))
    return (*path, *getattr(context.get("error"), "at", ()))


def told(detail: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """What was found, and what was expected."""
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind in {"missing", *_TAGS}:
        return _missing(detail)
    if kind == "extra_forbidden":
        word = str(detail["loc"][-1])
        return not_among(word, _names_at(model, detail["loc"][:-1])) if model else quoted(word)
    if kind == "value_error":
        said = str(context["error"])
        return said if said.startswith("found") else f"found {_shown(value)}, {said}"
    if kind in {"enum", "literal_error"}:
        words = re.findall(r"'([^']*)'", context["expected"])
        near = the_nearest(value, words) if isinstance(value, str) else ""
        return f"found {_shown(value)}, expected {one_of(words)}{near}"
    expected = _EXPECTED.get(kind)
    shown = _size(value) if kind in {"too_long", "too_short", "string_too_long"} else _shown(value)
    return f"found {shown}, expected {expected.format(**context) if expected else detail['msg']}"


def _missing(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        return not_among(context["tag"], re.findall(r"'([^']*)'", context["expected_tags"]))
    name = context.get("discriminator", f"{detail['loc'][-1]}")
    return f"found no `{name.strip(chr(39))}`, expected it"


def _meant(detail: ErrorDetails, model: type[BaseModel]) -> Iterator[Path]:
    if detail["type"] == "extra_forbidden":
        *parent, word = detail["loc"]
        meant = nearest(str(word), _names_at(model, tuple(parent)))
        if meant is not None:
            yield (*parent, meant)


def _size(value: object) -> str:
    if isinstance(value, str):
        return f"{len(value):,} characters" if value else "empty text"
    return f"{len(value)} of them" if isinstance(value, (list, tuple)) else _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return quoted(str(value)) if value != "" else "empty text"


def _names_at(model: type[BaseModel] | None, path: Path) -> list[str]:
    """The names that the object at ``path`` may have."""
    kind: Any = model
    for step in path:
        kind = _within(kind, step)
    fields = getattr(_plain(kind), "model_fields", {})
    return sorted(field.alias or name for name, field in fields.items())


def _within(kind: Any, step: str | int) -> Any:  # noqa: ANN401 - an annotation is any object
    """The annotation at a step: of a list's items, a mapping's values, a field, or a shape."""
    shapes, plain = _shapes(kind), _plain(kind)
    if step in shapes:
        return shapes[step]
    fields = getattr(plain, "model_fields", {})
    if fields:
        named = {field.alias or name: field.annotation for name, field in fields.items()}
        return named.get(step)
    return next(iter(get_args(plain)[::-1]), None)


def _shapes(kind: Any) -> Mapping[str | int, Any]:  # noqa: ANN401 - an annotation is any object
    """The shapes that an annotation takes, by the word in their field `kind`."""
    if get_origin(kind) is Annotated:
        return _shapes(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return {tag: each for part in get_args(kind) for tag, each in _shapes(part).items()}
    field = getattr(kind, "model_fields", {}).get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return {}
    return dict.fromkeys(get_args(field.annotation), kind)


def _plain(kind: Any) -> Any:  # noqa: ANN401 - an annotation is any object
    """The annotation without `Annotated` and `| None`."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not NoneType)
    return kind

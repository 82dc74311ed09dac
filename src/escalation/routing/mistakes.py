"""The mistakes that the models of a file find, as faults with a place and a nearest word."""

import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from escalation.errors import Fault
from escalation.routing.document import Document
from escalation.routing.positions import Path
from escalation.routing.wording import nearest, not_among, one_of, quoted, the_nearest

_KEY = "[key]"
_EXPECTED = {
    "string_type": "text (in quotes, where it looks like a number)",
    "string_too_short": "text that is not empty",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "model_type": "a table of keys and values",
    "dict_type": "a table of keys and values",
    "mapping_type": "a table of keys and values",
    "tuple_type": "a list",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "string_too_long": "text of at most {max_length} characters",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
}
_PATTERNS = {
    "id": "a word in lower case such as `service_manager` or `ssi-standard`",
    "^[A-Z]{2}$": "the two letters of a country such as `AU`",
    "^[A-Z0-9]{1,5}$": "the letters of a state such as `QLD`",
}


def faults_of(error: ValidationError, model: type[BaseModel], document: Document) -> list[Fault]:
    """One fault for each thing the models refuse; what a fault of form spoilt is left out."""
    details = [
        detail for detail in error.errors(include_url=False) if not _spoilt(detail["loc"], document)
    ]
    within = {detail["loc"][:-1] for detail in details}
    misspelt = {path for detail in details for path in _meant(detail, model)}
    return [
        _fault(detail, model, document)
        for detail in details
        if not _follows(detail, misspelt, within)
    ]


def _meant(detail: ErrorDetails, model: type[BaseModel]) -> Iterator[Path]:
    """The path that a misspelt key was meant to be: it is not missing as well."""
    if detail["type"] == "extra_forbidden":
        *parent, word = detail["loc"]
        meant = nearest(str(word), _keys_at(model, tuple(parent)))
        if meant is not None:
            yield (*parent, meant)


def _follows(detail: ErrorDetails, misspelt: set[Path], within: set[Path]) -> bool:
    """Whether it only follows from another mistake: a key that is misspelt, items that are lost."""
    if detail["type"] == "missing":
        return detail["loc"] in misspelt
    return detail["type"] == "too_short" and detail["loc"] in within


def _spoilt(path: Path, document: Document) -> bool:
    return any(path[:end] in document.spoilt for end in range(len(path) + 1))


def _fault(detail: ErrorDetails, model: type[BaseModel], document: Document) -> Fault:
    where, kind, path = document.positions, detail["type"], detail["loc"]
    if kind == "missing":
        parent = path[:-1]
        text = f"found no {quoted(str(path[-1]))}, expected it{_in(parent)}"
        return where.fault("missing_key", parent, text, key=True)
    if kind == "extra_forbidden":
        text = not_among(str(path[-1]), _keys_at(model, path[:-1]))
        return where.fault("unknown_key", path, text, key=True)
    if path and path[-1] == _KEY:
        text = _for_key(str(path[-2]), detail)
        return where.fault("unknown_key", path[:-1], text, key=True)
    text = _for_value(detail, where.written.get(path))
    return where.fault("wrong_value", path, text)


def _in(parent: Path) -> str:
    return f" in {quoted('.'.join(map(str, parent)))}" if parent else ""


def _for_key(word: str, detail: ErrorDetails) -> str:
    if detail["type"] == "enum":
        return not_among(word, _choices(detail))
    return f"found {quoted(word)}, expected {_PATTERNS['id']}"


def _for_value(detail: ErrorDetails, written: str | None) -> str:
    kind, value = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        said = str(context["error"])
        return said if said.startswith("found") else f"found {_shown(value, written)}, {said}"
    if kind in {"enum", "literal_error"}:
        choices = _choices(detail)
        near = the_nearest(value, choices) if isinstance(value, str) else ""
        return f"found {_shown(value, written)}, expected {one_of(choices)}{near}"
    if kind == "string_pattern_mismatch":
        expected = _PATTERNS.get(context["pattern"], _PATTERNS["id"])
    else:
        expected = _EXPECTED.get(kind, detail["msg"]).format(**context)
    return f"found {_shown(value, written)}, expected {expected}"


def _choices(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def _shown(value: object, written: str | None) -> str:
    if written is not None:
        return quoted(written) if written else "nothing"
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return quoted(str(value)) if value != "" else "empty text"


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the table at ``path`` may have."""
    kind: Any = model
    for step in path:
        kind = _plain(_within(_plain(kind), step))
    kind = _plain(kind)
    return sorted(field.alias or name for name, field in kind.model_fields.items())


def _within(kind: Any, step: str | int) -> Any:  # noqa: ANN401 - an annotation is any object
    """The annotation of what stands under one step of a path."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        by_key = {field.alias or name: field for name, field in kind.model_fields.items()}
        return by_key[str(step)].annotation
    arguments = get_args(kind)
    return arguments[0] if isinstance(step, int) else arguments[1]


def _plain(kind: Any) -> Any:  # noqa: ANN401 - an annotation is any object
    """The annotation without `Annotated` and `| None`."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not NoneType)
    return kind

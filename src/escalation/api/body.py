"""Bodies: JSON that means one thing only, read against a model; every mistake with its place.

RFC 8259 leaves open what a number too large for anyone, or a name that stands twice, means; here
both are refused, so that nobody downstream reads the same bytes as something else.
"""

import json
import re
from collections.abc import Iterator
from math import isinf
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from escalation.api.faults import faults_of, pointer
from escalation.errors import Fault, Invalid, Malformed, TooLarge

M = TypeVar("M", bound=BaseModel)

DIGITS = 100
"""How many characters a number may have."""
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_REFUSED = "The body was refused; nothing was changed."


class _Ambiguous(Exception):
    """Something in the text that different readers would read differently."""


def parse(raw: bytes, depth: int) -> Any:  # noqa: ANN401 - whatever stands in the JSON
    """The body as plain data.

    Raises:
        TooLarge: it is nested deeper than ``depth``.
        Malformed: it is no JSON in UTF-8, or has a name twice, or a number that is none.
    """
    if raw.count(b"[") + raw.count(b"{") > depth:
        _refuse_deeper(raw, depth)
    try:
        text = raw.decode()
        return _STRICT.decode(text)
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is {raw[error.start]:#04x}"
        raise Malformed(f"The body is not UTF-8: {where}. Send JSON in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise _broken(error) from error
    except _Ambiguous as error:
        raise _ambiguous(raw.decode()) from error


def _ambiguous(text: str) -> Malformed:
    """Everything in a text that has two readings; what comes after it may be no JSON at all."""
    try:
        faults = list(_ambiguities(_marked(text), ()))
    except json.JSONDecodeError as error:
        return _broken(error)
    return Malformed("The body can be read in more than one way.", errors=faults)


def read(raw: bytes, model: type[M], depth: int) -> M:
    """The body as its model.

    Raises:
        TooLarge: it is nested too deeply.
        Malformed: it is not JSON that means one thing only.
        Invalid: with every mistake in it, each with a JSON pointer.
    """
    data = parse(raw, depth)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        faults = list(_surrogates(data, ())) or faults_of(error, model)
        raise Invalid(_REFUSED, errors=faults) from error


def _refuse_deeper(raw: bytes, depth: int) -> None:
    level = 0
    for token in _NESTING.finditer(raw):
        mark = token[0][0]
        if mark in b"[{":
            level += 1
            if level > depth:
                raise TooLarge(
                    f"The body is nested deeper than {depth} levels, at byte {token.start()}.",
                    "too_deep",
                )
        elif mark in b"]}":
            level -= 1


def _broken(error: json.JSONDecodeError) -> Malformed:
    if not error.doc.strip():
        return Malformed("The body is empty; send a JSON object.")
    place = f"line {error.lineno}, column {error.colno}"
    return Malformed(f"The body is not JSON: {error.msg} at {place}.")


# -- the quick look: the first thing that is ambiguous ends it


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Ambiguous
    return found


def _no_number(constant: str) -> Any:  # noqa: ANN401 - never answers
    raise _Ambiguous(constant)


def _integer(text: str) -> int:
    if len(text) > DIGITS:
        raise _Ambiguous
    return int(text)


def _real(text: str) -> float:
    number = float(text) if len(text) <= DIGITS else float("inf")
    if isinf(number):
        raise _Ambiguous
    return number


_STRICT = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_no_number, parse_int=_integer, parse_float=_real
)


# -- the careful look, once something was found: all of it, with places


class _Pairs(list[tuple[str, Any]]):
    """An object with each of its names, also those that stand twice."""


class _Wrong(str):
    """A number that is none, as it was written."""

    __slots__ = ()


def _marked(text: str) -> Any:  # noqa: ANN401 - whatever stands in the JSON
    def integer(written: str) -> int | _Wrong:
        return _Wrong(written) if len(written) > DIGITS else int(written)

    def real(written: str) -> float | _Wrong:
        large = len(written) > DIGITS or isinf(float(written))
        return _Wrong(written) if large else float(written)

    return json.loads(
        text,
        object_pairs_hook=_Pairs,
        parse_constant=_Wrong,
        parse_int=integer,
        parse_float=real,
    )


def _ambiguities(value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:  # noqa: ANN401 - JSON
    if isinstance(value, _Wrong):
        short = value if len(value) <= DIGITS else f"{value[:20]}... ({len(value)} characters)"
        detail = f"found `{short}`, expected a number that JSON and a machine can hold"
        yield Fault("wrong_number", detail, pointer=pointer(path))
    elif isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, inner in value:
            if name in seen:
                detail = f"found `{name}` more than once in one object, expected it once"
                yield Fault("duplicate_name", detail, pointer=pointer((*path, name)))
            seen.add(name)
            yield from _ambiguities(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _ambiguities(inner, (*path, number))


def _surrogates(value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:  # noqa: ANN401 - JSON
    """Halves of characters: JSON can write them, no text can hold them."""
    if isinstance(value, str):
        half = _SURROGATE.search(value)
        if half is not None:
            detail = (
                f"found half of a character (\\u{ord(half[0]):04x}) at position {half.start()}, "
                "expected whole characters"
            )
            yield Fault("lone_surrogate", detail, pointer=pointer(path))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _surrogates(name, (*path, _shown(name)))
            yield from _surrogates(inner, (*path, _shown(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _surrogates(inner, (*path, number))


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()

"""``NAME=VALUE`` on the command line, made into the body that the API takes."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

DEPTH = 20
"""How deep a body may be nested."""
LISTS = frozenset({"also_affects", "themes", "sensitive", "assents", "apologies", "words"})
"""Fields that hold several words, parted by commas."""
PEOPLE = frozenset({"present"})
"""Fields that hold several people, each with more to say of them in a body."""
TRUTHS = {"true": True, "false": False}
TRUE_OR_FALSE = frozenset({"raiser.anonymous", "inquorate"})
Fields = Annotated[
    list[str] | None,
    typer.Argument(
        help="Fields of the API's body, a dot between folders.", metavar="NAME=VALUE..."
    ),
]
Body = Annotated[
    Path | None,
    typer.Option(
        "--body", help="A file with the API's body; - reads standard input.", metavar="FILE"
    ),
]


def body_of(fields: Sequence[str], file: Path | None) -> bytes:
    """The body that was given: a JSON file (``-`` is standard input) with fields over it.

    Raises:
        BadParameter: a field is not ``NAME=VALUE``, or stands under a word that is a value.
    """
    if file is None and not fields:
        return b"{}"
    raw = b"{}" if file is None else _raw(file)
    if not fields:
        return raw
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise typer.BadParameter(f"{file} holds no JSON object.")
    for field in fields:
        _put(body, field)
    return json.dumps(body, ensure_ascii=False).encode()


ACTION = re.compile(r"(?P<owner>[^\s:]+)(?: by (?P<due_on>[0-9-]+))?: *(?P<text>.+)", re.DOTALL)
"""``OWNER by DATE: TEXT``; the date may be left out."""
PROXY = re.compile(r"(?P<person>[^\s:]+) for (?P<seat>[^\s:]+): *(?P<authority>.+)", re.DOTALL)
"""``PERSON for SEAT: AUTHORITY``."""


def with_parts(
    body: bytes, name: str, parts: Sequence[str] | None, form: re.Pattern[str], as_in: str
) -> bytes:
    """The body with more of a list, each part as it stands on the command line.

    Raises:
        BadParameter: a part has not the form; ``as_in`` is one that has.
    """
    if not parts:
        return body
    found = []
    for part in parts:
        said = form.fullmatch(part.strip())
        if said is None:
            raise typer.BadParameter(f"{part!r} cannot be read: write it like {as_in!r}")
        found.append({key: word for key, word in said.groupdict().items() if word is not None})
    told = json.loads(body)
    if not isinstance(told, dict):
        raise typer.BadParameter("the body holds no JSON object.")
    return json.dumps({**told, name: [*told.get(name, ()), *found]}, ensure_ascii=False).encode()


def _raw(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from error


def _put(body: dict[str, Any], field: str) -> None:
    name, equals, value = field.partition("=")
    if not equals or not name:
        raise typer.BadParameter(
            f"{field!r} is not NAME=VALUE: write it like agency=rivers or raiser.name='Ana Reid'"
        )
    *folders, last = name.split(".")
    inside = body
    for folder in folders:
        inside = inside.setdefault(folder, {})
        if not isinstance(inside, dict):
            raise typer.BadParameter(f"{name}: {folder} has a value already, and no fields")
    inside[last] = _value(name, value)


def _value(name: str, value: str) -> object:
    words = [part.strip() for part in value.split(",") if part.strip()]
    if name in LISTS:
        return words
    if name in PEOPLE:
        return [{"person": word} for word in words]
    if name in TRUE_OR_FALSE:
        return TRUTHS.get(value, value)
    return value

"""JSON that can be read in one way only."""

import json
from typing import Any, NoReturn


def parsed(text: bytes) -> dict[str, Any]:
    """The object that a text is.

    Raises:
        ValueError: it is none, names a member twice, or has a number that JSON does not know.
    """
    found = json.loads(
        text.decode("utf-8", "strict"), object_pairs_hook=_once, parse_constant=_unknown
    )
    if not isinstance(found, dict):
        raise ValueError("expected an object")  # noqa: TRY004 - the text is wrong, not its type
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _unknown(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")

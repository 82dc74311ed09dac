"""A directory as a file that reads back to the same content."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = """\
# A directory as it was in force: `escalation directory apply FILE` puts it in force again.
"""
_PLAIN = re.compile(r"[a-z][a-z0-9_-]*")
_OTHERWISE = frozenset({"true", "false", "null"})
"""Words that YAML reads as something else than text."""


def file_of(document: Mapping[str, Any]) -> str:
    """The text of a directory file: a line for each entry, by part and code."""
    return _HEAD + "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    for part, told in document.items():
        if part == "initiative" or not isinstance(told, Mapping) or not told:
            yield f"\n{part}: {_flow(told)}"
            continue
        yield f"\n{part}:"
        yield from (f"  {code}: {_flow(entry)}" for code, entry in told.items())


def _flow(value: Any) -> str:  # noqa: ANN401 - JSON
    """A value on one line; text in quotes unless it can be nothing else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _OTHERWISE:
        return value
    return json.dumps(value, ensure_ascii=False)

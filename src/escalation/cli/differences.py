"""What a directory file would change, as people read it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from escalation.cli.screen import say, table
from escalation.routing.differences import Difference, How

_LEAVES_OUT = 200
"""Rows that are shown; the rest is counted."""


def print_differences(found: Sequence[Difference]) -> None:
    """Each entry that is added, changed, ended or removed, and what changes of it."""
    if not found:
        say("It changes nothing.")
        return
    rows = [
        [each.how.value, each.part.replace("_", " "), each.code, _what(each)]
        for each in found[:_LEAVES_OUT]
    ]
    table(None, ["what", "part", "code", "how"], rows)
    counts = {how: sum(each.how is how for each in found) for how in How}
    say(", ".join(f"{count} {how}" for how, count in counts.items() if count) + ".")


def _what(each: Difference) -> str:
    if not isinstance(each.before, Mapping) or not isinstance(each.after, Mapping):
        return _short(each.after if each.before is None else each.before)
    names = [name for name in {**each.before, **each.after} if _differs(each, name)]
    return "; ".join(
        f"{name}: {_short(each.before.get(name))} -> {_short(each.after.get(name))}"
        for name in names
    )


def _differs(each: Difference, name: str) -> bool:
    return bool(each.before.get(name) != each.after.get(name))


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_short(inner)}" for name, inner in value.items())
    return "none" if value is None else json.dumps(value, ensure_ascii=False).strip('"')

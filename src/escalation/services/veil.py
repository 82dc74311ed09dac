"""What one issue says of others: names of issues that are sealed to who looks are left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from escalation.store import viewing
from escalation.store.transaction import Connection
from escalation.workflow.viewing import Viewer

_NAME = re.compile(r"[a-z]{3}_[0-9a-z]+|[A-Z][A-Z0-9]*-\d{4}-\d{6,}")

TIES = ("links", "joined", "merged_into", "hold", "outcome")
"""The members of an issue's view that name other issues."""


def tied(connection: Connection, viewer: Viewer, view: dict[str, Any]) -> dict[str, Any]:
    """An issue's view, with no more of its ties than ``viewer`` may see of the other ends."""
    ties = {name: view[name] for name in TIES if view[name]}
    return {**view, **veiled(connection, viewer, ties)} if ties else view


def veiled(connection: Connection, viewer: Viewer, told: Any) -> Any:  # noqa: ANN401 - JSON
    """The same JSON without what names an issue that ``viewer`` may not see.

    An entry of a list that names one is left out whole; elsewhere the name alone is.
    """
    names = set() if viewer.everything else set(names_in(told))
    hidden = viewing.hidden(connection, viewer, sorted(names)) if names else frozenset()
    return _without(told, hidden) if hidden else told


def names_in(told: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Every text that is an id or a reference, and nothing else."""
    if isinstance(told, str):
        if _NAME.fullmatch(told):
            yield told
        return
    parts: Sequence[Any] = ()
    if isinstance(told, Mapping):
        parts = list(told.values())
    elif isinstance(told, (list, tuple)):
        parts = told
    for part in parts:
        yield from names_in(part)


def _without(told: Any, hidden: frozenset[str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(told, str):
        return None if told in hidden else told
    if isinstance(told, Mapping):
        return {name: _without(value, hidden) for name, value in told.items()}
    if isinstance(told, (list, tuple)):
        return [_without(entry, hidden) for entry in told if not _points(entry, hidden)]
    return told


def _points(entry: Any, hidden: frozenset[str]) -> bool:  # noqa: ANN401 - JSON
    """Whether an entry of a list is about a hidden issue."""
    if isinstance(entry, Mapping):
        return any(isinstance(value, str) and value in hidden for value in entry.values())
    return isinstance(entry, str) and entry in hidden

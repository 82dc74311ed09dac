"""The timeline folded by a second reader: what an issue is, told by its events alone.

It shares no code with the product: events come in groups, one for each command, and each group
leaves the issue standing somewhere.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

FORUMS = frozenset({"business_manager_forum", "partnering_forum", "governing_board", "ceo_board"})
"""Rungs of the example ladders on which a forum sits."""
_PART = 2  # letters at the end of an event's id that number it within its command


@dataclass(frozen=True, slots=True)
class Standing:
    """What a stay is told apart by."""

    rung: str
    status: str
    severity: str
    agency: str
    themes: tuple[str, ...]


def fold(events: Iterable[Any]) -> list[Standing]:
    """How the issue stood after each command, the first being the one that logged it."""
    standings: list[Standing] = []
    now = Standing("", "", "", "", ())
    for _, group in groupby(events, key=lambda event: event.id[:-_PART]):
        for event in group:
            payload = json.loads(event.payload)
            change = _CHANGES.get(event.type)
            now = now if change is None else change(now, payload)
        standings.append(now)
    return standings


def _logged(_: Standing, payload: Mapping[str, Any]) -> Standing:
    status = "tabled" if payload["rung"] in FORUMS else "open"
    themes = tuple(payload.get("themes", ()))
    return Standing(payload["rung"], status, payload["severity"], payload["agency"], themes)


def _moved(now: Standing, payload: Mapping[str, Any]) -> Standing:
    to = payload["to"]
    return replace(now, rung=to, status="tabled" if to in FORUMS else "open")


def _changed(now: Standing, payload: Mapping[str, Any]) -> Standing:
    to = {name: change["to"] for name, change in payload["changes"].items()}
    return replace(
        now,
        severity=to.get("severity", now.severity),
        agency=to.get("agency", now.agency),
        themes=tuple(to.get("themes", now.themes)),
    )


def _resumed(now: Standing, payload: Mapping[str, Any]) -> Standing:
    return replace(now, status="tabled" if payload["rung"] in FORUMS else "in_progress")


def _becomes(status: str) -> Callable[[Standing, Mapping[str, Any]], Standing]:
    return lambda now, _: replace(now, status=status)


_CHANGES: dict[str, Callable[[Standing, Mapping[str, Any]], Standing]] = {
    "issue.logged": _logged,
    "issue.acknowledged": _becomes("in_progress"),
    "issue.held": _becomes("on_hold"),
    "issue.resumed": _resumed,
    "issue.escalated": _moved,
    "issue.referred_back": _moved,
    "issue.disputed": _moved,
    "issue.reopened": _moved,
    "issue.changed": _changed,
    "issue.resolved": _becomes("resolved"),
    "issue.closed": _becomes("closed"),
    "issue.withdrawn": _becomes("withdrawn"),
}

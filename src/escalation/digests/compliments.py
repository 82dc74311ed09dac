"""Compliments of a period: how many, to which teams, and the words that may be quoted.

Of teams and never of people: a team is a party with its function and region, told in the order of
their codes, so that nothing is ranked. Source: the framework's "Reward and recognition".
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from escalation.digests.framework import Framework
from escalation.digests.measures import VERSION
from escalation.digests.selection import told

SCHEMA: Final = "compliments/1"
"""The document's shape; what a field means never changes under the same name."""
QUOTED: Final = 200
"""Quotes that a report has at most, the newest first."""
BY = ("party", "function", "region", "channel", "key_result_area")
_TEAM = ("party", "function", "region")


class Praise(NamedTuple):
    """A compliment, as far as a report tells of it."""

    party: str | None
    function: str | None
    region: str | None
    channel: str
    key_result_area: str | None
    themes: tuple[str, ...]


class Quote(NamedTuple):
    """Words that may be quoted; ``name`` is whose they are, where that may be told too."""

    reference: str
    received_at: datetime
    text: str
    name: str | None
    party: str | None
    function: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is of: which party, function and region (or all), and which period."""

    of: Mapping[str, str]
    since: datetime
    as_at: datetime
    known_at: datetime
    zone: str


def build(
    framework: Framework, asked: Asked, praises: Iterable[Praise], quotes: Iterable[Quote]
) -> dict[str, Any]:
    """The document: the same for the same rows in whatever order they come, JSON and no more."""
    every = list(praises)
    said = sorted(quotes, key=lambda quote: (quote.received_at, quote.reference), reverse=True)
    return {
        "schema": SCHEMA,
        "title": "Compliments",
        "of": dict(asked.of),
        "since": told(asked.since),
        "as_at": told(asked.as_at),
        "known_at": told(asked.known_at),
        "zone": asked.zone,
        "dictionary": VERSION,
        "titles": _titles(framework),
        "compliments": len(every),
        "teams": _teams(every),
        "by": {
            **{name: _counted(getattr(each, name) for each in every) for name in BY},
            "theme": _counted(theme for each in every for theme in each.themes),
        },
        "quotes": [_quoted(quote) for quote in said[:QUOTED]],
        "quotes_in_all": len(said),
    }


def _teams(every: Iterable[Praise]) -> list[dict[str, Any]]:
    found = Counter(each[: len(_TEAM)] for each in every)
    ordered = sorted(found, key=lambda team: [(code is None, code or "") for code in team])
    return [{**dict(zip(_TEAM, team, strict=True)), "compliments": found[team]} for team in ordered]


def _counted(codes: Iterable[str | None]) -> list[dict[str, Any]]:
    found = Counter(codes)
    ordered = sorted(found, key=lambda code: (code is None, code or ""))
    return [{"code": code, "compliments": found[code]} for code in ordered]


def _quoted(quote: Quote) -> dict[str, Any]:
    return {**quote._asdict(), "received_at": told(quote.received_at)}


def _titles(framework: Framework) -> dict[str, dict[str, str]]:
    directory = framework.directory
    tables: Mapping[str, Mapping[str, Any]] = {
        "party": directory.parties,
        "function": directory.file.functions,
        "region": directory.file.regions,
    }
    return {name: {c: str(e.title) for c, e in sorted(t.items())} for name, t in tables.items()}

"""Outcomes for planning, and what training is planned from: of what the caller may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from escalation.digests import outcomes
from escalation.digests.outcomes import CAPABILITY, Narrowed
from escalation.digests.tallies import Period
from escalation.routing.vocabulary import ActionKind, Layer
from escalation.services.reading import actions
from escalation.services.reading.reader import Look
from escalation.services.reading.themes import ThemeQuestion, periods_of
from escalation.services.views import layer_view, told
from escalation.store import outcomes as store
from escalation.store.actions import ActionQuestion

MOST_ACTIONS = 1_000
"""How many actions of training are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeQuestion:
    """Which outcomes of which period; without ``since`` of the quarter that it ends in."""

    period: ThemeQuestion
    narrowed: Narrowed


def given(look: Look, question: OutcomeQuestion) -> dict[str, Any]:
    """Outcomes that were given in a period, the first first, with their totals.

    Raises:
        Invalid: the period cannot be.
    """
    both, known_at = periods_of(look, question.period)
    found = store.given(look.connection, Period(both.since, both.until, known_at), look.viewer)
    layers = {each.value: layer_view(look.publication, each) for each in Layer}
    strategies = {code: layer["key_strategies"] for code, layer in layers.items()}
    items = outcomes.listed(found, strategies, question.narrowed)
    return {
        "title": "Outcomes for planning",
        "since": told(both.since),
        "as_at": told(both.until),
        "known_at": told(known_at),
        "zone": look.directory.zone.key,
        "totals": outcomes.totals(items),
        "outcomes": items,
        "titles": _titles(look, items),
    }


def training(look: Look, question: OutcomeQuestion) -> dict[str, Any]:
    """Outcomes whose cause is that skills were missing, and actions that train people.

    Raises:
        Invalid: the period cannot be.
    """
    among = {"cause": CAPABILITY, **question.narrowed.among}
    found = given(look, replace(question, narrowed=replace(question.narrowed, among=among)))
    asked = ActionQuestion(kind=(ActionKind.TRAINING.value,), limit=MOST_ACTIONS)
    items = actions.page(look, asked).items
    return {**found, "title": "Outcomes for training", "actions": list(items)}


def _titles(look: Look, items: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    directory, causes = look.directory, dict[str, str]()
    for layer in Layer:
        causes |= dict(getattr(look.publication.file.layers, layer.value).causes)
    tables: Mapping[str, Mapping[str, str]] = {
        "cause": causes,
        "agency": {code: party.title for code, party in directory.parties.items()},
        "provider": {code: party.title for code, party in directory.parties.items()},
        "function": {code: each.title for code, each in directory.file.functions.items()},
    }
    return {
        name: {code: table[code] for code in sorted(_codes(items, name)) if code in table}
        for name, table in tables.items()
    }


def _codes(items: list[dict[str, Any]], name: str) -> set[str]:
    return {item[name] for item in items if item[name] is not None}

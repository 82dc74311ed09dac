"""What a body's paper measures beside its issues: a board's scorecard, a forum's benchmark.

Source: the framework's governing board, which "monitors the overall performance of the shared
service provider", and its partnering forum, which may "benchmark against other clusters".
"""

from collections.abc import Mapping
from typing import Any

from escalation.digests.cards import BENCHMARK, SCORECARD, Card, Level, card_of
from escalation.digests.framework import Framework
from escalation.routing.directory import Forum
from escalation.routing.vocabulary import ForumKind, ForumOwner

_HEAD = ("title", "of", "since", "as_at", "before_since", "zone", "dictionary", "titles")
_PARTS = {"scorecard": ("figures", "ages", "sealed", "planned"), "benchmark": ("benchmark",)}
_BOARDS = frozenset({ForumKind.GOVERNING_BOARD, ForumKind.CEO_BOARD})


def card_for(forum: Forum, framework: Framework) -> Card | None:
    """The scorecard of what a board oversees, the benchmark of a partnering forum, else nothing."""
    if forum.kind is ForumKind.PARTNERING_FORUM:
        return card_of(BENCHMARK, framework)
    if forum.kind not in _BOARDS:
        return None
    if forum.of is ForumOwner.PROVIDER:
        return card_of(f"{SCORECARD}{Level.BUSINESS.value}:{forum.owner}", framework)
    if forum.of is ForumOwner.CLUSTER:
        return card_of(f"{SCORECARD}cluster:{forum.owner}", framework)
    return card_of(f"{SCORECARD}{Level.SSI.value}", framework)


def part_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a paper has of a scorecard's document, by the name of its section."""
    name = "benchmark" if document["profile"] == BENCHMARK else "scorecard"
    return {name: {each: document[each] for each in (*_HEAD, *_PARTS[name])}}

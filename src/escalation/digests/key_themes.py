"""The key themes of a digest: those that came up, or are the forum's own, the most frequent first.

Before a board of the whole Initiative they are ranked across clusters too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from escalation.digests import themes
from escalation.digests.themes import Agreed, Mention, Periods, Theme, ThemeStatus
from escalation.routing.directory import Directory


@dataclass(frozen=True, slots=True)
class Gathered:
    """What key themes are made of: the register, what was agreed, and what came in.

    ``agreed`` is by a theme's id; ``day`` is the forum's on which the period ends; ``clusters`` are
    those beside which themes are ranked, none where the forum is one cluster's or provider's own.
    """

    themes: Sequence[Theme]
    agreed: Mapping[str, Sequence[Agreed]]
    mentions: Sequence[Mention]
    periods: Periods
    day: date
    clusters: tuple[str, ...] = ()


def add(document: dict[str, Any], gathered: Gathered, directory: Directory) -> None:
    """Put the key themes into a digest's document, with the words for the codes that they have."""
    items = told(gathered, document["forum"]["code"])
    document["sections"]["themes"] = items
    titles = document["titles"]
    people = _people_of(items)
    names = {code: one.name for code, one in directory.people.items() if code in people}
    titles["people"] = {**titles["people"], **names}
    titles["clusters"] = {code: directory.clusters[code].title for code in gathered.clusters}


def told(gathered: Gathered, forum: str) -> list[dict[str, Any]]:
    """The themes of a forum's digest: active, and agreed priorities, its own, or mentioned.

    Priorities stand first; mentioned is in the period or the one before.
    """
    by_theme = themes.mentions_by_theme(gathered.themes, gathered.mentions)
    found = [
        _item(gathered, theme, by_theme[theme.id])
        for theme in gathered.themes
        if theme.status is ThemeStatus.ACTIVE
    ]
    shown = (item for item in found if _is_shown(item, forum))
    return sorted(shown, key=_often_first)


def _item(gathered: Gathered, theme: Theme, mentions: Sequence[Mention]) -> dict[str, Any]:
    agreed, periods = gathered.agreed.get(theme.id, ()), gathered.periods
    entry = themes.theme_told(theme)
    ranked = (
        {"by_cluster": themes.by_cluster(mentions, periods, gathered.clusters)}
        if gathered.clusters
        else {}
    )
    return {
        **{name: entry[name] for name in _SHOWN},
        **_agreed_priority(theme, gathered.day),
        **themes.frequency(mentions, periods),
        "actions": [themes.action_told(each) for each in agreed],
        "loop": themes.loop(mentions, agreed, periods.until),
        **ranked,
    }


def _agreed_priority(theme: Theme, day: date) -> dict[str, Any]:
    """What a forum agreed of it, as long as that holds; nothing of a theme that is no priority."""
    agreed = theme.priority
    if agreed is None or agreed.until < day:
        return {}
    return {"priority": themes.priority_told(agreed)}


_SHOWN = (
    "code",
    "version",
    "title",
    "description",
    "key_result_area",
    "plan",
    "objective",
    "layer",
    "owner",
    "forum",
)


def _is_shown(item: Mapping[str, Any], forum: str) -> bool:
    return item["forum"] == forum or _came_up(item) or "priority" in item


def _came_up(item: Mapping[str, Any]) -> bool:
    return bool(item["now"]["total"] or _before(item))


def _before(item: Mapping[str, Any]) -> int:
    return 0 if item["before"] is None else int(item["before"]["total"])


def _often_first(item: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    return "priority" not in item, -item["now"]["total"], -_before(item), item["code"]


def _people_of(items: Iterable[Mapping[str, Any]]) -> set[str]:
    """Everybody whom key themes name."""
    owners = {item["owner"] for item in items if item["owner"] is not None}
    return owners | {action["owner"] for item in items for action in item["actions"]}

"""The key themes of a digest laid out: how often, which way, what was agreed, whether it helped."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from escalation.digests.suppression import WITHHELD
from escalation.reports.layout import NONE, Cells, Document, Section, Table, Words, word

_LOOP = {
    "no_action": "No action agreed",
    "action_open": "Action still open",
    "too_soon": "Too soon to say",
    "too_few": "Too few to say",
    "fell": "Fell: the loop is closed",
    "same": "Did not change",
    "rose": "Rose",
}


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """The section of key themes; none where there was no register of them."""
    if "themes" not in document["sections"]:
        return ()
    items = document["sections"]["themes"]
    rows = tuple(_row(item, words) for item in items)
    caption = "Themes that came up, the most frequent first; counts of issues, contacts, feedback."
    columns = ("Theme", "Key result area", "Plan", "Owner", "Now", "Then", "Trend", "Agreed action",
               "Since the action was done")  # fmt: skip
    tables = [Table(caption, columns, rows, frozenset({4, 5}))] if rows else []
    if document["titles"]["clusters"] and rows:
        tables.append(_ranking(items, document["titles"]["clusters"]))
    return (
        Section(
            "themes",
            "Key themes",
            "What keeps coming up: now is the period of this digest, then the one before it.",
            tuple(tables),
            "No theme of the register came up.",
        ),
    )


def _row(item: Mapping[str, Any], words: Words) -> Cells:
    then = NONE if item["before"] is None else str(item["before"]["total"])
    return (
        _title(item),
        word(item["key_result_area"]),
        "; ".join(filter(None, (item["plan"], item["objective"]))) or NONE,
        words.title("people", item["owner"]),
        str(item["now"]["total"]),
        then,
        word(item["trend"]) if item["trend"] != "none" else NONE,
        "; ".join(_agreed(action, words) for action in item["actions"]) or NONE,
        _helped(item["loop"]),
    )


def _title(item: Mapping[str, Any]) -> str:
    agreed = item.get("priority")
    if agreed is None:
        return str(item["title"])
    until = date.fromisoformat(agreed["until"])
    return f"{item['title']} (priority by {agreed['decision']} until {until:%-d %B %Y})"


def _agreed(action: Mapping[str, Any], words: Words) -> str:
    by = "no date" if action["due_on"] is None else action["due_on"]
    state = f"by {by}" if action["done_at"] is None else f"done {words.day(action['done_at'])}"
    return f"{action['text']} ({words.title('people', action['owner'])}, {state})"


def _helped(loop: Mapping[str, Any]) -> str:
    state = _LOOP[loop["state"]]
    if loop["days"] is None or loop["state"] == "too_few":
        return state
    before, after = (_count(loop[name]) for name in ("before", "after"))
    return f"{state} ({before} in {loop['days']} days before, {after} after)"


def _count(count: int | None) -> str:
    return WITHHELD if count is None else str(count)


def _ranking(items: Iterable[Mapping[str, Any]], clusters: Mapping[str, str]) -> Table:
    codes = sorted(clusters)
    rows = tuple(
        (str(rank), item["title"], *(_count(item["by_cluster"][code]) for code in codes))
        for rank, item in enumerate(items, start=1)
    )
    caption = f"Themes across clusters: issues of each; counts of {WITHHELD} are withheld."
    columns = ("Rank", "Theme", *(clusters[code] for code in codes))
    return Table(caption, columns, rows, frozenset({0, *range(2, len(columns))}))

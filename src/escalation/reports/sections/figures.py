"""The figures of what stands before the forum, with those of the last meeting beside them."""

from collections.abc import Mapping
from typing import Any

from escalation.digests.suppression import WITHHELD
from escalation.reports.layout import NONE, Cells, Chart, Document, Section, Table, Words, word
from escalation.reports.sections.since import MOVED


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    figures, since = document["figures"], document["since"]
    now, before = figures["now"], figures["before"]
    named = [("Unresolved", "total"), ("Past target", "past_target"), ("Exhausted", "exhausted")]
    overall = [
        (name, *_pair(now[key], None if before is None else before[key])) for name, key in named
    ]
    grouped = []
    for caption, (key, chart) in _GROUPED.items():
        rows = _groups(key, now[key], None if before is None else before[key], words)
        grouped.append(_compared(caption, caption.split()[1].capitalize(), rows, chart))
    # In an order that fills the columns of one page where there are not many agencies.
    tables = [
        _compared("At this forum", "Count", tuple(overall)),
        *grouped[:_BEFORE_MOVEMENTS],
        _movements(figures),
        Table("Sealed matters", ("Sealed", "Now"), (_sealed(figures),), frozenset({1})),
        *grouped[_BEFORE_MOVEMENTS:],
    ]
    about = "There was no period before this one."
    if since is not None:
        about = f"Then is {words.moment(since)}, when the period began, by what is known now."
    shown = tuple(table for table in tables if table.rows)
    return Section("figures", "Figures", about, shown, columns=3, part=True)


def _movements(figures: Mapping[str, Any]) -> Table:
    now, before = figures["movements"], figures.get("movements_before")
    rows = tuple(
        (MOVED[kind][0], *_pair(now[kind], None if before is None else before[kind]))
        for kind in MOVED
    )
    columns = ("Movement", "This period", "The one before")
    numbers = frozenset({1, 2})
    return Table("Movements in the period", columns, rows, numbers, chart=Chart.BARS)


def _sealed(figures: Mapping[str, Any]) -> tuple[str, str]:
    # A digest that was made before they were counted says nothing of them.
    count = figures.get("sealed")
    told = WITHHELD if count is None else f"at least {count}"
    return "Unresolved, not shown above", told


_GROUPED = {
    "By status": ("by_status", None),
    "By agency": ("by_agency", Chart.BARS),
    "By severity": ("by_severity", Chart.BARS),
    "By age in business days": ("by_age", Chart.BARS),
}
_BEFORE_MOVEMENTS = 2


def _groups(
    by: str, now: Mapping[str, int], before: Mapping[str, int] | None, words: Words
) -> tuple[Cells, ...]:
    then = before or {}
    keys = {key for key in (*now, *then) if key != "unknown" or now.get(key) or then.get(key)}
    return tuple(
        (
            _label(key, by, words),
            *_pair(now.get(key, 0), None if before is None else then.get(key, 0)),
        )
        for key in sorted(keys, key=lambda key: (_ORDER.get(key, 0), key))
    )


_ORDER = {
    key: number
    for names in (
        ("critical", "high", "medium", "low"),
        ("open", "in_progress", "on_hold", "tabled"),
        ("0 to 5", "6 to 10", "11 to 20", "21 to 30", "31 to 45", "over 45", "unknown"),
    )
    for number, key in enumerate(names)
}
"""Canonical JSON has keys by their letters; here they stand in the order of their kind."""


def _label(key: str, by: str, words: Words) -> str:
    if by == "by_agency":
        return words.title("agencies", key)
    return key if by == "by_age" else word(key)


def _pair(now: int, before: int | None) -> Cells:
    return (str(now), NONE if before is None else str(before))


def _compared(
    caption: str, what: str, rows: tuple[Cells, ...], chart: Chart | None = None
) -> Table:
    return Table(caption, (what, "Now", "Then"), rows, frozenset({1, 2}), chart=chart)

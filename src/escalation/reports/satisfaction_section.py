"""What people answered, as sections of a scorecard's page."""

from collections.abc import Iterable, Mapping
from typing import Any

from escalation.digests.measures import Unit
from escalation.digests.suppression import WITHHELD
from escalation.digests.survey_measures import SURVEYED
from escalation.reports.layout import NONE, Document, Section, Table, word

_ABOUT = f"Of surveys after resolution and periodic ones. What {WITHHELD} have said is withheld."
_NEEDED = frozenset({"response_rate", "satisfaction", "satisfied"})
"""What there is none of where nobody answered, and what is withheld where few did."""


def satisfied(document: Document) -> Section:
    """How satisfied people are: in both periods, by each step, and by each dimension."""
    now, before = (document["satisfaction"][when]["all"] for when in ("now", "before"))
    compared = tuple(
        (each.title, answered_of(each.id, now), answered_of(each.id, before))
        for each in SURVEYED.values()
    )
    steps = tuple(
        (step, str(many), NONE if before["distribution"] is None else _step(before, step))
        for step, many in (now["distribution"] or {}).items()
    )
    numbers = frozenset({1, 2})
    tables = [Table("What people answered", ("Measure", "Now", "Then"), compared, numbers)]
    if steps:
        caption = "Ratings by step, from 1 (the worst) to 5"
        tables.append(Table(caption, ("Step", "Now", "Then"), steps, numbers))
    by = document["satisfaction"]["now"]["by"]
    tables += [_of_codes(document, name, lines) for name, lines in by.items() if _any(lines)]
    return Section("satisfaction", "What people say", _ABOUT, tuple(tables))


def satisfied_beside(document: Document) -> Section:
    """The same of providers, and clusters, beside each other."""
    found = document["satisfaction_beside"]
    tables = tuple(_of_codes(document, name, lines) for name, lines in found.items() if _any(lines))
    empty = f"Nobody was asked, or {WITHHELD} of each have answered."
    return Section("satisfaction-beside", "What people say of each", _ABOUT, tables, empty)


def _any(lines: Iterable[Mapping[str, Any]]) -> bool:
    return any(each["code"] is not None for each in lines)


def _of_codes(document: Document, by: str, lines: Iterable[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (_title(document, by, each["code"]), *(answered_of(name, each) for name in SURVEYED))
        for each in lines
    )
    name = {"ola": "agreement"}.get(by, by)
    columns = (word(name), *(each.title for each in SURVEYED.values()))
    caption = f"What people say by {name}"
    return Table(caption, columns, rows, frozenset(range(1, len(columns))))


def answered_of(name: str, figures: Mapping[str, Any]) -> str:
    """What a measure of surveys came to, or that it is withheld."""
    value = figures[name]
    if value is None:
        few = figures["ratings"] is None or figures["surveys_returned"] is None
        return WITHHELD if few or name not in _NEEDED else NONE
    return f"{value}%" if SURVEYED[name].unit is Unit.PERCENT else str(value)


def _step(figures: Mapping[str, Any], step: str) -> str:
    return str(figures["distribution"][step])


def _title(document: Document, by: str, code: str | None) -> str:
    if code is None:
        return NONE
    return str(document["titles"].get(by, {}).get(code, word(code)))

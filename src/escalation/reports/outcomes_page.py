"""Outcomes for planning as a page: totals, the outcomes one by one, actions of training."""

from collections.abc import Iterable, Mapping
from typing import Any

from escalation.reports.layout import NONE, Cells, Document, Local, Section, Table, word
from escalation.reports.pages import Page

_COLUMNS = (
    "Reference", "Issue", "Resolved", "Agency", "Provider", "Function", "Layer", "Key strategies",
    "Plan", "Cycle", "Cause", "Outcome", "Remedy", "Cost effect", "Further action", "Decision",
    "Stands",
)  # fmt: skip


def outcomes_page(document: Document) -> Page:
    """The page of outcomes, or of what training is planned from."""
    local = Local(document["zone"])
    period = f"after {local.moment(document['since'])}, to {local.moment(document['as_at'])}"
    sections = [_totals(document), _outcomes(document, local)]
    if "actions" in document:
        sections.append(_actions(document["actions"]))
    return Page(
        kind="Outcomes",
        title=document["title"],
        facts=(
            ("Period", period),
            ("Known at", local.moment(document["known_at"])),
            ("Times are those of", document["zone"]),
        ),
        sections=tuple(sections),
        footer=document["title"],
    )


def _totals(document: Document) -> Section:
    found = document["totals"]
    names = {"outcomes": "Outcomes", "standing": "Standing", "further_action": "Further action"}
    overall = tuple((title, str(found[name])) for name, title in names.items())
    tables = [Table("In all", ("Outcomes", "Count"), overall, frozenset({1}))]
    tables += [
        Table(
            f"By {name}",
            (word(name), "Count"),
            tuple((_title(document, name, each["code"]), str(each["count"])) for each in counts),
            frozenset({1}),
        )
        for name, counts in found["by"].items()
        if counts
    ]
    about = (
        "An outcome stands until it is disputed or replaced, or the issue is reopened or withdrawn."
    )
    return Section("totals", "Totals", about, tuple(tables))


def _outcomes(document: Document, local: Local) -> Section:
    rows = tuple(_row(document, each, local) for each in document["outcomes"])
    tables = (Table("Outcomes, the first first.", _COLUMNS, rows),) if rows else ()
    about = "What each issue came to: its cause, remedy and cost, and the plan that it feeds."
    return Section("outcomes", "Outcomes", about, tables, "Nothing was resolved in the period.")


def _row(document: Document, each: Mapping[str, Any], local: Local) -> Cells:
    further = each["further_action"]
    return (
        each["reference"],
        each["title"],
        local.moment(each["at"]),
        *(_title(document, name, each[name]) for name in ("agency", "provider", "function")),
        word(each["layer"]),
        each["key_strategies"] or NONE,
        each["plan"] or NONE,
        word(each["cycle"]) if each["cycle"] else NONE,
        _title(document, "cause", each["cause"]),
        each["summary"] or NONE,
        each["remedy"] or NONE,
        each["cost_effect"] or NONE,
        further if isinstance(further, str) else ("Yes" if further else "No"),
        each["decision"] or NONE,
        "Yes" if each["stands"] else "No",
    )


def _actions(actions: Iterable[Mapping[str, Any]]) -> Section:
    rows = tuple(
        (
            each["text"],
            each["owner"],
            each["due_on"] or NONE,
            each["plan"] or NONE,
            "Done" if each["done"] else "Open",
        )
        for each in actions
    )
    columns = ("Action", "Owner", "Due", "Plan", "State")
    tables = (Table("Actions that train people.", columns, rows),) if rows else ()
    return Section("training", "Training", "What forums asked for.", tables, "No action trains.")


def _title(document: Document, by: str, code: str | None) -> str:
    if code is None:
        return NONE
    return str(document["titles"].get(by, {}).get(code, code if by == "plan" else word(code)))

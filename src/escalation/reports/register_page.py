"""The registers of actions and of decisions as pages: the rows of their lists, every one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from escalation.reports.layout import NONE, Section, Table
from escalation.reports.pages import Page

Row = Mapping[str, Any]
_Cell = Callable[[Row], object]


def actions_page(rows: Iterable[Row], at: str) -> Page:
    """Actions as their list tells them, looked up ``at`` an instant (RFC 3339)."""
    about = "What forums have asked of people, what is due first first."
    return _page("actions", "Register of actions", about, (_ACTIONS, rows), at)


def decisions_page(rows: Iterable[Row], at: str) -> Page:
    """Decisions as their list tells them, looked up ``at`` an instant (RFC 3339)."""
    about = "What forums have decided, the newest first."
    return _page("decisions", "Register of decisions", about, (_DECISIONS, rows), at)


def _page(
    name: str, title: str, about: str, told: tuple[Mapping[str, _Cell], Iterable[Row]], at: str
) -> Page:
    columns, rows = told
    cells = tuple(tuple(_said(cell(row)) for cell in columns.values()) for row in rows)
    table = Table(f"{title}.", tuple(columns), cells)
    section = Section(f"register-of-{name}", title, about, (table,) if cells else (), "None fits.")
    return Page(
        kind="Register",
        title=title,
        facts=(("As at", at), ("Rows", str(len(cells))), ("Times are those of", "UTC")),
        sections=(section,),
        footer=title,
    )


def _said(value: object) -> str:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def _of(name: str) -> _Cell:
    return lambda row: row[name]


def _asked(row: Row) -> str:
    """Each action that a decision asks for, with who is to do it by when."""
    return "; ".join(
        f"{each['text']} ({each['owner']}, {_due(each)}{', done' if each['done'] else ''})"
        for each in row["actions"]
    )


def _due(action: Row) -> str:
    return "no date" if action["due_on"] is None else f"by {action['due_on']}"


_ACTIONS: Mapping[str, _Cell] = {
    "Action": _of("text"),
    "Owner": _of("owner"),
    "Due": _of("due_on"),
    "Done": _of("done"),
    "Done at": _of("done_at"),
    "Done by": _of("done_by"),
    "Note": _of("note"),
    "Kind": _of("kind"),
    "Plan": _of("plan"),
    "Theme": _of("theme"),
    "Forum": _of("forum"),
    "Meeting": _of("meeting"),
    "Decision": lambda row: row["decision"]["number"],
    "On": _of("subject"),
    "Asked for at": _of("made_at"),
    "Id": _of("id"),
}
_DECISIONS: Mapping[str, _Cell] = {
    "Number": _of("number"),
    "Decided at": _of("decided_at"),
    "Forum": _of("forum"),
    "Meeting": _of("meeting"),
    "Kind": _of("kind"),
    "Reference": _of("reference"),
    "Title": _of("title"),
    "Decision": _of("text"),
    "Reasons": _of("reasons"),
    "Conditions": _of("conditions"),
    "Effect": _of("effect"),
    "Mover": _of("mover"),
    "Agreed between meetings": lambda row: "; ".join(row["assents"]),
    "Kept out": lambda row: "; ".join(each["person"] for each in row["recused"]),
    "Actions": _asked,
    "On": _of("subject"),
    "Id": _of("id"),
}

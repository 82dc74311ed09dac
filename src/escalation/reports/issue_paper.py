"""An issue paper laid out: what a body needs to decide one issue, on an agenda or as an annex."""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.reports.layout import NONE, Cells, Document, Local, Section, Table, word

_STANCES = {
    "proposes": "Proposes",
    "agrees": "Agrees to the proposal",
    "dissents": "Dissents",
    "disputes": "Disputes the outcome",
}
_FOR = {
    "acknowledge": "To acknowledge",
    "rung": "To settle it or send it on",
    "forum": "To decide it and record that",
    "out_of_session": "To decide it between meetings",
    "overall": "To resolve it, from receipt",
    "inform": "To tell the raiser how it stands",
    "hold": "The hold",
    "review": "To dispute the outcome",
    "advice": "To give advice",
    "remind": "To be reminded of it",
    "statutory": "By law",
}
"""What each kind of clock gives time for."""
_SIDES = ("provider", "agency")
Named = Callable[[str], str]


def sections(document: Document, local: Local) -> tuple[Section, ...]:
    """A paper's two sections: the issue with its history and clocks, and the two sides."""
    issue = document["issue"]
    name, title = issue["reference"].lower(), f"{issue['reference']}: {issue['title']}"
    about = f"{issue['description'] or 'Nothing more was said.'}"
    told = (history(document, local), clocks(document, local), *decisions(document, local))
    return (
        Section(f"{name}-history", title, about, tuple(each for each in told if each.rows)),
        Section(
            f"{name}-positions",
            f"{issue['reference']}: the two sides",
            "What the provider and the agency hold, each in its own words.",
            positions(document, local),
            "Neither side has stated a position.",
        ),
    )


def history(document: Document, local: Local, named: Named = word) -> Table:
    """What happened; ``named`` says a rung by its code."""
    rows = tuple(
        (local.moment(entry["at"]), word(entry["what"]), _in_brief(entry, local, named))
        for entry in document["history"]
    )
    return Table("History in brief", ("When", "What", "In brief"), rows)


def clocks(document: Document, local: Local, named: Named = word) -> Table:
    """Which times are agreed, and how they stand."""
    rows = tuple(
        (
            _FOR[clock["kind"]] + (f", {named(clock['rung'])}" if clock.get("rung") else ""),
            clock["budget"] or NONE,
            local.moment(clock["due_at"]),
            _state(clock),
        )
        for clock in document["clocks"]
    )
    return Table("Agreed times", ("For what", "Agreed time", "Due", "State"), rows)


def decisions(document: Document, local: Local) -> tuple[Table, ...]:
    """What was decided on it before, where anything was."""
    rows = tuple(
        (made["number"] or made["id"], local.moment(made["decided_at"]), _decided(made))
        for made in document["decisions"]
    )
    return (Table("Decisions so far", ("Number", "When", "Decision"), rows),) if rows else ()


def _in_brief(entry: Mapping[str, Any], local: Local, named: Named) -> str:
    way = [named(entry[end]) for end in ("from", "to") if entry.get(end)]
    parts = [" to ".join(way)] if way else []
    parts += [f"for {local.day(entry['meeting_at'])}"] if entry.get("meeting_at") else []
    parts += [entry["says"]] if entry["says"] else []
    parts += [f"{entry['left_out']} more entries follow here"] if "left_out" in entry else []
    return ": ".join(parts) or NONE


def _state(clock: Mapping[str, Any]) -> str:
    if not clock["past_target"]:
        return word(clock["state"])
    return "Past target" if clock.get("times", 1) == 1 else f"Past target {clock['times']} times"


def _decided(made: Mapping[str, Any]) -> str:
    conditions = made.get("conditions")
    return f"{made['text']} Conditions: {conditions}" if conditions else str(made["text"])


def positions(document: Document, local: Local) -> tuple[Table, ...]:
    """What each side said; a side that has said nothing is told so beside one that has."""
    rows: list[Cells] = [
        (word(each["side"]), local.moment(each["at"]), _who(each), _said(each))
        for each in document["positions"]
    ]
    if not rows:
        return ()
    spoken = {each["side"] for each in document["positions"]}
    silent = [side for side in _SIDES if side not in spoken]
    rows += [(word(side), NONE, NONE, "No position stated") for side in silent]
    return (Table("Positions", ("Side", "When", "Who", "What"), tuple(rows)),)


def _who(position: Mapping[str, Any]) -> str:
    """The role that spoke, and by whom."""
    seat, person = position["seat"], position["person"]
    return f"{word(seat)} ({person})" if seat else str(person)


def _said(position: Mapping[str, Any]) -> str:
    stance = _STANCES.get(position["stance"], word(position["stance"]))
    return f"{stance}: {position['says']}" if position["says"] else stance

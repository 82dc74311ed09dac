"""A page for people: a heading, facts and sections, in no format yet.

What a forum works with (agendas, issue papers, minutes) is laid out as one of these; HTML and
Markdown say the same, for both are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from escalation.reports import issue_paper
from escalation.reports.layout import NONE, Document, Local, Section, Table, word


@dataclass(frozen=True, slots=True)
class Page:
    """A page; ``kind`` stands over the title, ``footer`` under everything.

    ``marking`` is the protective marking at its head and foot, if it bears one.
    """

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str
    marking: str = ""

    @property
    def name(self) -> str:
        """What the file is called by programs: its title and, in the line, its kind."""
        return f"{self.title}: {self.kind[:1].lower()}{self.kind[1:]}"


def agenda(document: Document) -> Page:
    """What is before a meeting, section by section, with a paper for each issue."""
    local, meeting = Local(document["zone"]), document["meeting"]
    sections = [
        Section(
            f"section-{number}",
            section["title"],
            "Exhausted issues first, then the oldest, and of the same age the worst.",
            (_items("Items of this section", section["items"], local),),
        )
        for number, section in enumerate(document["sections"], start=1)
    ]
    papers = [part for each in document["papers"] for part in issue_paper.sections(each, local)]
    return Page(
        kind="Agenda",
        title=meeting["forum"]["title"],
        facts=(
            *_when(document, local),
            ("Agenda closes", local.moment(meeting["cutoff_at"])),
            ("Papers by", local.moment(document["papers_by"])),
            ("Quorum", f"{meeting['quorum']} voting seats"),
        ),
        sections=(*(sections or [_nothing()]), *papers, *_agreed(document)),
        footer=f"Agenda of {meeting['forum']['title']}, meeting {meeting['id']}.",
        marking=document["marking"] or "",
    )


_AGREED = {
    "issue_resolution": "How issues are resolved",
    "monitoring": "How progress is reviewed",
    "principles": "Principle",
    "expectations": "Expectation of one another",
    "known_obstacles": "Known obstacle",
}


def _agreed(document: Document) -> tuple[Section, ...]:
    """What the partners of the cluster have agreed on how they work together."""
    terms = document["terms"]
    if terms is None:
        return ()
    rows = tuple(
        (word, text)
        for name, word in _AGREED.items()
        for text in ([terms[name]] if isinstance(terms[name], str) else terms[name] or ())
    )
    table = Table("What the partners have agreed", ("What", "In their words"), rows)
    about = "How the partners of the cluster have agreed to work together; not legally binding."
    return (Section("terms", terms["title"], about, (table,)),)


def _nothing() -> Section:
    return Section("items", "Items", "What is before this meeting.", (), "Nothing is tabled yet.")


def paper(document: Document) -> Page:
    """One issue as a forum is to decide it."""
    local, issue = Local(document["zone"]), document["issue"]
    return Page(
        kind="Issue paper",
        title=f"{issue['reference']}: {issue['title']}",
        facts=_about(document, local),
        sections=(*issue_paper.sections(document, local), *_agreed(document)),
        footer=f"Issue paper of {issue['reference']}, as at {local.moment(document['as_at'])}.",
        marking=document["marking"] or "",
    )


def minutes(document: Document) -> Page:
    """What a meeting came to, drawn from its decisions."""
    local, meeting = Local(document["zone"]), document["meeting"]
    confirmed = meeting["minutes_confirmed"]
    state = "not confirmed yet"
    if confirmed is not None:
        state = f"confirmed {local.moment(confirmed['at'])}, at meeting {confirmed['meeting']}"
    return Page(
        kind="Minutes",
        title=meeting["forum"]["title"],
        facts=(
            *_when(document, local),
            ("Status", word(meeting["status"])),
            ("Quorum", _quorum(meeting)),
            ("Minutes", state),
        ),
        sections=(
            _attendance(document),
            _outcomes(document, local),
            _decisions(document, local),
            _actions(document),
        ),
        footer=f"Minutes of {meeting['forum']['title']}, meeting {meeting['id']}.",
        marking=document["marking"] or "",
    )


def _when(document: Document, local: Local) -> tuple[tuple[str, str], ...]:
    meeting = document["meeting"]
    return (
        ("Begins", local.moment(meeting["starts_at"])),
        ("Ends", local.moment(meeting["ends_at"])),
        ("Place", meeting["place"] or NONE),
        ("Times are those of", document["zone"]),
    )


def _quorum(meeting: Mapping[str, Any]) -> str:
    filled = meeting["voting_seats_filled"]
    there = "attendance not taken" if filled is None else f"{filled} filled"
    return f"{meeting['quorum']} voting seats; {there}"


def _items(caption: str, items: list[dict[str, Any]], local: Local) -> Table:
    columns = ("Item", "Title", "Kind", "Severity", "Tabled", "Carried over", "Decision sought")
    rows = tuple(
        (
            item["reference"],
            item["title"],
            word(item["kind"]) + (", late" if item["late"] else ""),
            word(item["severity"]) if item["severity"] else NONE,
            local.moment(item["tabled_at"]),
            str(item["carried_over"]),
            item["sought"] or NONE,
        )
        for item in items
    )
    return Table(caption, columns, rows, frozenset({5}))


def _about(document: Document, local: Local) -> tuple[tuple[str, str], ...]:
    issue, meeting = document["issue"], document["meeting"]
    return (
        ("Agency", issue["agency"]),
        ("Provider", issue["provider"]),
        ("Severity", word(issue["severity"])),
        ("Status", word(issue["status"])),
        ("Received", local.moment(issue["received_at"])),
        ("Stands at", document["rung"]),
        ("Tabled for", local.moment(meeting["starts_at"] if meeting else None)),
        ("Decision sought", document["sought"] or NONE),
        ("Times are those of", document["zone"]),
    )


def _attendance(document: Document) -> Section:
    present = tuple(
        (each["name"], word(each["as"]), each["seat"] or NONE, each["authority"] or NONE)
        for each in document["attendance"]
    )
    apologies = tuple((name,) for name in document["apologies"])
    recused = tuple((each["name"], each["item"], each["reason"]) for each in document["recusals"])
    tables = (
        Table("Present", ("Who", "As", "Seat", "By authority of"), present),
        Table("Apologies", ("Who",), apologies),
        Table("Kept out of an item", ("Who", "Item", "Why"), recused),
    )
    return Section(
        "attendance",
        "Attendance",
        "Members and their proxies vote; invitees and observers do not.",
        tuple(table for table in tables if table.rows),
        "The attendance has not been taken.",
    )


def _outcomes(document: Document, local: Local) -> Section:
    rows = tuple(
        (
            item["reference"],
            item["title"],
            word(item["outcome"]) if item["outcome"] else "Open",
            item["remark"] or NONE,
            local.moment(item["left_at"]),
        )
        for item in document["items"]
    )
    columns = ("Item", "Title", "Outcome", "Remark", "When")
    tables = (Table("Items and how they left", columns, rows),) if rows else ()
    about = "Each item that was before the meeting, and what became of it."
    return Section("items", "Items", about, tables, "Nothing was before this meeting.")


def _decisions(document: Document, local: Local) -> Section:
    rows = tuple(
        (
            made["number"] or made["id"],
            made["item"],
            made["text"],
            made["reasons"] or NONE,
            made["conditions"] or NONE,
            made["mover"] or NONE,
            word(made["effect"]),
            local.moment(made["decided_at"]),
        )
        for made in document["decisions"]
    )
    columns = ("Number", "Item", "Decision", "Reasons", "Conditions", "Mover", "Effect", "When")
    tables = (Table("Decisions", columns, rows),) if rows else ()
    about = "Numbered by forum and year, without gaps."
    return Section("decisions", "Decisions", about, tables, "Nothing was decided.")


def _actions(document: Document) -> Section:
    rows = tuple(
        (
            action["text"],
            action["owner_name"],
            action["due_on"] or NONE,
            "Done" if action["done"] else "Open",
        )
        for made in document["decisions"]
        for action in made["actions"]
    )
    tables = (Table("Actions", ("What", "Who", "By", "State"), rows),) if rows else ()
    about = "What these decisions ask of people."
    return Section("actions", "Actions", about, tables, "Nothing was asked of anybody.")

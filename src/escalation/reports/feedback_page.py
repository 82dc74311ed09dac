"""The compliment report as a page: what HTML, Markdown and CSV of it are made from."""

from collections.abc import Mapping
from typing import Any

from escalation.reports.layout import NONE, Cells, Document, Local, Section, Table, word
from escalation.reports.pages import Page

_BY = ("party", "function", "region", "channel", "key_result_area", "theme")


def compliments(document: Document) -> Page:
    """Teams and what was said of them, told in the order of their codes."""
    local = Local(document["zone"])
    facts = (
        ("Period", f"after {local.moment(document['since'])}"),
        ("To", local.moment(document["as_at"])),
        ("Known at", local.moment(document["known_at"])),
        ("Times are those of", document["zone"]),
        *((word(name), _title(document, name, code)) for name, code in document["of"].items()),
        ("Compliments", str(document["compliments"])),
    )
    return Page(
        kind="Compliment report",
        title=document["title"],
        facts=facts,
        sections=(_teams(document), _by(document), _quotes(document, local)),
        footer="Of teams, never of people; only what its giver lets be quoted is quoted.",
    )


def _teams(document: Document) -> Section:
    rows = tuple(
        (
            *(_title(document, name, each[name]) for name in ("party", "function", "region")),
            str(each["compliments"]),
        )
        for each in document["teams"]
    )
    table = Table("Teams", ("Party", "Function", "Region", "Compliments"), rows, frozenset({3}))
    about = "A team is a party with its function and region. Nothing is ranked."
    return Section("teams", "Teams", about, (table,) if rows else (), "Nothing was said.")


def _by(document: Document) -> Section:
    tables = tuple(_counted(document, name) for name in _BY if _any(document["by"][name]))
    about = "The same compliments, told apart in other ways; one may have several themes."
    return Section("by", "What they are about", about, tables, "Nothing was said.")


def _any(lines: list[Mapping[str, Any]]) -> bool:
    return any(each["code"] is not None for each in lines)


def _counted(document: Document, name: str) -> Table:
    rows: tuple[Cells, ...] = tuple(
        (_title(document, name, each["code"]), str(each["compliments"]))
        for each in document["by"][name]
    )
    return Table(f"By {word(name).lower()}", (word(name), "Compliments"), rows, frozenset({1}))


def _quotes(document: Document, local: Local) -> Section:
    rows = tuple(
        (
            each["reference"],
            local.moment(each["received_at"]),
            each["text"],
            each["name"] or "Without a name",
            _title(document, "party", each["party"]),
            _title(document, "function", each["function"]),
            _title(document, "region", each["region"]),
        )
        for each in document["quotes"]
    )
    columns = ("Reference", "Received", "Words", "By", "Party", "Function", "Region")
    left = document["quotes_in_all"] - len(rows)
    more = f" {left} older ones are not shown." if left else ""
    about = f"Words that whoever said them lets be quoted.{more}"
    tables = (Table("Quotes", columns, rows),) if rows else ()
    return Section("quotes", "In their words", about, tables, "Nothing may be quoted.")


def _title(document: Document, by: str, code: str | None) -> str:
    if code is None:
        return NONE
    if by == "theme":
        return code
    return str(document["titles"].get(by, {}).get(code, word(code)))

"""A digest as Markdown: what people typed stays text, whatever it looks like."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from escalation.reports import layout
from escalation.reports.heading import Heading
from escalation.reports.layout import Section, Table

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """The whole document, in UTF-8."""
    return ("\n".join(_lines(document, heading)) + "\n").encode()


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line: marks, pipes, markup, links, line ends."""
    return _MEANS_SOMETHING.sub(r"\\\1", _SPACE.sub(" ", text).strip())


def _lines(document: Mapping[str, Any], heading: Heading) -> Iterator[str]:
    yield f"# {escaped(document['forum']['title'])}: digest"
    yield ""
    for name, value in layout.facts(document, heading.number, heading.content_hash):
        yield f"- **{escaped(name)}**: {escaped(value)}"
    for section in layout.sections(document):
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {escaped(section.title)}", "", escaped(section.about))
    for table in section.tables:
        yield from _table(table)
    if section.empty and (not section.tables or section.id == "since"):
        yield from ("", escaped(section.empty))


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"**{escaped(table.caption)}**", "")
    yield _row(table.columns)
    rules = ("---:" if n in table.numbers else "---" for n in range(len(table.columns)))
    yield f"| {' | '.join(rules)} |"
    for cells in table.rows:
        yield _row(cells)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"

"""A digest as Markdown: what people typed stays text, whatever it looks like."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Section, Table
from escalation.reports.pages import Page

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """A digest's document, in UTF-8."""
    laid_out = kept_page(document, heading)
    return _written(
        f"{laid_out.title}: {laid_out.kind.partition(' ')[0].lower()}",
        laid_out.facts,
        laid_out.sections,
    )


def page(laid_out: Page) -> bytes:
    """Any page, in UTF-8."""
    title = f"{laid_out.title}: {laid_out.kind.lower()}"
    marked = (("Marking", laid_out.marking),) if laid_out.marking else ()
    return _written(title, (*marked, *laid_out.facts), laid_out.sections)


def _written(
    title: str, facts: tuple[tuple[str, str], ...], sections: tuple[Section, ...]
) -> bytes:
    return ("\n".join(_lines(title, facts, sections)) + "\n").encode()


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line: marks, pipes, markup, links, line ends."""
    return _MEANS_SOMETHING.sub(r"\\\1", _SPACE.sub(" ", text).strip())


def _lines(
    title: str, facts: tuple[tuple[str, str], ...], sections: tuple[Section, ...]
) -> Iterator[str]:
    yield f"# {escaped(title)}"
    yield ""
    for name, value in facts:
        yield f"- **{escaped(name)}**: {escaped(value)}"
    for section in sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    heading = f"#{'#' * section.level} {escaped(section.title)}"
    yield from ("", heading, "", escaped(section.about))
    for table in section.tables:
        yield from _table(table)
    if section.said_of_none:
        yield from ("", escaped(section.said_of_none))


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"**{escaped(table.caption)}**", "")
    yield _row(table.columns)
    rules = ("---:" if n in table.numbers else "---" for n in range(len(table.columns)))
    yield f"| {' | '.join(rules)} |"
    for cells in table.rows:
        yield _row(cells)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"

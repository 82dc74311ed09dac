"""The sections of a digest's paper, one to a file, in the order in which a chair reads them."""

from escalation.reports import log_section
from escalation.reports.layout import Document, Section, Words
from escalation.reports.sections import (
    actions,
    annexes,
    at_rung,
    benchmark,
    brief,
    coming,
    decided,
    figures,
    high_level,
    performance,
    since,
    sought,
    themes,
    trend,
)


def sections(document: Document) -> tuple[Section, ...]:
    """The whole of it."""
    words = Words(document)
    return (
        brief.section(document, words),
        *sought.sections(document, words),
        *log_section.sections(document),
        figures.section(document, words),
        *trend.sections(document, words),
        at_rung.section(document, words),
        coming.section(document, words),
        high_level.section(document, words),
        since.section(document, words),
        *decided.sections(document, words),
        actions.section(document, words),
        *themes.sections(document, words),
        *performance.sections(document, words),
        *benchmark.sections(document, words),
        *annexes.sections(document, words),
    )

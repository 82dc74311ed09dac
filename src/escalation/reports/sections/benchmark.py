"""The benchmark in a partnering forum's paper, and the dictionary of whatever a paper measures.

Source: the framework's "benchmark against other clusters and identify and agree on future
priorities".
"""

from dataclasses import replace

from escalation.reports import scorecard_page
from escalation.reports.layout import Document, Section, Words


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """Nothing of a forum that compares nobody; the dictionary where anything is measured."""
    card = document.get("benchmark")
    found = () if card is None else (_compared(card, words),)
    measured = card is not None or "scorecard" in document
    return (*found, scorecard_page.dictionary()) if measured else found


def _compared(card: Document, words: Words) -> Section:
    section = scorecard_page.benchmark(card)
    period = f"{words.moment(card['since'])} to {words.moment(card['as_at'])}"
    return replace(section, about=f"From {period}. {section.about}", part=True)

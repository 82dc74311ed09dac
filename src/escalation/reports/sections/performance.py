"""The scorecard in a governing board's paper: how what it oversees performed in the period.

Source: the framework's "monitors the overall performance of the shared service provider".
"""

from dataclasses import replace

from escalation.reports import scorecard_page
from escalation.reports.layout import Document, Section, Words


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """Nothing of a forum that oversees nobody."""
    card = document.get("scorecard")
    if card is None:
        return ()
    figures = scorecard_page.figures(card, words)
    planned = scorecard_page.planned(card, card["planned"])
    about = f"{card['title']}. {figures.about}"
    return (
        replace(figures, id="scorecard", title="Scorecard", about=about, part=True),
        replace(planned, id="scorecard-planned", level=2),
    )

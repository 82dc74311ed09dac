"""Themes that might be, from the words of the issues that the caller may see."""

from typing import Any

from escalation.digests import suggestions
from escalation.digests.suggestions import Suggestion
from escalation.services.reading.reader import Look
from escalation.services.reading.themes import STRETCHES, ThemeQuestion, edges, periods_of
from escalation.services.views import told
from escalation.store import mentions, themes


def suggested(look: Look, question: ThemeQuestion) -> dict[str, Any]:
    """Words that came up more in a period than in some as long before it, and in which issues.

    Sealed issues never take part, and nothing follows by itself.

    Raises:
        Invalid: the period cannot be.
    """
    both, known_at = periods_of(look, question)
    begin = edges(both, look.directory.zone, STRETCHES + 1)[-1]
    register = themes.standing(look.connection, both.until, known_at)
    now, before = (
        mentions.texts(
            look.connection,
            mentions.Asked(since=since, until=until, known_at=known_at, viewer=look.viewer),
        )
        for since, until in ((both.since, both.until), (begin, both.since))
    )
    known = [word for theme in register for word in theme.known_by]
    return {
        "since": told(both.since),
        "as_at": told(both.until),
        "known_at": told(known_at),
        "before_since": told(begin),
        "issues": {"now": len(now), "before": len(before)},
        "suggestions": [_view(each) for each in suggestions.suggested(now, before, known)],
    }


def _view(found: Suggestion) -> dict[str, Any]:
    return {
        "words": list(found.words),
        "score": found.score,
        "now": found.now,
        "before": found.before,
        "issues": [
            {"id": each.id, "reference": each.reference, "title": each.title}
            for each in found.issues
        ],
    }

"""What moved at the forum since its last meeting."""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.reports.layout import Document, Section, Table, Words, word

MOVED: Mapping[str, tuple[str, str]] = {
    "new": ("New at this forum", "No issue came to this forum."),
    "climbed": ("Climbed from it", "No issue climbed from this forum."),
    "resolved": ("Resolved at it", "No issue was resolved here."),
    "referred_back": ("Referred back", "No issue was referred back."),
    "carried_over": ("Carried over", "No item was deferred to a later meeting."),
    "not_reached": ("Not reached", "Every item of a meeting was reached."),
    "ended": ("Withdrawn or closed", "No issue was withdrawn or closed here."),
    "moved_away": ("Moved to another body", "No issue was moved to another body."),
}

_ALWAYS = ("Reference", "Issue", "Agency", "Severity", "When")
_TOLD: Mapping[str, Callable[[Mapping[str, Any], Words], str]] = {
    "From": lambda item, words: words.title("rungs", item["from_rung"]),
    "To": lambda item, words: words.title("rungs", item["to_rung"]),
    "Tabled for": lambda item, words: words.day(item["meeting_at"]),
}
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "new": ("From", "Tabled for"),
    "climbed": ("To", "Tabled for"),
    "resolved": (),
    "referred_back": ("To", "Tabled for"),
    "carried_over": ("Tabled for",),
    "not_reached": ("Tabled for",),
    "ended": (),
    "moved_away": ("To", "Tabled for"),
}
"""What a movement tells besides: not the forum itself, which the paper is of."""


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    moved = document["sections"]["since"]
    tables, empty = [], []
    for kind, (title, none) in MOVED.items():
        rows = tuple(
            (
                item["reference"],
                item["title"],
                words.title("agencies", item["agency"]),
                word(item["severity"]),
                words.moment(item["at"]),
                *(_TOLD[column](item, words) for column in _BESIDE[kind]),
            )
            for item in moved[kind]
        )
        if rows:
            tables.append(Table(title, (*_ALWAYS, *_BESIDE[kind]), rows))
        else:
            empty.append(none)
    since = document["since"]
    when = "the beginning" if since is None else words.moment(since)
    about = f"What happened after {when}, up to {words.moment(document['as_at'])}."
    return Section("since", "Since the last meeting", about, tuple(tables), " ".join(empty))

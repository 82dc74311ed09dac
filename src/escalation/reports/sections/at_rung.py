"""What stands unresolved before the forum."""

from escalation.reports.layout import Document, Section, Table, Words, days
from escalation.reports.sections import issues


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    items = document["sections"]["at_rung"]
    rows = tuple(
        (
            *issues.cells(item, words),
            days(item["age_business_days"]),
            words.day(item["entered_at"]),
            str(item["carried_over"]),
            words.day(item["meeting"] and item["meeting"]["starts_at"]),
            words.moment(item["due_at"]),
        )
        for item in items
    )
    columns = (*issues.COLUMNS, "Age", "Here since", "Carried over", "Tabled for", "Due")
    marked = frozenset(n for n, i in enumerate(items) if i["exhausted_at"] or i["past_target"])
    caption = "Unresolved at this forum. Age is in business days since receipt."
    table = Table(caption, columns, rows, frozenset({6, 8}), marked)
    return Section(
        "at-rung",
        "Unresolved at this forum",
        "Exhausted issues first, then those past target; among these the oldest, and of the same "
        "age the worst.",
        (table,) if rows else (),
        "No issue stands unresolved at this forum.",
    )

"""What is reported up to the forum, or high-level within its area."""

from escalation.reports.layout import Document, Section, Table, Words, days
from escalation.reports.sections import issues

_BECAUSE = {
    "reported_up_here": "reported up to this forum",
    "reported_up": "reported up",
    "severity": "severity",
    "corporate_layer": "on a corporate rung",
}


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    rows = tuple(
        (
            *issues.cells(item, words),
            words.title("rungs", item["rung"]),
            days(item["age_business_days"]),
            ", ".join(_BECAUSE[why] for why in item["because"]),
        )
        for item in document["sections"]["high_level"]
    )
    caption = "Reported up to this forum, or high-level within its area. Age in business days."
    columns = (*issues.COLUMNS, "Now at", "Age", "Shown because")
    return Section(
        "high-level",
        "Reported up, and high-level elsewhere",
        "Not this forum's to decide. High-level is severity high or above, a corporate rung, or "
        "reported up.",
        (Table(caption, columns, rows, frozenset({7})),) if rows else (),
        "No issue elsewhere is reported up or high-level.",
    )

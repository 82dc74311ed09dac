"""What comes to the forum before its next agenda closes, if nobody acts."""

from escalation.reports.layout import Document, Section, Table, Words
from escalation.reports.sections import issues


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    meeting = document["meetings"]["open"]
    rows = tuple(
        (
            *issues.cells(item, words),
            words.title("rungs", item["rung"]),
            words.moment(item["due_at"]),
            words.moment(item["arrives_at"]),
        )
        for item in document["sections"]["coming"]
    )
    columns = (*issues.COLUMNS, "Now at", "Due there", "Comes here")
    about = "No meeting is foreseen for which an issue could be tabled."
    if meeting is not None:
        starts, closes = words.day(meeting["starts_at"]), words.moment(meeting["agenda_closes_at"])
        about = (
            "Unresolved below, and here if nobody acts before the agenda of the meeting of "
            f"{starts} closes, on {closes}."
        )
    table = Table("Issues below that would come to this forum, the soonest first.", columns, rows)
    return Section(
        "coming",
        "Coming before the next agenda closes",
        about,
        (table,) if rows else (),
        "No issue below would come to this forum by then.",
    )

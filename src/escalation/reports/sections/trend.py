"""How the figures of the forum went over its last meetings."""

from escalation.reports.layout import NOW, Chart, Document, Section, Table, Words


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """Nothing of a forum that has not met yet."""
    points = document["figures"].get("trend", [])
    if not points:
        return ()
    points = [*points, {**document["figures"]["now"], "at": document["as_at"]}]
    rows = tuple(
        (
            NOW if point is points[-1] else words.day(point["at"]),
            str(point["total"]),
            str(point["past_target"]),
            str(point["exhausted"]),
        )
        for point in points
    )
    columns = ("As at the end of", "Unresolved", "Past target", "Exhausted")
    caption = "Unresolved at this forum at the end of each meeting, and now."
    table = Table(caption, columns, rows, frozenset({1, 2, 3}), chart=Chart.TREND)
    about = "By what is known now; the last line is the digest's own instant."
    return (Section("trend", "Over the last meetings", about, (table,)),)

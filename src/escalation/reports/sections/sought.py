"""Which decisions are sought of the forum, and where the paper of each stands."""

from escalation.reports.layout import Document, Section, Table, Words, days, word
from escalation.reports.sections import annexes


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """None of a digest that has no annexes: it was made before there were any."""
    papers = document["sections"].get("papers")
    if papers is None:
        return ()
    rows = tuple(
        (
            paper["issue"]["reference"],
            paper["issue"]["title"],
            word(paper["issue"]["severity"]),
            days(paper["issue"]["age_business_days"]),
            words.day(paper["meeting"] and paper["meeting"]["starts_at"]),
            paper["sought"],
            annexes.name(number),
        )
        for number, paper in enumerate(papers, start=1)
    )
    columns = ("Reference", "Issue", "Severity", "Age", "Tabled for", "Decision sought", "Annex")
    caption = "Decisions sought, in the order of the agenda. Age is in business days since receipt."
    table = Table(caption, columns, rows, frozenset({3}))
    about = "What this forum is asked to decide. The paper of each issue is an annex."
    left = len(document["sections"]["at_rung"]) - len(rows)
    if left > 0:
        about += f" {left} more stand below, without an annex: their papers go with the agenda."
    empty = "No decision is sought of this forum."
    return (Section("sought", "Decisions sought", about, (table,) if rows else (), empty),)

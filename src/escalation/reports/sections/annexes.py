"""Issue papers as annexes: one for each issue on which a decision is sought."""

from typing import Any

from escalation.reports import issue_paper
from escalation.reports.layout import Document, Section, Table, Words, days, word


def name(number: int) -> str:
    """What an annex is called by, counted from one."""
    return f"A{number}"


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """A heading and the papers below it; nothing where there is none."""
    papers = document["sections"].get("papers", [])
    if not papers:
        return ()
    about = (
        "Each issue in brief, what both sides hold, its agreed times, and the decision sought: as "
        "it was on the record as at the instant on the cover."
    )
    head = Section("annexes", "Annexes: issue papers", about, (), part=True)
    each = (_paper(n, paper, words) for n, paper in enumerate(papers, start=1))
    return (head, *each)


def _paper(number: int, paper: Document, words: Words) -> Section:
    issue = paper["issue"]

    def named(code: str) -> str:
        return words.title("rungs", code)

    tables = (
        _about(paper, words),
        issue_paper.clocks(paper, words, named),
        *(issue_paper.positions(paper, words) or (_silent(),)),
        *issue_paper.decisions(paper, words),
        issue_paper.history(paper, words, named),
    )
    title = f"{name(number)}. {issue['reference']}: {issue['title']}"
    about = issue["description"] or "Nothing more was said of it."
    return Section(f"annex-{number}", title, about, tables, level=2, columns=2, part=True)


def _about(paper: Document, words: Words) -> Table:
    issue: dict[str, Any] = paper["issue"]
    agencies = (issue["agency"], *issue["also_affects"])
    parties = f"{', '.join(words.title('agencies', code) for code in agencies)}; " + words.title(
        "providers", issue["provider"]
    )
    stands = f"{paper['rung']}, since {words.day(issue['entered_at'])}"
    rows = (
        ("Decision sought", paper["sought"]),
        ("Agency and provider", parties),
        ("Severity and status", f"{word(issue['severity'])}; {word(issue['status']).lower()}"),
        ("Received", f"{words.moment(issue['received_at'])}"),
        ("Age", f"{days(issue['age_business_days'])} business days since receipt"),
        ("Stands at", stands),
        ("Tabled for", words.day(paper["meeting"] and paper["meeting"]["starts_at"])),
    )
    return Table("The issue", ("What", "In brief"), rows)


def _silent() -> Table:
    rows = tuple((side, "No position stated") for side in ("Provider", "Agency"))
    return Table("Positions", ("Side", "What"), rows)

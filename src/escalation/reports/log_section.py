"""In the paper of a replay: its totals against those that the log itself tells."""

from escalation.digests.measures import MEASURES
from escalation.reports.formulas import in_words
from escalation.reports.layout import Document, Section, Table

_ABOUT = (
    "What the log says, less what a rule refused, and with what the engine and forums did beside "
    "it, comes to the total of this paper. An issue whose outcome nobody disputes is closed by the "
    "engine when its review time ends, whether the log says so or not; where both sides must "
    "resolve it, what the log resolved is decided by the forum that has it."
)


def sections(document: Document) -> tuple[Section, ...]:
    """Nothing of a paper that came of no log."""
    log = document.get("log")
    if log is None:
        return ()
    rows = tuple(
        (
            MEASURES[measure].title,
            *(str(told[n]) for n in ("in_the_log", "refused", "by_the_engine", "in_the_paper")),
            "yes" if told["agrees"] else "NO",
            in_words(MEASURES[measure].formula),
        )
        for measure, told in log.items()
        if measure in MEASURES
    )
    columns = (
        "Total", "In the log", "Refused by a rule", "By the engine or a forum", "In this paper",
        "Adds up", "How this paper counts it",
    )  # fmt: skip
    table = Table("Totals of the log and of this paper.", columns, rows, frozenset({1, 2, 3, 4}))
    return (Section("log", "Against the log", _ABOUT, (table,)),)

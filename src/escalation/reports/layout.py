"""A digest's document laid out for people: headings, tables and sentences, in no format yet.

HTML and Markdown say the same, for both are made from this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.digests.suppression import WITHHELD

NONE = "\N{EN DASH}"
"""What stands where there is nothing to say."""
Document = Mapping[str, Any]
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of a row is its heading.

    ``numbers`` are the columns that hold numbers; ``marked`` the rows that stand out.
    """

    caption: str
    columns: Cells
    rows: tuple[Cells, ...]
    numbers: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it is about, and its tables; ``empty`` is said where there is none."""

    id: str
    title: str
    about: str
    tables: tuple[Table, ...]
    empty: str = ""

    @property
    def said_of_none(self) -> str:
        """The sentence on what there is none of; nothing where the tables say it all."""
        return self.empty if not self.tables or self.id == "since" else ""


class Words:
    """Codes as titles and instants as local times, by what the document itself says."""

    def __init__(self, document: Document) -> None:
        """By the titles and the forum's zone of ``document``."""
        self._titles: Mapping[str, Mapping[str, str]] = document["titles"]
        self.zone = ZoneInfo(document["forum"]["zone"])

    def title(self, of: str, code: str | None) -> str:
        """The title of a code, else the code; a dash where there is none."""
        return NONE if code is None else self._titles[of].get(code, code)

    def moment(self, text: str | None) -> str:
        """An instant on the forum's clock: day and time; the zone is named once, above."""
        return NONE if text is None else f"{self._local(text):%a %d %b %Y, %H:%M}"

    def day(self, text: str | None) -> str:
        """The day of an instant on the forum's clock."""
        return NONE if text is None else f"{self._local(text):%a %d %b %Y}"

    def offset(self, text: str) -> str:
        """The zone with its offset at an instant."""
        at = self._local(text)
        offset = f"{at:%z}"
        return f"{self.zone.key} (UTC{offset[:3]}:{offset[3:]})"

    def _local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self.zone)


def word(code: str) -> str:
    """A code as a word: ``on_hold`` as ``On hold``."""
    return code.replace("_", " ").capitalize()


def days(count: int | None) -> str:
    """A number of business days."""
    return "not known" if count is None else str(count)


def sections(document: Document) -> tuple[Section, ...]:
    """The whole of it, in the order in which a chair goes through it."""
    words = Words(document)
    return (
        _figures(document, words),
        _at_rung(document, words),
        _coming(document, words),
        _high_level(document, words),
        _since(document, words),
        _actions(document, words),
    )


def facts(document: Document, number: str, content_hash: str) -> tuple[tuple[str, str], ...]:
    """What stands at the head: names and values."""
    words, meetings = Words(document), document["meetings"]
    coming = meetings["next"]
    when = "none is foreseen" if coming is None else words.moment(coming["starts_at"])
    since = document["since"]
    marking = document.get("marking")
    return (
        *((("Protective marking", marking),) if marking else ()),
        ("Forum", document["forum"]["title"]),
        ("Next meeting", when),
        ("As at", words.moment(document["as_at"])),
        ("Known at", words.moment(document["known_at"])),
        ("Since", "the beginning" if since is None else words.moment(since)),
        ("Times are those of", words.offset(document["as_at"])),
        ("Ladder file in force", document["publication"]["label"]),
        ("Number", number),
        ("Content hash (SHA-256)", content_hash),
    )


_ISSUE = ("Reference", "Issue", "Agency", "Service", "Severity", "Status")


def _issue(item: Mapping[str, Any], words: Words) -> Cells:
    function, region = item["function"], item["region"]
    service = [words.title("functions", function)] if function else []
    service += [words.title("regions", region)] if region else []
    agencies = (item["agency"], *item["also_affects"])
    provider = words.title("providers", item["provider"])
    return (
        item["reference"],
        item["title"],
        ", ".join(words.title("agencies", code) for code in agencies),
        ", ".join([*service, provider]),
        word(item["severity"]),
        _status(item, words),
    )


def _status(item: Mapping[str, Any], words: Words) -> str:
    parts = [word(item["status"])]
    if item["hold_until"] is not None:
        parts.append(f"until {words.day(item['hold_until'])}")
    if item["exhausted_at"] is not None:
        parts.append("exhausted: nowhere left to climb")
    elif item["past_target"]:
        parts.append("past target")
    if item["reported_up_to"]:
        parts.append("reported up")
    return "; ".join(parts)


def _at_rung(document: Document, words: Words) -> Section:
    items = document["sections"]["at_rung"]
    rows = tuple(
        (
            *_issue(item, words),
            days(item["age_business_days"]),
            words.day(item["entered_at"]),
            str(item["carried_over"]),
            words.day(item["meeting"] and item["meeting"]["starts_at"]),
            words.moment(item["due_at"]),
        )
        for item in items
    )
    columns = (*_ISSUE, "Age", "Here since", "Carried over", "Tabled for", "Due")
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


def _coming(document: Document, words: Words) -> Section:
    meeting = document["meetings"]["open"]
    rows = tuple(
        (
            *_issue(item, words),
            words.title("rungs", item["rung"]),
            words.moment(item["due_at"]),
            words.moment(item["arrives_at"]),
        )
        for item in document["sections"]["coming"]
    )
    columns = (*_ISSUE, "Now at", "Due there", "Comes here")
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


_BECAUSE = {
    "reported_up_here": "reported up to this forum",
    "reported_up": "reported up",
    "severity": "severity",
    "corporate_layer": "on a corporate rung",
}


def _high_level(document: Document, words: Words) -> Section:
    rows = tuple(
        (
            *_issue(item, words),
            words.title("rungs", item["rung"]),
            days(item["age_business_days"]),
            ", ".join(_BECAUSE[why] for why in item["because"]),
        )
        for item in document["sections"]["high_level"]
    )
    caption = "Reported up to this forum, or high-level within its area. Age in business days."
    columns = (*_ISSUE, "Now at", "Age", "Shown because")
    return Section(
        "high-level",
        "Reported up, and high-level elsewhere",
        "Not this forum's to decide. High-level is severity high or above, a corporate rung, or "
        "reported up.",
        (Table(caption, columns, rows, frozenset({7})),) if rows else (),
        "No issue elsewhere is reported up or high-level.",
    )


def _actions(document: Document, words: Words) -> Section:
    items = document["sections"]["actions"]
    rows = tuple(
        (
            item["text"],
            words.title("people", item["owner"]),
            _due_on(item),
            item["decision"] or NONE,
            item["reference"] or NONE,
            words.day(item["asked_at"]),
        )
        for item in items
    )
    columns = ("Action", "Owner", "Due", "Decision", "Issue", "Asked for")
    marked = frozenset(n for n, item in enumerate(items) if item["overdue"])
    table = Table("Actions not done yet, the soonest due first.", columns, rows, marked=marked)
    return Section(
        "actions",
        "Actions due",
        "What this forum's decisions have asked of people.",
        (table,) if rows else (),
        "No action of this forum is open.",
    )


def _due_on(item: Mapping[str, Any]) -> str:
    if item["due_on"] is None:
        return NONE
    due = f"{date.fromisoformat(item['due_on']):%a %d %b %Y}"
    return f"{due}; overdue" if item["overdue"] else due


_MOVED: Mapping[str, tuple[str, str]] = {
    "new": ("New at this forum", "No issue came to this forum."),
    "climbed": ("Climbed from it", "No issue climbed from this forum."),
    "resolved": ("Resolved at it", "No issue was resolved here."),
    "referred_back": ("Referred back", "No issue was referred back."),
    "carried_over": ("Carried over", "No item was deferred to a later meeting."),
    "not_reached": ("Not reached", "Every item of a meeting was reached."),
    "ended": ("Withdrawn or closed", "No issue was withdrawn or closed here."),
    "moved_away": ("Moved to another body", "No issue was moved to another body."),
}


def _since(document: Document, words: Words) -> Section:
    moved = document["sections"]["since"]
    columns = ("Reference", "Issue", "Agency", "Severity", "When", "From", "To", "Tabled for")
    tables, empty = [], []
    for kind, (title, none) in _MOVED.items():
        rows = tuple(
            (
                item["reference"],
                item["title"],
                words.title("agencies", item["agency"]),
                word(item["severity"]),
                words.moment(item["at"]),
                words.title("rungs", item["from_rung"]),
                words.title("rungs", item["to_rung"]),
                words.day(item["meeting_at"]),
            )
            for item in moved[kind]
        )
        if rows:
            tables.append(Table(title, columns, rows))
        else:
            empty.append(none)
    since = document["since"]
    when = "the beginning" if since is None else words.moment(since)
    about = f"What happened after {when}, up to {words.moment(document['as_at'])}."
    return Section("since", "Since the last meeting", about, tuple(tables), " ".join(empty))


def _figures(document: Document, words: Words) -> Section:
    figures, since = document["figures"], document["since"]
    now, before = figures["now"], figures["before"]
    named = [("Unresolved", "total"), ("Past target", "past_target"), ("Exhausted", "exhausted")]
    overall = [
        (name, *_pair(now[key], None if before is None else before[key])) for name, key in named
    ]
    tables = [_compared("At this forum", "Count", tuple(overall))]
    tables.append(Table("Sealed matters", ("Sealed", "Now"), (_sealed(figures),), frozenset({1})))
    for caption, key in _GROUPED.items():
        rows = _groups(key, now[key], None if before is None else before[key], words)
        tables.append(_compared(caption, caption.split()[1].capitalize(), rows))
    flows = tuple((_MOVED[kind][0], str(figures["movements"][kind])) for kind in _MOVED)
    tables.append(Table("Movements in the period", ("Movement", "Issues"), flows, frozenset({1})))
    about = "There was no period before this one."
    if since is not None:
        about = f"Then is {words.moment(since)}, when the period began, by what is known now."
    return Section("figures", "Figures", about, tuple(table for table in tables if table.rows))


def _sealed(figures: Mapping[str, Any]) -> tuple[str, str]:
    # A digest that was made before they were counted says nothing of them.
    count = figures.get("sealed")
    told = WITHHELD if count is None else f"at least {count}"
    return "Unresolved, not shown above", told


_GROUPED = {
    "By severity": "by_severity",
    "By status": "by_status",
    "By age in business days": "by_age",
    "By agency": "by_agency",
}


def _groups(
    by: str, now: Mapping[str, int], before: Mapping[str, int] | None, words: Words
) -> tuple[Cells, ...]:
    then = before or {}
    keys = {key for key in (*now, *then) if key != "unknown" or now.get(key) or then.get(key)}
    return tuple(
        (
            _label(key, by, words),
            *_pair(now.get(key, 0), None if before is None else then.get(key, 0)),
        )
        for key in sorted(keys, key=lambda key: (_ORDER.get(key, 0), key))
    )


_ORDER = {
    key: number
    for names in (
        ("critical", "high", "medium", "low"),
        ("open", "in_progress", "on_hold", "tabled"),
        ("0 to 5", "6 to 10", "11 to 20", "21 to 30", "31 to 45", "over 45", "unknown"),
    )
    for number, key in enumerate(names)
}
"""Canonical JSON has keys by their letters; here they stand in the order of their kind."""


def _label(key: str, by: str, words: Words) -> str:
    if by == "by_agency":
        return words.title("agencies", key)
    return key if by == "by_age" else word(key)


def _pair(now: int, before: int | None) -> Cells:
    return (str(now), NONE if before is None else str(before))


def _compared(caption: str, what: str, rows: tuple[Cells, ...]) -> Table:
    return Table(caption, (what, "Now", "Then"), rows, frozenset({1, 2}))

"""What a chair is to know before anything else: the paper in a few lines, on its cover."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.reports.layout import Cells, Document, Section, Table, Words

_MOVED = {
    "new": "came",
    "climbed": "climbed on",
    "resolved": "resolved",
    "referred_back": "referred back",
    "carried_over": "carried over",
    "not_reached": "not reached",
    "ended": "withdrawn or closed",
    "moved_away": "moved to another body",
}


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document: a line for each section that follows."""
    table = Table("The paper in brief", ("What", "In brief"), tuple(_rows(document, words)))
    return Section("brief", "In brief", "Each line is told in full below.", (table,))


def _rows(document: Document, words: Words) -> Iterator[Cells]:
    sections = document["sections"]
    yield "Unresolved at this forum", _standing(document["figures"])
    yield "Since the last meeting", _moved(document["figures"]["movements"])
    if "decisions" in sections:
        yield "Decided since", _decided(sections["decisions"])
    yield "Coming", _coming(document, words)
    yield "Elsewhere", _elsewhere(sections["high_level"])
    yield "Actions", _actions(sections["actions"])
    if sections.get("themes"):
        yield "Most frequent theme", _theme(sections["themes"])


def _standing(figures: Mapping[str, Any]) -> str:
    now, before = figures["now"], figures["before"]
    then = "" if before is None else f"; {before['total'] or 'none'} when the period began"
    if not now["total"]:
        return f"None{then}"
    past, exhausted = now["past_target"], now["exhausted"]
    told = f"{_many(now['total'], 'issue')}, {past or 'none'} past target"
    return f"{told}, {exhausted or 'none'} exhausted{then}"


def _moved(movements: Mapping[str, int]) -> str:
    told = [f"{movements[kind]} {done}" for kind, done in _MOVED.items() if movements[kind]]
    return ", ".join(told) or "Nothing moved at this forum"


def _decided(items: list[Mapping[str, Any]]) -> str:
    if not items:
        return "Nothing was decided"
    on_issues = sum(item["kind"] == "issue" for item in items)
    between = sum(item["out_of_session"] for item in items)
    told = f"{_many(len(items), 'decision')}, {on_issues or 'none'} on issues"
    return f"{told}, {between or 'none'} out of session"


def _coming(document: Document, words: Words) -> str:
    meeting, count = document["meetings"]["open"], len(document["sections"]["coming"])
    if meeting is None:
        return "No meeting is foreseen for which an issue could be tabled"
    closes = f"before the agenda closes on {words.moment(meeting['agenda_closes_at'])}"
    return f"{_many(count, 'issue')} from below, if nobody acts {closes}"


def _elsewhere(items: list[Mapping[str, Any]]) -> str:
    here = sum("reported_up_here" in item["because"] for item in items)
    return f"{_many(here, 'issue')} reported up to this forum, {len(items) - here} more high-level"


def _actions(items: list[Mapping[str, Any]]) -> str:
    overdue = sum(bool(item["overdue"]) for item in items)
    return f"{len(items)} open, {overdue or 'none'} overdue" if items else "None is open"


def _theme(items: list[Mapping[str, Any]]) -> str:
    item = max(items, key=lambda each: each["now"]["total"])
    then = "" if item["before"] is None else f", {item['before']['total']} in the period before"
    return f"{item['title']}: came up {_many(item['now']['total'], 'time')}{then}"


def _many(count: int, what: str) -> str:
    if count == 0:
        return f"No {what}"
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

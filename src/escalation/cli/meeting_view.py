"""A meeting on the screen: times on the clock of its forum."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from escalation.cli.screen import instant, pairs, say, table

View = Mapping[str, Any]


def print_meetings(views: Iterable[View]) -> None:
    """Meetings, one a line."""
    rows = [
        (
            view["id"],
            at(view, "starts_at"),
            at(view, "cutoff_at"),
            view["status"],
            view["place"],
            view["reason"],
        )
        for view in views
    ]
    table(None, ("meeting", "begins", "agenda closes", "status", "place", "because"), rows)


def print_meeting(view: View) -> None:
    """What is known of a meeting: who was there, what is before it, what it decided."""
    say(f"{view['id']}  {view['forum']['title']}")
    pairs(_standing(view))
    say()
    present = [
        (each["person"], each["as"], each["seat"], each["authority"])
        for each in view["attendance"] or ()
    ]
    _print("Present", ("who", "as", "seat", "by what authority"), present)
    out = [(each["person"], each["subject"], each["reason"]) for each in view["recusals"]]
    _print("Who keeps out", ("who", "of item", "because"), out)
    items = [_item(each) for each in view.get("items", ())]
    _print("Items", ("item", "kind", "title", "section", "sought", "outcome"), items)
    made = [
        (each["number"], each["effect"], each["text"], _owed(each["actions"]))
        for each in view.get("decisions", ())
    ]
    _print("Decisions", ("number", "effect", "text", "actions"), made)
    say("Open acts: " + (", ".join(view["available_acts"]) or "none"))


def at(view: View, name: str) -> str:
    """An instant of a meeting on its forum's clock."""
    return instant(view[name], ZoneInfo(view["zone"]) if view["zone"] else None)


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    if rows:
        table(title, columns, rows)
        say()


def _standing(view: View) -> dict[str, str | None]:
    filled, quorum, confirmed = (
        view[name] for name in ("voting_seats_filled", "quorum", "minutes_confirmed")
    )
    moved = view["occurs_at"] is not None and view["occurs_at"] != view["starts_at"]
    return {
        "status": view["status"],
        "version": str(view["version"]),
        "begins": at(view, "starts_at"),
        "by rule": at(view, "occurs_at") if moved else None,
        "ends": at(view, "ends_at"),
        "agenda closes": at(view, "cutoff_at"),
        "place": view["place"],
        "because": view["reason"],
        "quorum": None if quorum is None else f"{quorum} voting seats",
        "filled": None if filled is None else f"{filled} voting seats",
        "apologies": ", ".join(view["apologies"]),
        "over since": at(view, "ended_at"),
        "minutes": None if confirmed is None else f"confirmed at {confirmed['meeting']}",
    }


def _item(item: Mapping[str, Any]) -> tuple[str | None, ...]:
    issue = item["issue"]
    return (
        item["subject"] if issue is None else issue["reference"],
        item["kind"] + (", late" if item["late"] else ""),
        item["title"] if issue is None else issue["title"],
        item["section"],
        item["sought"],
        (item["outcome"] or "open").replace("_", " "),
    )


def _owed(actions: Iterable[Mapping[str, Any]]) -> str:
    """What is to be done, by whom, and by when."""
    told = []
    for each in actions:
        by = f", by {each['due_on']}" if each["due_on"] else ""
        told.append(f"{each['text']} ({each['owner']}{by})")
    return "; ".join(told)

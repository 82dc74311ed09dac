"""An issue on the screen: times in the zone of its own calendar."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from escalation.cli.screen import instant, pairs, say, table

MINUTE, HOUR = 60, 3_600


class Shown:
    """An issue's view, and the zone in which its people live."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        """The view as it was answered."""
        self.view = view
        self.zone = ZoneInfo(view["zone"])

    def at(self, value: str | None) -> str:
        """An instant of the view in its zone."""
        return instant(value, self.zone)


def print_list(shown: Sequence[Shown]) -> None:
    """Issues, one a line."""
    rows = []
    for each in shown:
        view = each.view
        lead = view["rung"]["seats"].get(view["rung"]["lead"])
        rows.append(
            (
                view["reference"],
                view["status"] + (", exhausted" if view["exhausted"] else ""),
                view["severity"],
                view["agency"],
                view["rung"]["id"],
                _holder(lead) if lead else view["rung"]["forum"],
                each.at(view["due_at"]) + (" (past target)" if view["past_target"] else ""),
                view["title"],
            )
        )
    columns = ("reference", "status", "severity", "agency", "rung", "who leads", "due", "title")
    table(None, columns, rows)


def print_issue(shown: Shown) -> None:
    """Everything about an issue that a person needs to act."""
    view, rung = shown.view, shown.view["rung"]
    say(f"{view['reference']}  {view['title']}")
    pairs(_standing(shown))
    say()
    seats = [
        (f"{side}{' (leads)' if side == rung['lead'] else ''}", _holder(seat), seat["reason"])
        for side, seat in rung["seats"].items()
    ]
    if seats:
        table("Who holds it", ("seat", "holder", "because"), seats)
        say()
    clocks = [
        (
            clock["kind"],
            clock["class"],
            clock["budget"],
            shown.at(clock["due_at"]),
            left(clock["remaining_seconds"]),
            clock["state"] + (", past target" if clock["past_target"] else ""),
        )
        for clock in view["clocks"]
    ]
    if clocks:
        table("Clocks", ("clock", "class", "has", "due", "left", "state"), clocks)
        say()
    _print_between(shown)
    say("Open acts: " + ", ".join(view["available_acts"]))


def _print_between(shown: Shown) -> None:
    """What the sides have said to each other, and what was asked of others."""
    positions = [
        (
            str(each["number"]),
            shown.at(each["at"]),
            f"{each['seat']}, {each['by']}",
            each["stance"] + (f" ({each['answers']})" if "answers" in each else ""),
            each["outcome"]["summary"] if "outcome" in each else each.get("grounds", ""),
        )
        for each in shown.view["positions"]
    ]
    if positions:
        table("Positions", ("", "when", "side", "stance", "what"), positions)
        say()
    advice = [
        (each.get("forum") or each["person"], each["question"], each.get("answer") or _open(each))
        for each in shown.view["advice"]
    ]
    if advice:
        table("Advice", ("of", "question", "answer"), advice)
        say()


def _open(advice: Mapping[str, str]) -> str:
    return f"(none: {advice['ended']})" if "ended" in advice else "(open)"


def print_history(shown: Shown, entries: Sequence[Mapping[str, Any]]) -> None:
    """Everything that happened to an issue, oldest first."""
    say()
    rows = [
        (
            str(entry["number"]),
            shown.at(entry["effective_at"]),
            str(entry["type"]).removeprefix("issue.").replace("_", " "),
            entry["actor"]["name"],
            _said(entry["data"]),
        )
        for entry in entries
    ]
    table("History", ("", "when", "what", "who", "with"), rows)


def _said(data: Mapping[str, Any]) -> str:
    """What an entry tells beside its type, without what is empty."""
    told = {name: value for name, value in data.items() if value not in (None, [], {}, "")}
    return "; ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in told.items())


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        parts = (f"{name} {_plain(inner)}" for name, inner in value.items() if inner is not None)
        return ", ".join(parts)
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    return str(value)


def _standing(shown: Shown) -> dict[str, str | None]:
    view, rung = shown.view, shown.view["rung"]
    meeting, ahead = rung["meeting"], view["next"]
    parties = [view["agency"], view["provider"], view["function"], view["region"]]
    return {
        "status": view["status"] + (", exhausted" if view["exhausted"] else ""),
        "severity": view["severity"],
        "between": " / ".join(part for part in parties if part),
        "rung": f"{rung['title']} ({rung['id']}), since {shown.at(rung['entered_at'])}",
        "ladder": f"{view['ladder']['title']}, {view['ladder']['version']}",
        "agreement": view["ola"],
        "meeting": meeting and f"{rung['forum']}, {shown.at(meeting['starts_at'])}",
        "received": shown.at(view["received_at"]),
        "recused": ", ".join(person["name"] for person in view["recused"]),
        "waits for": view["hold"] and view["hold"].get("reference"),
        "linked to": "; ".join(_tie(tie) for tie in view["links"]),
        "merged into": view["merged_into"] and view["merged_into"]["reference"],
        "joined by": ", ".join(joined["reference"] for joined in view["joined"]),
        "also affects": ", ".join(view["also_affects"]),
        "answers for it": _answers(rung["accountability"]),
        "next": ahead and f"{ahead['what']}, {shown.at(ahead['at'])}",
        "outcome": view["outcome"] and view["outcome"]["summary"],
        "why here": "; ".join(view["why"]),
        "warnings": "; ".join(view["warnings"]),
        "version": str(view["version"]),
    }


def _answers(layer: Mapping[str, str]) -> str:
    led = f"{layer['accountable_officers']}; led by {layer['delivery_lead']}"
    return f"{led}; progress goes to {layer['progress_reported_to']}"


def _tie(tie: Mapping[str, Any]) -> str:
    stands = f", {_words(tie['status'])}" if tie["status"] else ""
    return f"{tie['reference']} ({_words(tie['as'])}{stands})"


def _words(word: str) -> str:
    return word.replace("_", " ")


def _holder(seat: Mapping[str, Any]) -> str:
    role = str(seat["role"]).replace("_", " ")
    return f"{seat['holder']['name']} ({role})" if seat["holder"] else f"nobody ({role})"


def left(seconds: int | None) -> str:
    """Seconds of a clock's own time as a person says them."""
    if seconds is None:
        return ""
    whole = abs(seconds)
    hours, minutes = whole // HOUR, whole % HOUR // MINUTE
    text = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
    return text if seconds >= 0 else f"over by {text}"

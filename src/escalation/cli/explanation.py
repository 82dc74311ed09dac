"""An issue explained on the screen: every value with its line, every due time with its hours."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from escalation.cli.issue_view import left
from escalation.cli.screen import instant, pairs, say, table

LEADS_TO = {
    "due": "which makes it due",
    "due_if_resumed_now": "it stands still; if it went on now, it would be due",
    "ended": "it ended",
    "beyond_horizon": "its end lies beyond what its calendar knows",
    "not_running": "it does not run",
}


def print_explanation(found: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Why the issue is where it is, and what happens next."""
    rung, ahead = found["rung"], found["next"]
    say(f"{found['reference']} is {found['status'].replace('_', ' ')} at {rung['title']}.")
    above = found["next_rung"]
    pairs(
        {
            "ladder": f"{found['ladder']['title']}, {found['ladder']['version']}",
            "published": f"{found['publication']['label']} ({found['publication']['hash'][:12]})",
            "agreement": found["ola"] or "none",
            "severity": f"{found['severity']['value']}: {found['severity']['reason']}",
            "entered": "; ".join(found["entered_because"]),
            "warnings": "; ".join(found["warnings"]),
            "next": ahead and f"{ahead['what']}, {instant(ahead['at'], zone)}",
            "rung above": above and f"{above['title']} ({_source(above['source'])})",
            "left out": above and "; ".join(above["skipped"]),
        }
    )
    say()
    visits = [
        (
            str(visit["number"]),
            visit["title"],
            instant(visit["entered_at"], zone),
            visit["how"],
            ", ".join(person["name"] for person in visit["holders"]),
        )
        for visit in found["visits"]
    ]
    table("Where it has been", ("", "rung", "since", "how", "held by"), visits)
    _print_rung(rung)
    for clock in found["clocks"]:
        _print_clock(clock, zone)


def _print_rung(rung: Mapping[str, Any]) -> None:
    say()
    seats = [
        (side, seat["holder"]["name"] if seat["holder"] else "nobody", seat["reason"])
        for side, seat in rung["seats"].items()
    ]
    if seats:
        table("Who holds it, and why", ("seat", "holder", "because"), seats)
        say()
    rules = [
        (name.replace("_", " "), _value(rule["value"]), _source(rule["source"]))
        for name, rule in rung["rules"].items()
    ]
    table("What holds on this rung", ("rule", "is", "set at"), rules)


def _print_clock(clock: Mapping[str, Any], zone: ZoneInfo) -> None:
    sums, was_set = clock["arithmetic"], clock["set"]
    say()
    say(f"The {clock['kind']} clock ({clock['class']}, {clock['state']}): {clock['budget']}")
    pairs(
        {
            "set at": was_set and _source(was_set["source"]),
            "calendar": f"{clock['calendar']}, {clock['zone']}",
            "begun": instant(clock["anchor"], zone),
            "left": left(clock["remaining_seconds"]),
            "at its end": clock["at_its_end"],
            "serves": "; ".join(_standard(each) for each in clock["standards"]) or None,
        }
    )
    if sums["windows"]:
        table(None, ("open", "for", "makes"), _sums(sums["windows"]))
    end = f", {instant(sums['at'], zone)}" if sums["at"] else ""
    say(f"{LEADS_TO[sums['lead_to']]}{end}.")


def _standard(standard: Mapping[str, Any]) -> str:
    clause = f" ({standard['clause']})" if standard["clause"] else ""
    return f"{standard['title']}{clause}"


def _sums(windows: list[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    totals = accumulate(window["seconds"] for window in windows)
    for window, total in zip(windows, totals, strict=True):
        yield window["local"], left(window["seconds"]), left(total)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{part}%" if isinstance(part, int) else str(part) for part in value)
    return str(value)


def _source(source: Mapping[str, Any]) -> str:
    clause = f"; {source['clause']}" if source["clause"] else ""
    return f"{source['file']}:{source['line']}, by the {source['set_by']}{clause}"

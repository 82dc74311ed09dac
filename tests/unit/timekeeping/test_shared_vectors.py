"""The whole collections of cases that the tables here are taken from, where they are at hand.

``ESCALATION_SHARED_DATA`` names the folder; without it, ``shared/data`` beside the checkout is
looked for, and the tests skip where there is none. The product never needs these files.
"""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.ledger import Interval, budget, due_at
from escalation.timekeeping.recurrence import Recurrence
from tests.unit.timekeeping import test_peer_vectors, test_recurrence_vectors
from tests.unit.timekeeping.samples import local, rules, utc
from tests.unit.timekeeping.vectors import across_midnight, calendar

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
FOLDER = Path(os.environ.get("ESCALATION_SHARED_DATA", BESIDE)) / "vectors"  # noqa: TID251 - a test's own switch

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="no folder of shared vectors: set ESCALATION_SHARED_DATA to one that has vectors/",
)

Case = Mapping[str, Any]


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return document


@cache
def known(document: str) -> Calendar:
    return calendar(json.loads(document), 1970, 2020)


def made(case: Case) -> Calendar:
    return known(json.dumps(case["calendar"], sort_keys=True))


def due_date(case: Case, count: int, unit: Unit) -> str:
    anchor = datetime.combine(date.fromisoformat(case["input"]["date"]), time(12), UTC)
    due = due_at(
        budget(Duration(count, unit), anchor, made(case)), [Interval(anchor, None)], made(case)
    )
    assert due is not None
    return (due - timedelta(seconds=1)).date().isoformat()


def refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except (TypeError, ValueError):
        return True
    return False


def added(case: Case) -> bool:
    given = case["input"]
    if case["expect"] == {"error": "rejected"}:
        return refused(lambda: made(case).add(utc(given["at"]), given["seconds"]))
    return made(case).add(utc(given["at"]), given["seconds"]) == utc(case["expect"])


def subtracted(case: Case) -> bool:
    given = case["input"]
    return made(case).subtract(utc(given["at"]), given["seconds"]) == utc(case["expect"])


def between(case: Case) -> bool:
    given = case["input"]
    found = made(case).open_seconds(utc(given["from"]), utc(given["to"]))
    return bool(found == case["expect"])


def is_open(case: Case) -> bool:
    return bool(made(case).is_open(utc(case["input"]["at"])) == case["expect"])


def is_holiday(case: Case) -> bool:
    found = made(case)
    closed = found.local(utc(case["input"]["at"])).date() in found.rules.closed
    return bool(closed == case["expect"])


def is_break(case: Case) -> bool:
    """The hours are open but for the break, so a break is where it is closed within them."""
    return bool(made(case).is_open(utc(case["input"]["at"])) != case["expect"])


def following(case: Case) -> bool:
    at = utc(case["input"]["at"])
    found = made(case).windows(at, at + timedelta(days=60))[: case["input"]["count"]]
    return list(found) == [(utc(start), utc(end)) for start, end in case["expect"]]


def preceding(case: Case) -> bool:
    at = utc(case["input"]["at"])
    found = made(case).windows(at - timedelta(days=60), at)[::-1][: case["input"]["count"]]
    return list(found) == [(utc(start), utc(end)) for start, end in case["expect"]]


def business_days_added(case: Case) -> bool:
    """The peer keeps the time of day, then moves it into hours: composed of our own questions."""
    found, at, days = made(case), utc(case["input"]["at"]), case["input"]["days"]
    day = found.business_day_after(at.date(), days) if days else at.date()
    return found.add(datetime.combine(day, at.timetz()), 0) == utc(case["expect"])


def working_days_added(case: Case) -> bool:
    given, anchor = case["input"], utc(case["input"]["at"])
    length = Duration(given["days"], Unit.BUSINESS_DAY)
    due = due_at(budget(length, anchor, made(case)), [Interval(anchor, None)], made(case))
    return due == utc(case["expect"])


def working_days_due(case: Case) -> bool:
    return bool(due_date(case, case["input"]["working_days"], Unit.BUSINESS_DAY) == case["expect"])


def calendar_days_due(case: Case) -> bool:
    return bool(due_date(case, case["input"]["calendar_days"], Unit.DAY) == case["expect"])


def local_edge(case: Case) -> bool:
    """Only ``24:00`` is an edge that can be asked for: the close of a date's last window."""
    day = date.fromisoformat(case["input"]["local"][:10])
    hours = {name: [["00:00", "24:00"]] for name in ("fri", "sat", "sun")}
    found = calendar({**case["calendar"], "hours": hours}, day.year, day.year)
    return found.close_of(day) == utc(case["expect"])


def eighth_weekday_refused(case: Case) -> bool:
    assert case["calendar"] == {"weekday": 7}
    return refused(lambda: rules(weekly=((),) * 8))


ANSWERS: dict[str, Callable[[Case], bool]] = {
    "add_business_time": added,
    "sub_business_time": subtracted,
    "business_seconds_between": between,
    "is_open": is_open,
    "is_holiday": is_holiday,
    "is_break": is_break,
    "open_intervals_after": following,
    "open_intervals_before": preceding,
    "add_business_days": business_days_added,
    "add_working_days": working_days_added,
    "statutory_working_days_due": working_days_due,
    "statutory_calendar_days_due": calendar_days_due,
    "local_to_utc": local_edge,
    "validate_calendar": eighth_weekday_refused,
}


def test_every_peers_case_holds_but_the_named_exceptions() -> None:
    cases = {case["id"]: case for case in load("business_time_peers.json")["cases"]}
    exceptions = test_peer_vectors.EXCEPTIONS
    assert exceptions.keys() <= cases.keys()
    wrong = [n for n, c in cases.items() if n not in exceptions and not ANSWERS[c["op"]](c)]
    assert not wrong


def test_every_australian_case_holds() -> None:
    document = load("business_time_au_bruteforce.json")
    calendars = {n: calendar(c, 2021, 2024) for n, c in document["calendars"].items()}
    wrong = []
    for case in document["cases"]:
        found, given, expected = calendars[case["calendar"]], case["input"], case["expect"]
        if case["op"] == "add_business_time":
            due = found.add(utc(given["at"]), given["minutes"] * 60)
            holds = found.local(due).isoformat() == expected["local"]
        else:
            holds = found.open_seconds(utc(given["from"]), utc(given["to"])) == expected * 60
        wrong += [] if holds else [case["id"]]
    assert not wrong


def test_every_weekly_window_is_open_when_the_peer_says() -> None:
    wrong = []
    for case in load("weekly_windows_goalert.json")["cases"]:
        given, at = case["given"], utc(case["input"]["at"])
        weekly = across_midnight(given["days"], given["start"], given["end"])
        year = {"known_from": date(2017, 1, 1), "known_until": date(2017, 12, 31)}
        found = Calendar(rules(given["timezone"], weekly=weekly, **year))
        if case["op"] == "window_active":
            holds = found.is_open(at) is case["expect"]
        else:
            around = found.windows(at - timedelta(days=8), at + timedelta(days=8))
            holds = next(opened for opened, closed in around if closed > at) == utc(case["expect"])
        wrong += [] if holds else [case["id"]]
    assert not wrong


def test_every_recurrence_holds_but_the_named_exceptions() -> None:
    exceptions = test_recurrence_vectors.EXCEPTIONS
    cases = {case["id"]: case for case in load("rrule_rfc5545_libical.json")["cases"]}
    assert exceptions.keys() <= cases.keys()
    wrong = []
    for name, case in cases.items():
        if name in exceptions:
            continue
        start = test_recurrence_vectors.moment(case["dtstart"])
        begin = test_recurrence_vectors.moment(
            case.get("given", {}).get("start-at", case["dtstart"])
        )
        expected = [test_recurrence_vectors.moment(text) for text in case["expect"]]
        recurrence = Recurrence.parse(case["rrule"], start, "UTC")
        end = expected[-1] + timedelta(seconds=1)
        found = recurrence.between(begin.replace(tzinfo=UTC), end.replace(tzinfo=UTC))
        if [at.replace(tzinfo=None) for at in found] != expected:
            wrong.append(name)
    assert not wrong


@pytest.mark.parametrize("name", sorted(test_recurrence_vectors.EXCEPTIONS))
def test_the_recurrences_that_are_exceptions_are_refused(name: str) -> None:
    cases = {case["id"]: case for case in load("rrule_rfc5545_libical.json")["cases"]}
    with pytest.raises(ValueError, match="expected DAILY, WEEKLY, MONTHLY or YEARLY"):
        Recurrence.parse(cases[name]["rrule"], local("2020-01-01T09:00"), "UTC")

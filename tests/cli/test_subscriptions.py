"""Subscriptions to digests at the command line: asked for, shown, changed, ended."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import copied_sqlite
from tests.cli.conftest import Run, plain

FORUM = "bmf-southern-cross"
BEFORE = ("--before", "3 business days")
RULE = ("--rule", "FREQ=WEEKLY;BYDAY=MO", "--start", "2026-03-02T08:00", "--zone", "Europe/London")


@pytest.fixture
def called(run: Run, furnished_sqlite: Path, tmp_path: Path) -> Run:
    """Runs a command of subscriptions on a database of the test's own."""
    url = copied_sqlite(furnished_sqlite, tmp_path / "e.db")
    return lambda *words: run("digests", "subscriptions", *words, database=url)


def told(called: Run, *words: str) -> Any:
    answer = called(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_somebody_is_subscribed_shown_changed_paused_and_ended(called: Run) -> None:
    asked = ("--forum", FORUM, "--to", "person=zoran-petrovic", *BEFORE, "--marking", "OFFICIAL")
    shown = told(called, "add", *asked, "--preview")
    assert (len(shown["next_windows"]), told(called, "list")) == (5, {"data": []})
    made = told(called, "add", *asked, "--format", "md")
    assert made["recipient"] == {"kind": "person", "person": "zoran-petrovic"}
    assert made["when"] == {"kind": "before_meetings", "by": "3 business days", "forum": FORUM}
    assert (made["formats"], made["marking"]) == (["md"], "OFFICIAL")
    name = made["id"]
    assert [each["id"] for each in told(called, "list")["data"]] == [name]
    changed = told(called, "change", name, *RULE)
    assert changed["when"]["kind"] == "recurring"
    assert (changed["formats"], changed["marking"]) == (["md"], "OFFICIAL"), "what was not named"
    assert told(called, "change", name, "--marking", "")["marking"] is None
    assert told(called, "pause", name)["state"] == "paused"
    assert told(called, "resume", name)["state"] == "active"
    assert told(called, "windows", name)["data"] == []
    assert "Next windows" in called("show", name).stdout
    assert name in called("list").stdout
    assert told(called, "end", name)["state"] == "ended"
    assert called("revoke", name, "lnk_none").exit_code == 1


def test_a_scorecard_may_come_over_several_periods(called: Run) -> None:
    card = ("--profile", "agency:rivers", "--to", "person=ruth-goldfinch", *RULE)
    made = told(called, "add", *card, "--periods", "4")
    assert made["periods"] == 4
    assert told(called, "change", made["id"], "--periods", "6")["periods"] == 6
    assert told(called, "change", made["id"], "--periods", "0")["periods"] is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("change", "sub_1", *BEFORE, *RULE), "not both"),
        (("add", "--forum", FORUM, "--to", "secretariat", *BEFORE, *RULE), "not both"),
    ],
)
def test_two_ways_of_saying_when_are_refused(called: Run, words: tuple[str, ...], why: str) -> None:
    answer = called(*words)
    assert answer.exit_code == 2
    assert why in plain(answer.stderr)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        (("--start", "2026-03-02T08:00"), "/when/rule"),
        (("--zone", "Europe/London"), "/when/rule"),
        (("--meetings-of", FORUM), "/when/by"),
        ((), "expected at least one field"),
    ],
)
def test_part_of_a_change_is_not_taken_for_none(
    called: Run, more: tuple[str, ...], place: str
) -> None:
    made = told(called, "add", "--forum", FORUM, "--to", "secretariat", *BEFORE)
    answer = called("change", made["id"], *more)
    assert answer.exit_code == 1
    assert place in plain(answer.stderr)
    assert told(called, "show", made["id"])["when"] == made["when"]

"""``escalation meetings`` and ``escalation forums``: what a secretariat does at a screen."""

import json
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from escalation import bootstrap
from escalation.clock import VirtualClock
from escalation.settings import Settings
from tests.api.sitting import FORUM, VOTERS
from tests.cli.conftest import Run, plain
from tests.fakes import seeded_ids, utc, virtual_clock

TABLED = ("to=business_manager_forum", "reason=many agencies have it")


def told(run: Run, *words: str, **more: Any) -> Any:
    """What a command that is not refused prints for machines."""
    answer = run(*words, "--json", **more)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def tabled(run: Run, database: str, *fields: str) -> tuple[str, str]:
    """An issue before the business managers' next meeting: its reference, and the meeting."""
    log = ("title=The pay is late", "agency=rivers", "function=payroll", *fields)
    issue = told(run, "issues", "log", *log, database=database)
    moved = told(run, "issues", "act", issue["reference"], "skip", *TABLED)
    return issue["reference"], moved["rung"]["meeting"]["id"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """The time of every command: ten in the morning of a Monday, until it is moved on."""
    clock, ids, opened = virtual_clock(), seeded_ids(), bootstrap.opened

    def at_that_time(settings: Settings, **more: Any) -> Any:
        return opened(settings, clock=clock, ids=ids, **more)

    monkeypatch.setattr("escalation.cli.opening.opened", at_that_time)
    return clock


def test_forums_are_listed_and_shown_with_who_fills_their_seats(
    run: Run, furnished_url: str
) -> None:
    listed = told(run, "forums", "list", database=furnished_url)["data"]
    assert {FORUM, "ceo-board"} <= {forum["code"] for forum in listed}
    assert "Australia/Brisbane" in run("forums", "list").stdout
    shown = told(run, "forums", "show", FORUM)
    assert shown["seats"][0] == {
        "seat": "account_manager@meridian",
        "votes": True,
        "person": "dominic-ferraro",
        "reason": shown["seats"][0]["reason"],
    }
    assert len(shown["meetings"]) == 3
    printed = plain(run("forums", "show", FORUM).stdout)
    assert "business_manager@rivers votes ruth-goldfinch" in printed
    assert "5 voting seats" in printed
    missing = run("forums", "show", "bmf-southern-cros")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert f"the nearest is `{FORUM}`" in missing.stderr


def test_a_forums_calendar_is_printed_and_its_feeds_made_listed_and_revoked(
    run: Run, furnished_url: str
) -> None:
    words = ("forums", "feed")
    address = ("--address", "https://e.example.org/")
    calendar = run(*words, "show", FORUM, *address, database=furnished_url)
    link = f"https://e.example.org/v1/forums/{FORUM}/meetings"
    assert link in plain(calendar.stdout).replace(" ", "")
    [event, *_] = Calendar.from_ical(calendar.stdout).walk("VEVENT")
    assert event["SUMMARY"] == "Southern Cross business manager forum"
    made = told(run, *words, "add", FORUM, "--name", "Ruth")
    assert made["path"].endswith(f"?feed={made['token']}")
    shown = run(*words, "add", FORUM, "--name", "Cal")
    assert shown.stdout.startswith(f"/v1/forums/{FORUM}/calendar.ics?feed=feed_")
    listed = told(run, *words, "list", FORUM)["data"]
    assert sorted(each["name"] for each in listed) == ["Cal", "Ruth"]
    assert made["token"] not in run(*words, "list", FORUM).stdout
    assert told(run, *words, "revoke", FORUM, made["id"])["revoked"] is True
    again = run(*words, "revoke", FORUM, made["id"])
    assert (again.exit_code, again.stdout) == (1, "")
    [left] = [each["id"] for each in listed if each["id"] != made["id"]]
    assert "no longer" in run(*words, "revoke", FORUM, left).stdout


@pytest.mark.usefixtures("clock")
def test_meetings_are_listed_planned_moved_and_cancelled_with_their_zone(
    run: Run, furnished_url: str
) -> None:
    reference, meeting = tabled(run, furnished_url)
    listed = told(run, "meetings", "list", FORUM, "--limit", "2")["data"]
    assert listed[0]["id"] == meeting
    assert "Tue 10 Mar 2026 10:00 Australia/Brisbane" in run("meetings", "list", FORUM).stdout
    assert "2026-02-10" in told(run, "meetings", "list", FORUM, "--past")["data"][0]["starts_at"]
    wrong = run("meetings", "plan", FORUM, "starts_at=2026-03-20T10:00")
    assert wrong.exit_code == 1
    assert "/starts_at: " in wrong.stderr
    assert "/reason: " in wrong.stderr
    extra = ("starts_at=2026-03-20T10:00:00+10:00", "reason=before Easter", "duration=1 hour")
    planned = told(run, "meetings", "plan", FORUM, *extra)
    assert (planned["starts_at"], planned["occurs_at"]) == ("2026-03-20T00:00:00Z", None)
    twice = run("meetings", "plan", FORUM, *extra)
    assert "meets 2026-03-20T00:00:00+00:00 already" in twice.stderr
    to = ("starts_at=2026-03-17T10:00:00+10:00", "place=Cairns", "reason=a flood")
    moved = run("meetings", "move", meeting, *to)
    assert "Tue 17 Mar 2026 10:00 Australia/Brisbane" in moved.stdout
    assert "by rule Tue 10 Mar 2026 10:00 Australia/Brisbane" in plain(moved.stdout)
    stale = run("meetings", "cancel", meeting, "reason=Easter", "--version", "0")
    assert stale.exit_code == 1
    assert "to version 1" in stale.stderr
    gone = told(run, "meetings", "cancel", meeting, "reason=Easter", "--version", "1")
    assert (gone["status"], gone["available_acts"]) == ("cancelled", [])
    assert told(run, "issues", "show", reference)["rung"]["meeting"]["id"] == planned["id"]


@pytest.mark.usefixtures("clock")
def test_an_agenda_is_put_together_and_printed(run: Run, furnished_url: str) -> None:
    reference, meeting = tabled(run, furnished_url)
    matter = told(run, "meetings", "table", meeting, "kind=matter", "title=Trainers")
    assert matter["version"] == 1
    printed = run("meetings", "agenda", meeting).stdout
    assert printed.startswith("# Southern Cross business manager forum: agenda")
    assert reference in printed
    agenda = told(run, "meetings", "agenda", meeting)
    assert [item["reference"] for item in agenda["sections"][0]["items"]] == [reference]
    early = run("meetings", "attend", meeting, "present=ruth-goldfinch")
    assert "The meeting begins" in early.stderr
    assert "Open now: table, attend" in early.stderr


def test_a_meeting_is_held_to_its_end(run: Run, furnished_url: str, clock: VirtualClock) -> None:
    reference, meeting = tabled(run, furnished_url)
    other, _ = tabled(run, furnished_url)
    clock.move_to(utc("2026-03-10 00:05"))
    present = f"present={','.join(VOTERS[:5])}"
    proxy = ("--proxy", "imran-qureshi for business_manager@fisheries: letter of 2 March")
    attended = told(run, "meetings", "attend", meeting, present, *proxy, "apologies=trang-nguyen")
    assert attended["quorate"]
    assert attended["attendance"][-1] == {
        "person": "imran-qureshi",
        "as": "proxy",
        "seat": "business_manager@fisheries",
        "authority": "letter of 2 March",
    }
    open_still = run("meetings", "close", meeting)
    assert (open_still.exit_code, open_still.stdout) == (1, "")
    assert "2 items have no outcome yet: " in open_still.stderr
    assert reference in open_still.stderr
    decide = ("meetings", "decide", meeting, f"issue={reference}", "mover=zoran-petrovic")
    unread = run(*decide, "text=Pay", "--action", "Pay by Friday")
    assert unread.exit_code == 2
    assert "write it like 'priya-nair by 2026-12-01: Pay the difference'" in plain(unread.stderr)
    action = ("--action", "priya-nair by 2026-03-13: Pay")
    assert (
        "resolved"
        in run(*decide, *action, "--body", "-", sent='{"text": "Pay the difference"}').stdout
    )
    deferred = told(run, "meetings", "defer", meeting, f"issue={other}", "reason=no figures")
    assert deferred["reference"] == other
    assert told(run, "meetings", "close", meeting)["status"] == "closed"
    printed = plain(run("meetings", "show", meeting).stdout)
    assert "BMF-SC-2026-001 resolve Pay the difference Pay (priya-nair, by 2026-03-13)" in printed
    assert f"{other} issue The pay is late Cluster-wide" in printed
    kept_in_the_register(run)


def kept_in_the_register(run: Run) -> None:
    """The action is found by whose it is, done once, opened again, and made to serve a plan."""
    [action] = told(run, "actions", "list", "--owner", "priya-nair", "--open")["data"]
    assert (action["text"], action["due_on"], action["done"]) == ("Pay", "2026-03-13", False)
    assert "priya-nair" in run("actions", "list").stdout
    assert told(run, "actions", "list", "--forum", "ceo-board")["data"] == []
    done = run("actions", "done", action["id"], "--note", "Paid on Friday")
    assert "Paid on Friday" in done.stdout
    assert "done already" in run("actions", "done", action["id"]).stderr
    assert told(run, "actions", "list", "--open", "--year", "2026")["data"] == []
    assert not told(run, "actions", "reopen", action["id"])["done"]
    told(run, "actions", "change", action["id"], "kind=process", "plan=Payroll")
    assert [each["plan"] for each in told(run, "actions", "list", "--plan", "Payroll")["data"]]
    assert "Payroll" in run("actions", "show", action["id"]).stdout


def test_minutes_are_printed_kept_in_a_file_and_confirmed(
    run: Run, furnished_url: str, clock: VirtualClock
) -> None:
    reference, meeting = tabled(run, furnished_url)
    told(run, "meetings", "table", meeting, "kind=matter", "title=Trainers")
    [matter] = [i for i in told(run, "meetings", "show", meeting)["items"] if i["issue"] is None]
    told(run, "meetings", "withdraw", meeting, f"item={matter['subject']}", "reason=done")
    clock.move_to(utc("2026-03-10 00:05"))
    told(run, "meetings", "attend", meeting, f"present={','.join(VOTERS[:5])}")
    told(run, "meetings", "note-not-reached", meeting, f"issue={reference}")
    told(run, "meetings", "close", meeting)
    written = run("meetings", "minutes", meeting, "--format", "html", "--out", "minutes.html")
    assert "minutes.html is written" in written.stderr
    assert reference in Path("minutes.html").read_text(encoding="utf-8")
    items = told(run, "meetings", "minutes", meeting)["items"]
    outcomes = {item["title"]: item["outcome"] for item in items}
    assert outcomes == {"The pay is late": "not_reached", "Trainers": "withdrawn"}
    later = told(run, "meetings", "list", FORUM, "--limit", "1")["data"][0]["id"]
    confirmed = told(run, "meetings", "confirm-minutes", meeting, f"at_meeting={later}")
    assert confirmed["minutes_confirmed"]["meeting"] == later


def test_too_few_come_one_keeps_out_and_what_is_reported_is_noted(
    run: Run, furnished_url: str, clock: VirtualClock
) -> None:
    reference, meeting = tabled(run, furnished_url)
    told(run, "issues", "act", reference, "report-up", "to=ceo-board")
    board = told(run, "meetings", "list", "ceo-board", "--limit", "1")["data"][0]["id"]
    told(run, "meetings", "table", board, f"issue={reference}", "reason=it is urgent")
    kept_out = run(
        "meetings", "recuse", meeting, f"issue={reference}", "person=ruth-goldfinch", "reason=hers"
    )
    assert kept_out.exit_code == 0, kept_out.output
    assert "ruth-goldfinch" in run("meetings", "show", meeting).stdout
    clock.move_to(utc("2026-03-10 00:05"))
    told(run, "meetings", "attend", meeting, "present=ruth-goldfinch")
    passed = run("meetings", "note-not-reached", meeting, f"issue={reference}")
    assert "1 voting seats are filled and the quorum is 5" in plain(passed.stderr)
    closed = told(run, "meetings", "close", meeting, "inquorate=true")
    assert (closed["status"], closed["quorate"]) == ("closed", False)
    noted = run("meetings", "note", board, f"issue={reference}", "text=Watch it")
    assert "The meeting begins" in noted.stderr


def test_a_meeting_or_an_item_that_is_not_there_is_said_so(run: Run, furnished_url: str) -> None:
    for words in (["show"], ["agenda"], ["minutes"], ["close"], ["cancel", "reason=r"]):
        answer = run("meetings", words[0], "mtg_none", *words[1:], database=furnished_url)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert "There is no meeting mtg_none." in answer.stderr
    meeting = told(run, "meetings", "list", FORUM, "--limit", "1")["data"][0]["id"]
    answer = run("meetings", "defer", meeting, "issue=SSI-2026-999999")
    assert "There is no issue SSI-2026-999999." in answer.stderr
    answer = run("meetings", "defer", meeting)
    assert "expected one of `issue` and `item`" in answer.stderr
    assert run("meetings", "burn", meeting).exit_code == 2

import json
from pathlib import Path

import pytest

from escalation.errors import Broken, Invalid
from escalation.services.replay.driving import Progress
from escalation.services.replay.run import Replay, Report, replay_log
from escalation.services.replay.stage import Framework
from escalation.store.engine import make_engine
from escalation.store.replay import count_issues
from escalation.store.transaction import read
from tests.fakes import utc
from tests.replay.stories import PLAIN, framework, plain, replayed, row, written

MONDAY, FRIDAY = "2020-03-02T", "2020-03-06T"
END = row("end", "2020-12-01T09:00", "closed")
"""A case whose only row lets the clocks of the others go on for months."""


def told(report: Report, name: str) -> dict[str, int]:
    found: dict[str, int] = report["events_by_type"]
    return {word: n for word, n in found.items() if word == f"issue.{name}"}


def test_a_case_goes_through_its_acts_at_the_logs_instants(
    tmp_path: Path, database_url: str
) -> None:
    rows = [
        row("a", f"{MONDAY}09:00", "queued"),
        row("a", f"{MONDAY}09:30", "working"),
        row("a", f"{MONDAY}10:00", "asking"),
        row("a", f"{MONDAY}11:00", "working"),
        row("a", f"{MONDAY}12:00", "resolved"),
        row("a", f"{MONDAY}13:00", "working"),
        row("a", f"{MONDAY}14:00", "closed"),
    ]
    report = replayed(written(tmp_path, rows), database=database_url)
    assert report["acts"]["refused"] == {}
    assert report["acts"]["done"] == {
        "acknowledge": 2,
        "close": 1,
        "hold": 1,
        "log": 1,
        "reopen": 1,
        "resolve": 2,
        "resume": 1,
    }
    assert report["issues_by_status"] == {"closed": 1}
    assert report["clocks"]["fired"] == 0
    assert report["unresolved"] == {"total": 0, "exhausted": 0, "by_rung": {}}


def test_what_nobody_resolves_climbs_by_the_ladders_own_clocks(
    tmp_path: Path, database_url: str
) -> None:
    rows = [row("a", f"{MONDAY}09:00", "queued", severity="bad"), END]
    report = replayed(written(tmp_path, rows), database=database_url)
    assert report["past_target"]["rung"] == {
        rung: {"critical": 0, "high": 1, "medium": 0, "low": 0}
        for rung in ("service_manager", "function_director")
    }
    assert list(report["climbed_to"]) == [
        "function_director",
        "business_manager_forum",
        "partnering_forum",
        "governing_board",
    ]
    # On the rung from Thursday evening; the agenda of 10 March had closed on the third.
    assert report["tabled"][0] == {
        "forum": "bmf-southern-cross",
        "starts_at": "2020-04-14T00:00:00Z",
        "items": 1,
        "outcomes": {"not_reached": 1},
    }
    assert report["unresolved"]["by_rung"]["governing_board"]["high"] == 1
    assert report["clock_checks"]["checked"] > 0
    assert report["clock_checks"]["mismatches"] == 0


def test_the_log_acts_before_a_clock_that_is_due_at_the_same_instant(tmp_path: Path) -> None:
    # Two business days from Monday nine end on Wednesday at the close of business, 17:00.
    rows = [
        row("a", f"{MONDAY}09:00", "working"),
        row("a", "2020-03-04T17:00:00+10:00", "resolved"),
        row("b", f"{MONDAY}09:00", "working"),
        row("b", "2020-03-04T17:00:01+10:00", "resolved"),
    ]
    report = replayed(written(tmp_path, rows))
    assert report["climbed_to"] == {"function_director": {"past target": 1}}


def test_a_hold_that_outlasts_what_was_assumed_is_resumed_by_the_engine(tmp_path: Path) -> None:
    rows = [
        row("a", f"{MONDAY}09:00", "working"),
        row("a", f"{MONDAY}10:00", "asking"),
        row("a", f"{FRIDAY}10:00", "working"),
    ]
    report = replayed(written(tmp_path, rows))
    assert report["acts"]["refused"] == {"resume": {"not_when_in_progress": 1}}
    assert told(report, "resumed") == {"issue.resumed": 1}


def test_what_a_forum_has_is_decided_there_when_the_log_resolves_it(tmp_path: Path) -> None:
    rows = [
        row("a", f"{MONDAY}09:00", "queued"),
        row("a", "2020-03-23T09:00", "resolved"),
        row("b", f"{MONDAY}09:00", "queued"),
        row("b", "2020-03-23T09:00", "asking"),
        row("b", "2020-03-24T09:00", "resolved"),
        row("c", f"{MONDAY}09:00", "queued"),
        row("c", "2020-03-23T09:00", "resolved"),
        row("c", "2020-03-24T09:00", "working"),
        END,
    ]
    report = replayed(written(tmp_path, rows))
    assert report["acts"]["refused"]["resolve"] == {"both_must_agree": 3}
    assert report["acts"]["decided_by_forums"] == 2  # the log took the third back
    assert report["acts"]["refused"]["reopen"] == {"not_when_tabled": 1}
    assert report["issues_by_status"]["closed"] == 3
    assert report["unresolved"]["total"] == 1


def test_the_logs_moves_become_climbs_only_when_they_are_followed(tmp_path: Path) -> None:
    rows = [
        row("a", f"{MONDAY}09:00", "working", "one"),
        row("a", f"{MONDAY}10:00", "working", "two"),
        row("a", f"{MONDAY}11:00", "working", "one"),
        row("a", f"{MONDAY}12:00", "working", "two"),
    ]
    log = written(tmp_path, rows)
    assert replayed(log)["climbed_to"] == {}
    followed = replayed(log, follow=True)
    assert followed["climbed_to"] == {"function_director": {"escalate": 2}}
    assert followed["acts"]["done"]["refer-back"] == 1
    assert followed["log"]["moves"] == replayed(log)["log"]["moves"]


def test_a_log_is_not_replayed_into_a_database_that_holds_issues(tmp_path: Path) -> None:
    log = written(tmp_path, [row("a", f"{MONDAY}09:00", "closed")])
    url = f"sqlite:///{tmp_path / 'kept' / 'replay.db'}"
    assert replayed(log, database=url)["issues"] == 1
    engine = make_engine(url)
    with read(engine) as connection:
        assert count_issues(connection) == 1
    engine.dispose()
    with pytest.raises(Broken, match="holds 1 issues"):
        replayed(log, database=url)


def test_a_server_without_our_tables_is_told_to_be_upgraded(
    tmp_path: Path, empty_database_url: str
) -> None:
    log = written(tmp_path, [row("a", f"{MONDAY}09:00", "closed")])
    if empty_database_url.startswith("sqlite"):
        assert replayed(log, database=empty_database_url)["issues"] == 1
        return
    with pytest.raises(Broken, match="escalation db upgrade"):
        replayed(log, database=empty_database_url)


def test_a_word_that_has_none_of_ours_is_told_with_its_line(tmp_path: Path) -> None:
    text = PLAIN.replace(
        "agency: {otherwise: rivers}", "agency: {column: about, values: {x: rivers}}"
    )
    log = written(
        tmp_path, [row("a", f"{MONDAY}09:00", "queued"), row("b", f"{MONDAY}09:00", "same")]
    )
    with pytest.raises(Invalid) as caught:
        replayed(log, plain(text))
    assert [fault.file for fault in caught.value.errors] == ["log.csv:2", "log.csv:3"]
    assert "found `pay` as `about`" in caught.value.errors[0].detail


def test_a_log_from_before_the_calendars_is_refused_with_their_place(tmp_path: Path) -> None:
    log = written(tmp_path, [row("a", "1999-03-02T09:00", "queued")])
    with pytest.raises(Invalid) as caught:
        replayed(log)
    assert caught.value.errors[0].code == "calendar_begins_late"
    assert (caught.value.errors[0].file or "").startswith("escalation_ladders.yaml:")


def test_a_case_that_no_rule_lets_in_is_counted_and_its_rows_do_nothing(tmp_path: Path) -> None:
    # A provider that is its own client is refused by the engine, not by the mapping.
    text = PLAIN.replace("otherwise: rivers", "otherwise: meridian")
    text = text.replace("  system: plain", "  system: plain\n  provider: meridian")
    rows = [row("a", f"{MONDAY}09:00", "working"), row("a", f"{MONDAY}10:00", "resolved")]
    report = replayed(written(tmp_path, rows), plain(text))
    assert report["acts"]["not_logged"] == {"invalid": 1}
    assert (report["issues"], report["acts"]["done"], report["acts"]["refused"]) == (0, {}, {})


def test_progress_ends_with_every_act_of_the_log(tmp_path: Path) -> None:
    seen: list[Progress] = []
    rows = [row("a", f"{MONDAY}09:00", "queued"), row("a", f"{FRIDAY}09:00", "resolved")]
    wanted = Replay(log=written(tmp_path, rows), mapping=plain(), under=framework())
    replay_log(wanted, seen.append)
    assert (seen[-1].acts, seen[-1].of) == (2, 2)
    assert seen[-1].clocks > 0


def test_a_forum_meets_by_its_own_rule_long_before_it_was_set_up(tmp_path: Path) -> None:
    rows = [row("a", f"{MONDAY}09:00", "queued"), END]
    meetings = replayed(written(tmp_path, rows))["tabled"]
    begun = [utc(m["starts_at"]) for m in meetings if m["forum"] == "bmf-southern-cross"]
    # The second Tuesday of the month at ten in Brisbane.
    assert begun
    assert all(8 <= at.day <= 14 and at.weekday() == 1 and at.hour == 0 for at in begun)


def test_a_mistake_in_the_ladders_is_told_before_anything_is_driven(tmp_path: Path) -> None:
    under = framework()
    broken = Framework(b"label: x\n", "ladders.yaml", under.directory, under.directory_name)
    log = written(tmp_path, [row("a", f"{MONDAY}09:00", "queued")])
    with pytest.raises(Invalid) as caught:
        replay_log(Replay(log=log, mapping=plain(), under=broken))
    assert (caught.value.errors[0].file or "").startswith("ladders.yaml:")


def test_a_report_is_plain_data(tmp_path: Path) -> None:
    report = replayed(written(tmp_path, [row("a", f"{MONDAY}09:00", "closed")]))
    assert json.loads(json.dumps(report)) == report

from pathlib import Path

import pytest

from escalation.services.replay.cases import Did, Read, read_cases, way
from escalation.services.replay.mapping import LogState
from escalation.services.replay.rows import LogReader
from tests.fakes import utc
from tests.replay.stories import plain, row, written

DAY = "2020-03-02T"


def taken(path: Path, *, follow: bool = False, limit: int | None = None) -> Read:
    reader = LogReader(path, plain())
    return read_cases(reader.cases(), reader.names, plain(), follow=follow, limit=limit)


def acts(tmp_path: Path, *states: str, follow: bool = False) -> list[str]:
    """The acts of one case with these states, hour by hour; `state/line` moves it."""
    rows = []
    for hour, told in enumerate(states):
        state, _, line = told.partition("/")
        rows.append(row("a", f"{DAY}{hour:02}:00", state, line or "one"))
    return [step.did for step in taken(written(tmp_path, rows), follow=follow).cases[0].steps]


@pytest.mark.parametrize(
    ("states", "done"),
    [
        (["queued"], ["log"]),
        (["working"], ["log", "acknowledge"]),
        (["closed"], ["log", "resolve", "close"]),
        (["same", "same", "working", "same"], ["log", "acknowledge"]),
        (["queued", "asking", "asking", "working"], ["log", "hold", "resume"]),
        (["asking", "vendor", "queued"], ["log", "hold", "resume", "hold", "resume"]),
        (["asking", "same", "resolved"], ["log", "hold", "resolve"]),
        (["working", "queued", "working"], ["log", "acknowledge", "acknowledge"]),
        (["resolved", "closed", "resolved"], ["log", "resolve", "close"]),
        (["resolved", "working"], ["log", "resolve", "reopen", "acknowledge"]),
        (["closed", "asking"], ["log", "resolve", "close", "reopen", "hold"]),
        (["resolved", "gone", "resolved"], ["log", "resolve", "withdraw"]),
        (["gone", "closed"], ["log", "withdraw", "close"]),
    ],
)
def test_the_way_from_state_to_state_makes_the_acts(
    tmp_path: Path, states: list[str], done: list[str]
) -> None:
    assert acts(tmp_path, *states) == done


def test_every_state_has_a_way_to_every_other() -> None:
    told = [state for state in LogState if state is not LogState.SAME]
    for after in told:
        assert way(None, after)[0] is Did.LOG
        for before in told:
            assert Did.LOG not in way(before, after)


@pytest.mark.parametrize(
    ("states", "done"),
    [
        (["queued/one", "working/two"], ["log", "escalate", "acknowledge"]),
        (["queued/three", "working/one"], ["log", "refer-back", "acknowledge"]),
        (["resolved/one", "working/two"], ["log", "resolve", "reopen", "escalate", "acknowledge"]),
        (["resolved/one", "closed/two"], ["log", "resolve", "close"]),
        (["queued/two", "resolved/one"], ["log", "refer-back", "resolve"]),
    ],
)
def test_the_logs_moves_are_followed_only_when_asked(
    tmp_path: Path, states: list[str], done: list[str]
) -> None:
    moves = {"escalate", "refer-back"}
    assert acts(tmp_path, *states, follow=True) == done
    assert acts(tmp_path, *states) == [did for did in done if did not in moves]


def test_moves_are_counted_by_direction_and_case(tmp_path: Path) -> None:
    lines = {"a": ("one", "two", "one", "one"), "b": ("two", "three", "one", "two")}
    rows = [
        row(case, f"{DAY}{hour:02}:00", "queued", line)
        for case, through in lines.items()
        for hour, line in enumerate(through)
    ]
    moves = taken(written(tmp_path, rows)).moves
    assert (moves.up, moves.down, moves.cases_up, moves.cases_down) == (3, 2, 2, 2)
    assert moves.places == {"line 1": 4, "line 2": 3, "line 3": 1}


def test_rows_at_one_instant_keep_the_order_of_the_file(tmp_path: Path) -> None:
    assert acts(tmp_path, "queued") == ["log"]
    same = [row("a", f"{DAY}09:00", state) for state in ("queued", "asking", "working", "resolved")]
    [case] = taken(written(tmp_path, same)).cases
    assert [step.did for step in case.steps] == ["log", "hold", "resume", "resolve"]
    assert [step.line for step in case.steps] == [2, 3, 4, 5]


def test_rows_out_of_order_are_put_by_time_and_counted(tmp_path: Path) -> None:
    rows = [
        row("a", f"{DAY}10:00", "resolved"),
        row("a", f"{DAY}09:00", "queued"),
        row("b", f"{DAY}08:00", "queued"),
    ]
    read = taken(written(tmp_path, rows))
    assert read.late_rows == 1
    assert [case.id for case in read.cases] == ["b", "a"]
    assert [step.did for step in read.cases[1].steps] == ["log", "resolve"]
    assert (read.first_at, read.last_at) == (utc("2020-03-01 22:00"), utc("2020-03-02 00:00"))


def test_a_limit_keeps_the_cases_that_began_first(tmp_path: Path) -> None:
    rows = [
        row(case, f"{DAY}{hour:02}:00", "queued") for case, hour in (("c", 3), ("a", 1), ("b", 2))
    ]
    read = taken(written(tmp_path, rows), limit=2)
    assert [case.id for case in read.cases] == ["a", "b"]
    assert read.rows == 2


def test_an_issue_is_received_when_the_log_says_and_never_after_its_first_row(
    tmp_path: Path,
) -> None:
    rows = [
        f"a,{DAY}10:00,{DAY}08:00,queued,one,pay,",
        f"b,{DAY}10:00,{DAY}11:00,queued,one,pay,",
        f"c,{DAY}10:00,?,queued,one,pay,",
    ]
    received = [case.received for case in taken(written(tmp_path, rows)).cases]
    ten = utc("2020-03-02 00:00")
    assert received == [utc("2020-03-01 22:00"), ten, ten]

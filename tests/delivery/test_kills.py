from pathlib import Path

import pytest

from tests.builders import copied_sqlite
from tests.delivery.campaign import kills
from tests.delivery.mailed import mailed
from tests.delivery.outage import recovered
from tests.delivery.written_back import WAYS, backlog, written_back


@pytest.mark.slow
@pytest.mark.campaign
def test_kills_of_sender_and_receiver_lose_and_reorder_nothing(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "kills.db")
    trial = kills(url, tmp_path, 2_000, rounds=5, seed=1)
    assert trial.kills == 5


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.postgres
def test_kills_lose_and_reorder_nothing_on_a_server_either(
    furnished_postgres_url: str, tmp_path: Path
) -> None:
    trial = kills(furnished_postgres_url, tmp_path, 2_000, rounds=5, seed=2)
    assert trial.kills == 5


@pytest.mark.slow
@pytest.mark.campaign
def test_kills_within_a_recovery_double_and_lose_nothing(
    furnished_url: str, tmp_path: Path
) -> None:
    at_kills = recovered(furnished_url, tmp_path, 100, kills=0, seed=3)
    assert at_kills[0] == "open"  # what was late was being worked off


@pytest.mark.slow
@pytest.mark.campaign
def test_a_tool_that_misbehaves_is_written_to_once_and_in_order_through_kills(
    furnished_url: str, tmp_path: Path
) -> None:
    trial = written_back(furnished_url, tmp_path, 200, rounds=3, seed=4)
    assert (trial.kills, trial.unconfirmed) == (3, 0)
    assert len(trial.got) > 200


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("kind", sorted(WAYS.keys() - {"jira"}))
def test_every_tool_that_misbehaves_is_told_all_once_in_order_through_kills(
    furnished_sqlite: Path, tmp_path: Path, kind: str
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / f"{kind}.db")
    trial = written_back(url, tmp_path, 80, rounds=1, seed=5, kind=kind)
    assert trial.kills == 1


@pytest.mark.slow
@pytest.mark.campaign
def test_a_backlog_is_worked_off_while_new_events_go_out(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "backlog.db")
    worked = backlog(url, tmp_path, 1_000)
    # The last of them may have been asked for just before the end.
    assert worked.ahead >= max(1, len(worked.waits) - 1), "none waits for what waited before it"


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("again", [False, True])
def test_mail_through_kills_and_a_server_that_misbehaves_comes_once_and_in_order(
    furnished_sqlite: Path, tmp_path: Path, *, again: bool
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "mail.db")
    trial = mailed(url, tmp_path, 80, rounds=2, seed=5, again=again)
    assert trial.kills == 2
    assert len(trial.taken) >= 100

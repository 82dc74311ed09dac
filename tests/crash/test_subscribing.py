"""Kill -9 while windows are closed, made and handed on: each once, and none left out."""

from pathlib import Path

import pytest

from tests.builders import copied_sqlite
from tests.crash.subscribing import Round, prepare

KILLS = 4


@pytest.mark.slow
@pytest.mark.campaign
def test_no_window_is_lost_doubled_or_handed_on_twice(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "e.db")
    _killed(url, at_once=1)


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.postgres
def test_nor_is_any_where_two_workers_share_a_server(furnished_postgres_url: str) -> None:
    _killed(furnished_postgres_url, at_once=2)


def _killed(url: str, at_once: int) -> None:
    prepare(url)
    round_ = Round(url, seed=1, at_once=at_once)
    for _ in range(KILLS):
        round_.kill_once()
    round_.end()
    assert round_.wrong == []

from pathlib import Path

import pytest

from tests.builders import copied_sqlite
from tests.delivery.campaign import kills


@pytest.mark.slow
def test_kills_of_sender_and_receiver_lose_and_reorder_nothing(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "kills.db")
    trial = kills(url, tmp_path, 2_000, rounds=5, seed=1)
    assert trial.kills == 5


@pytest.mark.slow
@pytest.mark.postgres
def test_kills_lose_and_reorder_nothing_on_a_server_either(
    furnished_postgres_url: str, tmp_path: Path
) -> None:
    trial = kills(furnished_postgres_url, tmp_path, 400, rounds=3, seed=2)
    assert trial.kills == 3

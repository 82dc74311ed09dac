"""Some months of the demonstration cluster; the campaign lives the whole year."""

from pathlib import Path

import pytest

from tests.year.campaign import lived
from tests.year.ending import wrong


@pytest.mark.slow
@pytest.mark.campaign
def test_nobody_is_left_in_silence_and_the_records_agree(
    furnished_url: str, tmp_path: Path
) -> None:
    with lived(furnished_url, tmp_path, days=120, issues=200, people=40, seed=5) as year:
        assert wrong(year) == []
        assert {"met", "cancelled"} <= set(year.meetings.values())
        acts = {"acknowledge", "resolve", "hold", "escalate", "refer-back", "meeting decide"}
        assert acts <= set(year.done)

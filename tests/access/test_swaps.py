"""Some of the swaps that `tests.access.swaps` makes by the hundred thousand."""

from pathlib import Path

import pytest

from tests.access.swaps import swapped, swapping

SWAPS, SEED = 400, 20_261_126


@pytest.mark.slow
@pytest.mark.campaign
def test_a_name_of_what_is_hidden_is_answered_as_one_that_nothing_has(
    furnished_url: str, tmp_path: Path
) -> None:
    with swapping(furnished_url, tmp_path, SEED) as swapper:
        assert swapped(swapper, SWAPS) == []

"""Digests one after the other tile time, through the end of daylight saving."""

from pathlib import Path

from tests.digests.tiling import ZONES, walked


def test_periods_tile_time_and_come_to_the_folded_timeline(tmp_path: Path) -> None:
    walk = walked(f"sqlite:///{tmp_path / 'tiling.db'}", ZONES[0], days=50, seed=3)
    assert walk.faults == ()
    assert walk.windows > 4
    assert walk.moved > 5

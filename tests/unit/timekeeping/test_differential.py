import pytest

from tests.unit.timekeeping.differential import CASES, CHUNK, SEED, compare, shares


@pytest.mark.campaign
@pytest.mark.parametrize(("zone", "chunk", "cases"), list(shares(CASES, CHUNK)))
def test_product_and_second_counter_agree_to_the_second(zone: str, chunk: int, cases: int) -> None:
    assert compare(zone, chunk, cases, SEED) == cases

"""Small counts: what is not told, so that a figure never points at a person."""

from collections.abc import Mapping
from typing import Final

THRESHOLD: Final = 5
"""From how many on a count is told where it is to be suppressed when small (our reading)."""
WITHHELD: Final = f"fewer than {THRESHOLD}"
"""What stands instead of a small count."""


def small(count: int) -> bool:
    """Whether a count says too much about too few; none at all says nothing of anybody."""
    return 0 < count < THRESHOLD


def told(count: int) -> int | None:
    """A count that stands alone; None where it is withheld."""
    return None if small(count) else count


def sealed(count: int) -> int | None:
    """How many sealed matters there are, as far as anybody may know.

    In whole fives, and none is withheld as a few are: else one that is sealed, or comes sealed,
    would be told by the total that moves with it (our reading).
    """
    return None if count < THRESHOLD else count - count % THRESHOLD


def beside(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts that stand beside each other, and whose sum may be known.

    Where only one of them is small, the least of the others is withheld with it: else the sum
    would give it away.
    """
    withheld = {name for name, count in counts.items() if small(count)}
    if len(withheld) == 1:
        others = [(count, name) for name, count in counts.items() if count >= THRESHOLD]
        withheld |= {name for _, name in sorted(others)[:1]}
    return {name: None if name in withheld else count for name, count in counts.items()}

"""Shares and means, worked out in whole numbers, so that they are the same everywhere."""

from collections.abc import Mapping


def percent(part: int, of: int) -> str | None:
    """A share to a tenth of a percent, half up; None of nothing."""
    if of == 0:
        return None
    tenths = (2000 * part + of) // (2 * of)
    return f"{tenths // 10}.{tenths % 10}"


def mean(many: Mapping[int, int]) -> str:
    """The mean to a hundredth, half up, of numbers that each stand there so many times."""
    count = sum(many.values())
    hundredths = (200 * sum(each * times for each, times in many.items()) + count) // (2 * count)
    return f"{hundredths // 100}.{hundredths % 100:02}"

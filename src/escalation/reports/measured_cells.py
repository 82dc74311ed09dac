"""What measures come to, as the cells of tables have it."""

from typing import Any

from escalation.digests.measures import Measure, Unit
from escalation.digests.suppression import WITHHELD
from escalation.reports.layout import NONE

_HOUR, _MINUTE = 3600, 60


def value_of(measure: Measure, value: Any) -> str:  # noqa: ANN401 - a count, a share or a time
    """What a measure came to."""
    if measure.unit is Unit.PERCENT:
        return NONE if value is None else f"{value}%"
    if measure.unit is Unit.BUSINESS_SECONDS:
        return time_of(value)
    return count_of(value)


def count_of(count: int | None) -> str:
    """A count, or that it is withheld."""
    return WITHHELD if count is None else str(count)


def time_of(seconds: int | None) -> str:
    """Hours and minutes."""
    if seconds is None:
        return NONE
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02} min"

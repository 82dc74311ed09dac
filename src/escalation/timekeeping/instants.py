"""Instants as whole seconds, and the edges of local time.

Datetimes stand at the edge of this layer, whole seconds since 1970 inside it. Local time does
one thing only: it says at which instant a window opens or closes.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local clock readings have no zone


@cache
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        ValueError: when there is none; names the nearest. Never falls back to another zone.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.0)
        msg = f"unknown time zone {name!r}; the nearest is {near[0]!r}"
        raise ValueError(msg) from None


def seconds_of(at: datetime) -> int:
    """Whole seconds since 1970 of an aware instant; a fraction is cut off.

    Raises:
        TypeError: when the instant is naive.
    """
    since = at - _EPOCH
    return since.days * 86400 + since.seconds


def instant_of(seconds: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def clock_seconds(local: datetime) -> int:
    """A naive clock reading as seconds, as if the clock stood in UTC."""
    since = local - _NAIVE_EPOCH
    return since.days * 86400 + since.seconds


def offset_at(zone: ZoneInfo, local: datetime) -> int:
    """Seconds east of UTC that a naive clock reading (and its ``fold``) stands at."""
    offset = zone.utcoffset(local) or timedelta(0)
    return offset.days * 86400 + offset.seconds


def edge(zone: ZoneInfo, local: datetime, *, closing: bool) -> int:
    """The instant at which a window opens or closes by the local clock.

    A reading that the clock skips (daylight saving begins) is the instant of the skip. A reading
    that comes twice opens at the first and closes at the second.
    """
    before = offset_at(zone, local.replace(fold=0))
    after = offset_at(zone, local.replace(fold=1))
    reading = clock_seconds(local)
    if before < after:
        return _skip_between(zone, reading - after, reading - before)
    return reading - (after if closing else before)


def _skip_between(zone: ZoneInfo, low: int, high: int) -> int:
    """The instant in ``(low, high]`` at which the zone's offset changes."""
    former = _offset_of(zone, low)
    steps = range(low, high)
    return low + bisect_left(steps, x=True, key=lambda at: _offset_of(zone, at) != former)


def _offset_of(zone: ZoneInfo, at: int) -> timedelta | None:
    return datetime.fromtimestamp(at, zone).utcoffset()

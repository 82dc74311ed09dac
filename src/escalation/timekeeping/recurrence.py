"""When meetings come round: an RFC 5545 rule on a local clock.

A meeting keeps its local time when the clock is put on or back. A local time that is skipped is
read with the offset before the skip, and one that comes twice is the first (RFC 5545 section
3.3.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from escalation.timekeeping.instants import zone_named
from escalation.timekeeping.pattern import QUIET_YEARS, Pattern
from escalation.timekeeping.rrule import Until, read_rule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An RRULE value, the naive local time it starts from (DTSTART), and its IANA zone.

    The start is an occurrence only where it fits the rule.
    """

    rule: str
    start: datetime
    zone: str

    @classmethod
    def parse(cls, rule: str, start: datetime, zone: str) -> "Recurrence":
        """Check everything and make the recurrence.

        Raises:
            ValueError: when the rule is no RFC 5545 rule by days, weeks, months or years (says at
                which character), never comes round, the zone is unknown or the start is aware.
        """
        if start.tzinfo is not None:
            msg = f"the start {start.isoformat()} must be a local time, without an offset"
            raise ValueError(msg)
        recurrence = cls(rule, start.replace(microsecond=0), zone)
        if next(recurrence._instants(start), None) is None:
            msg = f"the rule {rule!r} never comes round within {QUIET_YEARS} years of {start}"
            raise ValueError(msg)
        return recurrence

    def first_after(self, instant: datetime, *, inclusive: bool = False) -> datetime | None:
        """The first occurrence after an aware instant, or at it when ``inclusive``; in UTC."""
        return _first_after(self, instant, inclusive=inclusive)

    def between(self, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """The occurrences of ``[start, end)`` in order, in UTC."""
        found = []
        for at in self.around(start):
            if at >= end:
                break
            if at >= start:
                found.append(at)
        return tuple(found)

    def published(self) -> str:
        """The rule as calendar programs read it beside a start that has a zone.

        RFC 5545 section 3.3.10: its last moment then stands in UTC.
        """
        until = read_rule(self.rule).until
        parts = [p for p in self.rule.upper().removesuffix(";").split(";") if p]
        if until is not None:
            parts = [part for part in parts if not part.startswith("UNTIL=")]
            last = _last(until, zone_named(self.zone))
            parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
        return ";".join(parts)

    def around(self, instant: datetime) -> Iterator[datetime]:
        """The occurrences in order, in UTC, from some time before an aware instant."""
        return self._instants(self._local(instant) - _DAY)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(zone_named(self.zone)).replace(tzinfo=None)

    def _instants(self, since: datetime) -> Iterator[datetime]:
        """The occurrences in order, from some time before the local ``since``."""
        zone = zone_named(self.zone)
        pattern = _pattern(self.rule, self.start)
        last = _last(pattern.rule.until, zone)
        for locals_ in pattern.periods(since.date()):
            for at in sorted({local.replace(tzinfo=zone).astimezone(UTC) for local in locals_}):
                if at > last:
                    return
                yield at


def _last(until: Until | None, zone: ZoneInfo) -> datetime:
    """The last instant at which the rule may have an occurrence."""
    if until is None:
        return datetime.max.replace(tzinfo=UTC)
    if until.local:
        return until.moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return until.moment.replace(tzinfo=UTC)


@lru_cache(maxsize=1024)
def _pattern(rule: str, start: datetime) -> Pattern:
    return Pattern.of(read_rule(rule), start)


@lru_cache(maxsize=4096)  # a body's meetings are walked through again for each digest and issue
def _first_after(recurrence: Recurrence, instant: datetime, *, inclusive: bool) -> datetime | None:
    for at in recurrence.around(instant):
        if at > instant or (inclusive and at == instant):
            return at
    return None

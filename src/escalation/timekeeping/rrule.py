"""Reading an RFC 5545 recurrence rule (section 3.3.10) into its parts.

Meetings are days apart, so a rule is daily, weekly, monthly or yearly. What RFC 5545 forbids is
refused, and so is what would never end: every count has a bound.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}")
_UNTIL_FORMS = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}


class Frequency(StrEnum):
    """How long a period of the rule is."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Until:
    """The last moment of a rule: ``local`` by the rule's own clock, or in UTC."""

    moment: datetime
    local: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of a rule as written. ``days`` are (ordinal or 0, weekday from Monday 0)."""

    frequency: Frequency
    interval: int
    count: int | None
    until: Until | None
    week_start: int
    days: tuple[tuple[int, int], ...]
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def by(self, part: str) -> tuple[int, ...]:
        """The numbers of a ``BY...`` part; empty when it was not given."""
        return self.numbers.get(part, ())


_RANGES = {  # part: (lowest, highest, whether it may be negative)
    "INTERVAL": (1, 1000, False),
    "COUNT": (1, 1000, False),
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
_SINGLE = frozenset({"INTERVAL", "COUNT"})
_PARTS = ("FREQ", "UNTIL", "WKST", "BYDAY", *_RANGES)
_ONLY = {  # RFC 5545's table of BYxxx parts: where the part may stand
    "BYWEEKNO": (Frequency.YEARLY,),
    "BYYEARDAY": (Frequency.YEARLY,),
    "BYMONTHDAY": (Frequency.DAILY, Frequency.MONTHLY, Frequency.YEARLY),
}
_FIFTH = 5


def read_rule(text: str) -> Rule:
    """The parts of an RRULE value.

    A semicolon at the end is allowed, since calendar programs write one.

    Raises:
        ValueError: says at which character, what was found and what was expected.
    """
    parts = _split(text)
    frequency = _frequency(parts)
    rule = Rule(
        frequency=frequency,
        interval=_numbers(parts, "INTERVAL", default=1)[0],
        count=next(iter(_numbers(parts, "COUNT")), None),
        until=_until(parts),
        week_start=_week_start(parts),
        days=_days(parts, frequency),
        numbers={p: _numbers(parts, p) for p in _RANGES if p in parts and p not in _SINGLE},
    )
    _check(parts, rule)
    return rule


@dataclass(frozen=True, slots=True)
class _Part:
    """The value of a part and the character at which the part begins."""

    name: str
    value: str
    at: int

    def refuse(self, expected: str) -> ValueError:
        msg = f"recurrence rule, character {self.at}: {self.name}={self.value}: {expected}"
        return ValueError(msg)


def _split(text: str) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    at = 1
    for piece in text.upper().removesuffix(";").split(";"):
        name, equals, value = piece.partition("=")
        part = _Part(name, value, at)
        if name not in _PARTS or not equals:
            near = get_close_matches(name, _PARTS, n=1, cutoff=0.0)[0]
            msg = f"recurrence rule, character {at}: found {piece!r}, expected a part like {near}="
            raise ValueError(msg)
        if name in parts:
            raise part.refuse("stands twice")
        parts[name] = part
        at += len(piece) + 1
    return parts


def _frequency(parts: Mapping[str, _Part]) -> Frequency:
    part = parts.get("FREQ", _Part("FREQ", "", 1))
    if part.value not in set(Frequency):
        raise part.refuse("expected DAILY, WEEKLY, MONTHLY or YEARLY")
    return Frequency(part.value)


def _numbers(parts: Mapping[str, _Part], name: str, default: int | None = None) -> tuple[int, ...]:
    part = parts.get(name)
    if part is None:
        return () if default is None else (default,)
    low, high, signed = _RANGES[name]
    words = part.value.split(",")
    if len(words) > 1 and name in _SINGLE:
        raise part.refuse("expected one number")
    for word in words:
        size = abs(int(word)) if _NUMBER.fullmatch(word) else -1
        if not low <= size <= high or (word.startswith("-") and not signed):
            either = f", or -{high} to -{low}" if signed else ""
            raise part.refuse(f"found {word!r}, expected {low} to {high}{either}")
    return tuple(sorted({int(word) for word in words}))


def _week_start(parts: Mapping[str, _Part]) -> int:
    part = parts.get("WKST", _Part("WKST", "MO", 1))
    if part.value not in WEEKDAYS:
        raise part.refuse(f"expected one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(part.value)


def _days(parts: Mapping[str, _Part], frequency: Frequency) -> tuple[tuple[int, int], ...]:
    part = parts.get("BYDAY")
    if part is None:
        return ()
    in_year = frequency is Frequency.YEARLY and "BYMONTH" not in parts
    weeks = 53 if in_year else _FIFTH
    found = []
    for word in part.value.split(","):
        match = _DAY.fullmatch(word)
        if match is None:
            raise part.refuse(f"found {word!r}, expected a day like MO, or 1MO, -1FR")
        ordinal = int(match[1] or 0)
        if match[1] and not 1 <= abs(ordinal) <= weeks:
            raise part.refuse(f"found {word!r}, expected a number from 1 to {weeks}, or negative")
        found.append((ordinal, WEEKDAYS.index(match[2])))
    return tuple(found)


def _until(parts: Mapping[str, _Part]) -> Until | None:
    """A date alone means to the end of that date."""
    part = parts.get("UNTIL")
    if part is None:
        return None
    form = _UNTIL_FORMS.get(len(part.value), "")
    try:
        moment = datetime.strptime(part.value, form)  # noqa: DTZ007 - Z or local is kept beside
    except ValueError:
        raise part.refuse("expected 20261231, 20261231T170000 or 20261231T070000Z") from None
    if len(part.value) == min(_UNTIL_FORMS):
        moment = moment.replace(hour=23, minute=59, second=59)
    return Until(moment, local=not part.value.endswith("Z"))


def _check(parts: Mapping[str, _Part], rule: Rule) -> None:
    """What RFC 5545 does not allow together."""
    for name, frequencies in _ONLY.items():
        if name in parts and rule.frequency not in frequencies:
            raise parts[name].refuse(f"cannot stand with FREQ={rule.frequency}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise parts["UNTIL"].refuse("cannot stand with COUNT")
    if "BYSETPOS" in parts and not any(p.startswith("BY") for p in parts if p != "BYSETPOS"):
        raise parts["BYSETPOS"].refuse("needs another BY part to choose from")
    if not any(ordinal for ordinal, _ in rule.days):
        return
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY) or "BYWEEKNO" in parts:
        raise parts["BYDAY"].refuse(
            "a numbered day stands with FREQ=MONTHLY or YEARLY, without BYWEEKNO"
        )

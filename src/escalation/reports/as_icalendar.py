"""When a forum meets, as an iCalendar feed (RFC 5545) that calendar programs subscribe to.

The forum's rule is one recurring event. A meeting that was moved overrides its occurrence, one that
was cancelled is left out of the rule, and one in between is an event of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

PRODUCT = "-//Escalation//Meetings of forums//EN"
REFRESHED = timedelta(hours=1)
"""How often a calendar program is asked to look again."""
_LOOKS_AHEAD = 10
"""Years of the zone's changes that a feed carries, beyond its last meeting."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One meeting that is not as the rule has it.

    ``occurs_at`` is when the rule has it, None for one in between; ``sequence`` counts its changes.
    """

    id: str
    occurs_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    sequence: int
    place: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Everything that a forum's feed tells.

    ``first`` is the rule's first occurrence and ``lasts`` how long meetings take; ``sequence``
    grows whenever the rule or an occasion changes, ``stamp`` is when that was.
    """

    code: str
    title: str
    zone: str
    rule: str
    first: datetime
    lasts: timedelta
    says: str
    sequence: int
    stamp: datetime
    occasions: Sequence[Occasion]


def calendar(feed: Feed) -> bytes:
    """The feed's bytes."""
    zone = ZoneInfo(feed.zone)
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", feed.title)
    made.add("x-wr-calname", feed.title)
    made.add("x-wr-timezone", feed.zone)
    made.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    made.add_component(_by_rule(feed, zone))
    last = feed.first
    for occasion in feed.occasions:
        last = max(last, occasion.starts_at)
        if not (occasion.cancelled and occasion.occurs_at is not None):
            made.add_component(_occasion(feed, occasion, zone))
    years = max(last.year, feed.stamp.year) + _LOOKS_AHEAD
    made.add_missing_timezones(date(feed.first.year, 1, 1), date(years, 1, 1))
    return bytes(made.to_ical())


def _by_rule(feed: Feed, zone: ZoneInfo) -> Event:
    """The recurring event, without the occurrences that were cancelled."""
    event = Event()
    event.add("uid", _uid(feed))
    event.add("dtstamp", feed.stamp)
    event.add("sequence", feed.sequence)
    event.add("summary", feed.title)
    event.add("description", feed.says)
    event.add("dtstart", feed.first.astimezone(zone))
    event.add("dtend", (feed.first + feed.lasts).astimezone(zone))
    event.add("rrule", vRecur.from_ical(feed.rule))
    off = [
        occasion.occurs_at.astimezone(zone)
        for occasion in feed.occasions
        if occasion.cancelled and occasion.occurs_at is not None
    ]
    if off:
        event.add("exdate", off)
    return event


def _occasion(feed: Feed, occasion: Occasion, zone: ZoneInfo) -> Event:
    """An override of one occurrence, or an event of its own."""
    event = Event()
    if occasion.occurs_at is None:
        event.add("uid", f"{occasion.id}@escalation")
    else:
        event.add("uid", _uid(feed))
        event.add("recurrence-id", occasion.occurs_at.astimezone(zone))
    event.add("dtstamp", feed.stamp)
    event.add("sequence", feed.sequence if occasion.occurs_at else occasion.sequence)
    event.add("summary", feed.title)
    event.add("description", occasion.says)
    event.add("dtstart", occasion.starts_at.astimezone(zone))
    event.add("dtend", occasion.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if occasion.cancelled else "CONFIRMED")
    if occasion.place is not None:
        event.add("location", occasion.place)
    return event


def _uid(feed: Feed) -> str:
    return f"{feed.code}@escalation"

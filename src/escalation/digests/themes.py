"""Themes: what a register says of each, how often it came up, and whether an action helped.

Pure arithmetic over mentions: an issue, contact or piece of feedback that carries a theme's words.
Source: the domain's "Digests and reports", themes; the framework's "problematic or where service
is not meeting the needs" and its four key result areas.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from msgspec import Struct

from escalation.digests import suppression
from escalation.digests.measures import Result
from escalation.digests.selection import told, told_or_none
from escalation.routing.vocabulary import Layer

WINDOW: Final = timedelta(days=90)
"""How long before and after an action's end mentions are counted, at most (our reading)."""
SOONEST: Final = timedelta(days=30)
"""How long after an action's end nothing is said yet of whether it helped (our reading)."""


class ThemeStatus(StrEnum):
    """Whether a theme is still looked at."""

    ACTIVE = "active"
    CLOSED = "closed"


class Source(StrEnum):
    """What carries a theme."""

    ISSUE = "issue"
    CONTACT = "contact"
    FEEDBACK = "feedback"


class Loop(StrEnum):
    """Whether the theme fell once its actions were done: whether the loop was closed."""

    NO_ACTION = "no_action"
    ACTION_OPEN = "action_open"
    TOO_SOON = "too_soon"
    TOO_FEW = "too_few"
    FELL = "fell"
    SAME = "same"
    ROSE = "rose"


class Trend(StrEnum):
    """How often now, beside the period before."""

    NONE = "none"
    NEW = "new"
    RISING = "rising"
    LEVEL = "level"
    FALLING = "falling"


class Priority(NamedTuple):
    """That a forum agreed to put a theme first: by which numbered decision, and to which day.

    Source: the framework's "identify and agree on future priorities".
    """

    decision: str
    until: date


class Theme(Struct, frozen=True, kw_only=True):
    """An entry of the register as one of its versions has it.

    ``words`` are those that issues, contacts and feedback carry it by, beside its code. ``plan``
    and ``objective`` are what it serves; ``owner`` is a person and ``forum`` a body of the
    directory.
    """

    id: str
    code: str
    version: int
    title: str
    description: str
    words: tuple[str, ...]
    key_result_area: Result
    plan: str | None
    objective: str | None
    layer: Layer
    owner: str | None
    forum: str | None
    priority: Priority | None = None
    status: ThemeStatus
    changed_by: str
    recorded_at: datetime

    @property
    def known_by(self) -> frozenset[str]:
        """Every word that it is carried by, in small letters."""
        return frozenset(word.casefold() for word in (self.code, *self.words))


class Mention(NamedTuple):
    """Something that came in and carries words, at the instant at which it was put down."""

    at: datetime
    words: tuple[str, ...]
    source: Source
    cluster: str | None


class Agreed(NamedTuple):
    """An action that a decision asked for on account of a theme."""

    id: str
    text: str
    owner: str
    due_on: str | None
    forum: str
    done_at: datetime | None


class Periods(NamedTuple):
    """Two periods of one length, one after the other: after ``since`` to ``until``, and before."""

    since: datetime
    until: datetime
    before_since: datetime


def mentions_by_theme(
    themes: Iterable[Theme], mentions: Iterable[Mention]
) -> dict[str, list[Mention]]:
    """The mentions of each theme, by its id; one that has several of its words counts once."""
    known: dict[str, list[str]] = {}
    found: dict[str, list[Mention]] = {}
    for theme in themes:
        found[theme.id] = []
        for word in theme.known_by:
            known.setdefault(word, []).append(theme.id)
    for mention in mentions:
        carried = {name for word in mention.words for name in known.get(word.casefold(), ())}
        for name in carried:
            found[name].append(mention)
    return found


def begins(periods: Periods, agreed: Iterable[Agreed]) -> datetime:
    """From when on mentions are needed: for both periods, and around each action's end."""
    ends = (each.done_at - WINDOW for each in agreed if each.done_at is not None)
    return min(periods.before_since, *ends, periods.since)


def frequency(mentions: Sequence[Mention], periods: Periods) -> dict[str, Any]:
    """How often in both periods, by what carried it, and which way that goes.

    ``before`` is None where the period began with the record.
    """
    now = counted(mentions, periods.since, periods.until)
    if periods.before_since == periods.since:
        return {"now": now, "before": None, "trend": Trend.NONE.value}
    before = counted(mentions, periods.before_since, periods.since)
    return {"now": now, "before": before, "trend": trend(now["total"], before["total"]).value}


def trend(now: int, before: int) -> Trend:
    """Which way a count goes."""
    if now == before:
        return Trend.LEVEL if now else Trend.NONE
    if before == 0:
        return Trend.NEW
    return Trend.RISING if now > before else Trend.FALLING


def counted(mentions: Iterable[Mention], since: datetime, until: datetime) -> dict[str, int]:
    """How much of what came in after one instant and not after another, by what it was."""
    inside = [mention.source for mention in mentions if since < mention.at <= until]
    counts = {f"{source.value}s": inside.count(source) for source in _SINGLE}
    return {**counts, Source.FEEDBACK.value: inside.count(Source.FEEDBACK), "total": len(inside)}


_SINGLE = (Source.ISSUE, Source.CONTACT)


def loop(mentions: Iterable[Mention], agreed: Sequence[Agreed], until: datetime) -> dict[str, Any]:
    """Whether the theme fell after all of its actions were done.

    Counted as long before the last of them was done as after it: ``WINDOW``, or what has passed
    since where that is less. Small counts are withheld, and where both are small nothing is said.
    """
    done = [each.done_at for each in agreed if each.done_at is not None]
    if not agreed or len(done) < len(agreed):
        return _loop(Loop.ACTION_OPEN if agreed else Loop.NO_ACTION)
    end = max(done)
    span = min(WINDOW, until - end)
    if span < SOONEST:
        return _loop(Loop.TOO_SOON, end)
    instants = [mention.at for mention in mentions]
    before = sum(end - span < at <= end for at in instants)
    after = sum(end < at <= end + span for at in instants)
    return _loop(_fell(before, after), end, days=span.days, counts=(before, after))


def _fell(before: int, after: int) -> Loop:
    if max(before, after) < suppression.THRESHOLD:
        return Loop.TOO_FEW
    if before == after:
        return Loop.SAME
    return Loop.FELL if after < before else Loop.ROSE


def _loop(
    state: Loop,
    end: datetime | None = None,
    *,
    days: int | None = None,
    counts: tuple[int, int] | None = None,
) -> dict[str, Any]:
    before, after = (None, None) if counts is None else map(suppression.told, counts)
    return {
        "state": state.value,
        "closed": state is Loop.FELL,
        "done_at": told_or_none(end),
        "days": days,
        "before": before,
        "after": after,
    }


def by_cluster(
    mentions: Iterable[Mention], periods: Periods, clusters: Iterable[str]
) -> dict[str, int | None]:
    """How many of the period's issues are of each cluster, small counts withheld."""
    counts = dict.fromkeys(sorted(clusters), 0)
    for mention in mentions:
        inside = periods.since < mention.at <= periods.until
        if inside and mention.cluster is not None and mention.cluster in counts:
            counts[mention.cluster] += 1
    return suppression.beside(counts)


def action_told(agreed: Agreed) -> dict[str, Any]:
    """An action as a theme tells it."""
    return {
        "id": agreed.id,
        "text": agreed.text,
        "owner": agreed.owner,
        "due_on": agreed.due_on,
        "forum": agreed.forum,
        "done_at": told_or_none(agreed.done_at),
    }


def priority_told(priority: Priority | None) -> dict[str, str] | None:
    """What was agreed of a theme's priority."""
    if priority is None:
        return None
    return {"decision": priority.decision, "until": priority.until.isoformat()}


def theme_told(theme: Theme) -> Mapping[str, Any]:
    """What the register says of a theme."""
    return {
        "id": theme.id,
        "code": theme.code,
        "version": theme.version,
        "title": theme.title,
        "description": theme.description,
        "words": list(theme.words),
        "key_result_area": theme.key_result_area.value,
        "plan": theme.plan,
        "objective": theme.objective,
        "layer": theme.layer.value,
        "owner": theme.owner,
        "forum": theme.forum,
        "priority": priority_told(theme.priority),
        "status": theme.status.value,
        "changed_by": theme.changed_by,
        "recorded_at": told(theme.recorded_at),
    }

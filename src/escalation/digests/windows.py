"""Windows: stretches of time, one after the other, each of which a subscription has a digest of.

A window is ``(since, as_at]``, as a digest's period is, and the next one begins where it ended: no
instant is in two, and none is left out. When one ends is promised ahead; a promise whose time has
come is kept at the instant that was promised, however late that is noticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from typing import Protocol

from escalation.routing.directory import Forum
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.recurrence import Recurrence
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Agreement
from escalation.workflow.forum import ahead_of, sittings_after

SEEN_BACK = timedelta(days=400)
"""How far back the end of a window is looked for that nobody has promised."""
A_SECOND = timedelta(seconds=1)
CLOSEST = timedelta(hours=1)
"""How long a window is at least."""
LOOKED_AT = 60
"""Windows of a rule that are looked at for that."""


class Occasions(Protocol):
    """What says when windows end."""

    def after(self, since: datetime, at: datetime) -> datetime | None:
        """The end of the window that began at ``since``, promised at ``at``; None for never.

        Both are in whole seconds, ``at`` not before ``since``; the answer is after ``since``, and
        not before ``at``.
        """
        ...

    def last_by(self, at: datetime) -> datetime | None:
        """The last end not after an instant, of those that are not long past."""
        ...


@dataclass(frozen=True, slots=True)
class ByRule:
    """Windows that end whenever a recurrence comes round."""

    recurrence: Recurrence

    def after(self, since: datetime, at: datetime) -> datetime | None:
        """The first occurrence after ``at``."""
        del since
        return self.recurrence.first_after(at)

    def last_by(self, at: datetime) -> datetime | None:
        """The last occurrence not after an instant."""
        found = self.recurrence.between(at - SEEN_BACK, at + A_SECOND)
        return found[-1] if found else None

    def too_close(self, at: datetime) -> tuple[datetime, datetime] | None:
        """The first two occurrences ahead that are closer than a window may be, if any are."""
        ends = [at]
        while len(ends) <= LOOKED_AT:
            following = self.recurrence.first_after(ends[-1])
            if following is None:
                break
            ends.append(following)
        close = (pair for pair in pairwise(ends[1:]) if pair[1] - pair[0] < CLOSEST)
        return next(close, None)


@dataclass(frozen=True, slots=True)
class BeforeMeetings:
    """Windows that end a while before each meeting of a forum, wherever that has moved to.

    A meeting is served by a window that ended within that while before it. One that comes so soon
    that its end is past already is served at once.
    """

    under: Agreement
    body: Forum
    wait: Duration

    def after(self, since: datetime, at: datetime) -> datetime | None:
        """The end before the first meeting ahead that no window has served."""
        for sitting in sittings_after(self.under, self.body, at):
            end = self._end(sitting)
            if end > since:
                return max(end, at)
        return None

    def last_by(self, at: datetime) -> datetime | None:
        """The end before the last meeting for which one has passed."""
        ends = map(self._end, sittings_after(self.under, self.body, at - SEEN_BACK))
        *_, last = (None, *takewhile(lambda end: end <= at, ends))
        return last

    def _end(self, sitting: Sitting) -> datetime:
        return ahead_of(sitting.starts_at, self.wait, self.under.calendar(self.body.calendar))


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch: what took effect after ``since``, and not after ``as_at``."""

    since: datetime
    as_at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """How far a subscription has come.

    The windows up to ``since`` are closed; the next ends at ``promised``, or nothing does.
    """

    since: datetime
    promised: datetime | None

    def closed(
        self, occasions: Occasions, now: datetime, most: int
    ) -> "tuple[list[Window], Course]":
        """The windows whose time has come, ``most`` of them at most, and the course after them.

        Each next one is promised as at the end of the one before it, so it is the same windows
        whenever it is asked, and however seldom.
        """
        windows: list[Window] = []
        course = self
        while course.promised is not None and course.promised <= now and len(windows) < most:
            end = course.promised
            windows.append(Window(course.since, end))
            course = Course(end, occasions.after(end, end))
        return windows, course

    def promising(self, occasions: Occasions, at: datetime) -> "Course":
        """The same with its next window promised anew at ``at``: the rule or a meeting changed."""
        return replace(self, promised=occasions.after(self.since, max(at, self.since)))

    def ahead(self, occasions: Occasions) -> Iterator[Window]:
        """The windows that follow, as long as the rule goes on."""
        course = self
        while course.promised is not None:
            windows, course = course.closed(occasions, course.promised, 1)
            yield from windows


def begun(occasions: Occasions, at: datetime, since: datetime | None = None) -> Course:
    """The course of a subscription that begins at ``at``.

    Its first window began at ``since``; where nobody says, when the one before would have ended.
    """
    first = since or occasions.last_by(at) or at
    return Course(first, None).promising(occasions, at)

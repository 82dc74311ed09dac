"""What a digest is read under: the publications its issues pin, and the directory of its day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from escalation.digests.selection import told
from escalation.routing.directory import Directory, Forum
from escalation.routing.effective import EffectiveRung
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Scope
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.workflow.diary import NO_CHANGES, Diary, Sitting
from escalation.workflow.facts import Agreement
from escalation.workflow.forum import sittings_after

_LOOKED_BACK = (timedelta(days=200), timedelta(days=3 * 366))
"""Most bodies have met often lately; what was three years ago is not looked for."""
_LAST = 6
"""How many of a body's last meetings are looked for."""


class Pinned(Protocol):
    """What stands under an agreement."""

    @property
    def publication(self) -> str:
        """The hash of the publication that it pins."""

    @property
    def ola(self) -> str | None:
        """Its operating level agreement."""

    @property
    def ladder(self) -> str:
        """The ladder that it is on."""


def _pins(key: tuple[str, str | None, str]) -> tuple[str, str, str]:
    publication, ola, ladder = key
    return (publication, ola or "", ladder)


@dataclass(frozen=True, slots=True)
class Framework:
    """The publication in force, the directory and the diary of that day, and what issues pin."""

    publication: Publication
    directory: Directory
    directory_epoch: int
    pinned: Callable[[str], Publication]
    diary: Diary = NO_CHANGES
    _agreements: dict[tuple[str, str | None, str], Agreement] = field(default_factory=dict)

    @property
    def in_force(self) -> Agreement:
        """The calendars of the publication in force: a forum's is named there."""
        return self._agreement(self.publication, None, Scope.FUNCTION.value)

    def rungs(self) -> dict[str, EffectiveRung]:
        """The rungs of what was asked for so far, the lowest first.

        Of one id it is that of the ladder whose pins come last by their letters.
        """
        under = [self._agreements[key].ladder for key in sorted(self._agreements, key=_pins)]
        found = {rung.id: (each.position(rung.id), rung) for each in under for rung in each.rungs}
        ordered = sorted(found, key=lambda name: (found[name][0], name))
        return {name: found[name][1] for name in ordered}

    def agreement(self, standing: Pinned) -> Agreement:
        """What an issue stands under."""
        key = (standing.publication, standing.ola, standing.ladder)
        found = self._agreements.get(key)
        if found is None:
            publication = self.pinned(standing.publication)
            found = self._agreement(publication, standing.ola, standing.ladder)
            self._agreements[key] = found
        return found

    def _agreement(self, publication: Publication, ola: str | None, ladder: str) -> Agreement:
        effective = publication.effective(ola, ladder)
        return Agreement(
            publication, effective, self.directory, self.directory_epoch, diary=self.diary
        )


@dataclass(frozen=True, slots=True)
class Meetings:
    """A forum's meetings around an instant, by its rule and the diary.

    ``ended`` are the last that had ended, the latest last; ``next`` is the first that begins after
    the instant, and ``open`` the one for which an issue that came now would be tabled: the first
    whose agenda is not closed.
    """

    ended: tuple[Sitting, ...]
    next: Sitting | None
    open: Sitting | None

    @classmethod
    def around(cls, under: Agreement, forum: Forum, at: datetime) -> "Meetings":
        """The meetings around ``at``: walked through once, for each costs its calendar's days."""
        ended: list[Sitting] = []
        ahead: list[Sitting] = []
        for back in _LOOKED_BACK:
            ended, ahead = [], []
            for held in sittings_after(under, forum, at - back):
                if held.ends_at <= at:
                    ended.append(held)
                elif held.starts_at > at:
                    ahead.append(held)
                    if held.cutoff_at > at:
                        break
            if len(ended) >= _LAST:
                break
        open_ = next((held for held in ahead if held.cutoff_at > at), None)
        return cls(tuple(ended[-_LAST:]), next(iter(ahead), None), open_)

    @property
    def previous(self) -> Sitting | None:
        """The last that had ended."""
        return self.ended[-1] if self.ended else None

    def told(self) -> dict[str, Any]:
        """The meetings as the document has them."""
        named = {"previous": self.previous, "next": self.next, "open": self.open}
        return {name: None if m is None else _meeting_told(m) for name, m in named.items()}


def _meeting_told(found: Sitting) -> dict[str, str]:
    return {
        "id": found.id,
        "starts_at": told(found.starts_at),
        "ends_at": told(found.ends_at),
        "agenda_closes_at": told(found.cutoff_at),
    }


class Ages:
    """Whole business days that have passed, by the calendar of the issue."""

    def __init__(self, at: datetime) -> None:
        """Counted up to ``at``."""
        self._at = at
        self._calendars: dict[tuple[str, str], AgesBy] = {}

    def by(self, under: Agreement, calendar_id: str) -> "AgesBy":
        """Ages by one calendar of what an issue stands under."""
        key = (under.publication.hash, calendar_id)
        found = self._calendars.get(key)
        if found is None:
            found = self._calendars[key] = AgesBy(under.calendar(calendar_id), self._at)
        return found


class AgesBy:
    """One calendar's business days up to an instant, by where they are counted from."""

    def __init__(self, calendar: Calendar, at: datetime) -> None:
        """Counted up to ``at``."""
        self._today: int | None
        self._number_of, self._counted_from = calendar.number_of, calendar.counted_from
        self._ages: dict[date | datetime, int | None] = {}
        try:
            self._today = calendar.business_days_until(calendar.date_of(at))
        except BeyondHorizon:
            self._today = None

    def since(self, start: datetime) -> int | None:
        """The business days after day zero of ``start``, today's among them.

        None where the calendar does not know one of the two.
        """
        key = self._counted_from(start)
        try:
            return self._ages[key]
        except KeyError:
            return self._ages.setdefault(key, self._since(start))

    def _since(self, start: datetime) -> int | None:
        if self._today is None:
            return None
        try:
            return max(0, self._today - self._number_of(start))
        except BeyondHorizon:
            return None

"""What a digest is asked for, and the rows that it is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from escalation.digests.duties import Duty
from escalation.routing.directory import Forum
from escalation.routing.vocabulary import ForumOwner
from escalation.workflow.states import UNRESOLVED

FORUM_PROFILE = "forum:"
"""How a profile begins that is about one forum; what follows is its code."""
_UNRESOLVED = frozenset(status.value for status in UNRESOLVED)


@dataclass(frozen=True, slots=True)
class Selection:
    """One forum, as it was at ``as_at`` by what was recorded by ``known_at``.

    ``since`` is when the period began whose movements are told: they took effect after it and
    not after ``as_at``, so that periods one after the other tile time. None: from the beginning.
    """

    forum: str
    as_at: datetime
    known_at: datetime
    since: datetime | None

    @property
    def profile(self) -> str:
        """The profile's name."""
        return f"{FORUM_PROFILE}{self.forum}"


class Standing(NamedTuple):
    """How one issue stands in one of its stays; a plain tuple, for there may be many thousand.

    ``due_at`` is when its rung's clock ends if nobody acts, ``past_target_at`` from when an agreed
    clock is past target; ``reported_to`` has the codes of forums, a bar between.
    """

    stay: str
    issue: str
    reference: str
    received_at: datetime
    channel: str
    raiser: str
    rung: str
    layer: str
    visit: int
    entered_at: datetime
    status: str
    severity: str
    title: str
    kind: str
    agency: str
    provider: str
    cluster: str | None
    function: str | None
    service: str | None
    region: str | None
    scope: str
    also_affects: str | None
    publication: str
    ola: str | None
    ladder: str
    calendar: str
    forum: str | None
    meeting: str | None
    meeting_at: datetime | None
    carried_over: int
    hold_until: datetime | None
    exhausted_at: datetime | None
    reported_to: str | None
    due_at: datetime | None
    past_target_at: datetime | None

    @property
    def reports(self) -> tuple[str, ...]:
        """The forums that it was reported up to."""
        return codes(self.reported_to)

    @property
    def others_affected(self) -> tuple[str, ...]:
        """The agencies that it affects beside its own."""
        return codes(self.also_affects)

    def past_target(self, at: datetime) -> bool:
        """Whether an agreed clock of it is past target."""
        return self.past_target_at is not None and self.past_target_at <= at


class Counted(NamedTuple):
    """What figures are made from, of one issue in one of its stays."""

    received_at: datetime
    status: str
    severity: str
    agency: str
    publication: str
    ola: str | None
    ladder: str
    calendar: str
    exhausted_at: datetime | None
    past_target_at: datetime | None

    def past_target(self, at: datetime) -> bool:
        """Whether an agreed clock of it is past target."""
        return self.past_target_at is not None and self.past_target_at <= at


class Before(NamedTuple):
    """The stay before: where it was, and whether anybody had to act."""

    rung: str
    visit: int
    status: str
    forum: str | None

    @property
    def unresolved(self) -> bool:
        """Whether anybody had to act on it."""
        return self.status in _UNRESOLVED


class After(NamedTuple):
    """The stay that a movement led to, as far as it says what the movement was."""

    rung: str
    visit: int
    status: str
    forum: str | None
    publication: str
    ola: str | None
    ladder: str

    @property
    def unresolved(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.status in _UNRESOLVED


class Reached(NamedTuple):
    """The same, with what is shown of the issue."""

    stay: str
    issue: str
    reference: str
    title: str
    severity: str
    agency: str
    also_affects: str | None
    provider: str
    function: str | None
    region: str | None
    reported_to: str | None
    meeting_at: datetime | None
    carried_over: int
    rung: str
    visit: int
    status: str
    forum: str | None
    publication: str
    ola: str | None
    ladder: str

    @property
    def unresolved(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.status in _UNRESOLVED

    @property
    def reports(self) -> tuple[str, ...]:
        """The forums that it was reported up to."""
        return codes(self.reported_to)

    @property
    def others_affected(self) -> tuple[str, ...]:
        """The agencies that it affects beside its own."""
        return codes(self.also_affects)


class Movement(NamedTuple):
    """From one stay to the next, at an instant; ``before`` is None where it was just logged.

    ``left_agenda`` is how the item left the agenda that it was on.
    """

    at: datetime
    before: Before | None
    after: Reached
    left_agenda: str | None


class Movements(NamedTuple):
    """How many movements there were that are alike in all that says what they were."""

    before: Before | None
    after: After
    left_agenda: str | None
    many: int


class Point(NamedTuple):
    """How many stood at the forum at an instant, how many past target, how many exhausted."""

    at: datetime
    total: int
    past_target: int
    exhausted: int


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a digest: at the forum, there at ``since``, elsewhere, moved, and still to do.

    ``sealed`` is how many sealed issues stand at the forum: nothing else is read of them.
    ``movements_before`` are those of the period before, ``trend`` what stood at earlier instants.
    """

    standing: tuple[Standing, ...]
    standing_before: tuple[Counted, ...]
    elsewhere: tuple[Standing, ...]
    movements: tuple[Movement, ...]
    duties: tuple[Duty, ...] = ()
    sealed: int = 0
    movements_before: tuple[Movements, ...] | None = None
    trend: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Whose issues may come before a body: a cluster's, a provider's, everybody's."""

    cluster: str | None = None
    provider: str | None = None

    @classmethod
    def of(cls, forum: Forum) -> "Area":
        """The area of a forum."""
        if forum.of is ForumOwner.CLUSTER:
            return cls(cluster=forum.owner)
        if forum.of is ForumOwner.PROVIDER:
            return cls(provider=forum.owner)
        return cls()

    def covers(self, standing: Standing) -> bool:
        """Whether the issue is of this area."""
        own = self.cluster is None or standing.cluster == self.cluster
        return own and (self.provider is None or standing.provider == self.provider)


def codes(listed: str | None) -> tuple[str, ...]:
    """The codes of a list that is kept with bars between them."""
    return () if listed is None else tuple(listed.split("|"))


def told(instant: datetime) -> str:
    """An instant as a digest has it: RFC 3339 in UTC with ``Z``."""
    at = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return at.isoformat()[:-6] + "Z"


def told_or_none(instant: datetime | None) -> str | None:
    """An instant that may not be."""
    return None if instant is None else told(instant)

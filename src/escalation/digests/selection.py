"""What a digest is asked for, and the rows that it is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct

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


# Structs that no collector looks at: there may be many thousand, and each is read often.


class Counted(Struct, frozen=True, gc=False):
    """What figures are made from, of one issue in one of its stays.

    ``past_target_at`` is from when an agreed clock of it is past target.
    """

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


class Standing(Counted, frozen=True, gc=False):
    """How one issue stands in one of its stays, with what is shown of it.

    ``due_at`` is when its rung's clock ends if nobody acts; ``reported_to`` and ``also_affects``
    are lists as :func:`codes` reads them.
    """

    issue: str
    reference: str
    rung: str
    layer: str
    entered_at: datetime
    title: str
    kind: str
    provider: str
    function: str | None
    region: str | None
    also_affects: str | None
    forum: str | None
    meeting: str | None
    meeting_at: datetime | None
    carried_over: int
    hold_until: datetime | None
    reported_to: str | None
    due_at: datetime | None


class Elsewhere(Standing, frozen=True, gc=False):
    """The same of an issue elsewhere, with what its way up goes by beside that."""

    channel: str
    raiser: str
    cluster: str | None
    service: str | None
    scope: str


class _Stay(Struct, frozen=True, gc=False):
    """A stay of an issue: where it was, and whether anybody had to act."""

    rung: str
    visit: int
    status: str
    forum: str | None

    @property
    def unresolved(self) -> bool:
        """Whether anybody has to act on it."""
        return self.status in _UNRESOLVED


class Before(_Stay, frozen=True, gc=False):
    """The stay before a movement."""


class After(_Stay, frozen=True, gc=False):
    """The stay that a movement led to, as far as it says what the movement was."""

    publication: str
    ola: str | None
    ladder: str


class Reached(After, frozen=True, gc=False):
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


class Movement(Struct, frozen=True, gc=False):
    """From one stay to the next, at an instant; ``before`` is None where it was just logged.

    ``left_agenda`` is how the item left the agenda that it was on.
    """

    at: datetime
    before: Before | None
    after: Reached
    left_agenda: str | None


class Movements(Struct, frozen=True, gc=False):
    """How many movements there were that are alike in all that says what they were.

    ``before`` may be None where that stay was not at the forum, too: it says nothing then.
    """

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


class Decided(NamedTuple):
    """A decision with one of the actions that it asks for, or none.

    ``title`` is what the item was called when it was decided; ``assents`` are those who agreed to
    it between meetings, none where a meeting decided.
    """

    id: str
    number: str | None
    kind: str
    subject: str
    title: str | None
    text: str
    reasons: str | None
    conditions: str | None
    effect: str
    assents: object
    decided_at: datetime
    reference: str | None
    action: str | None
    action_text: str | None
    owner: str | None
    due_on: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a digest: at the forum, there at ``since``, elsewhere, moved, and still to do.

    ``sealed`` is how many sealed issues stand at the forum: nothing else is read of them.
    ``movements_before`` are those of the period before, ``trend`` what stood at earlier instants;
    ``decided`` is what the forum decided in the period.
    """

    standing: tuple[Standing, ...]
    standing_before: tuple[Counted, ...]
    elsewhere: tuple[Elsewhere, ...]
    movements: tuple[Movement, ...]
    duties: tuple[Duty, ...] = ()
    sealed: int = 0
    movements_before: tuple[Movements, ...] | None = None
    trend: tuple[Point, ...] = ()
    decided: tuple[Decided, ...] = ()


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

    def covers(self, standing: Elsewhere) -> bool:
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

"""What a meeting does to the issues before it: asked by the meeting's own acts."""

from dataclasses import dataclass

from escalation.workflow.diary import Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOn:
    """A meeting's secretariat puts it on this agenda, by hand."""

    sitting: Sitting
    section: str | None = None
    sought: str | None = None
    late: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resit:
    """The meeting it waits for begins at another time; ``sitting`` is how it is now."""

    sitting: Sitting
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retarget:
    """The meeting did not come to it: on to the next one, for the reason ``why``.

    With ``carried`` it counts against the rung's carry-over limit, and climbs where that is used.
    """

    why: str
    carried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedUp:
    """A body to which it was reported up has noted it."""

    forum: str
    meeting: str
    text: str | None = None


OfMeeting = PutOn | Resit | Retarget | NotedUp
"""What a meeting does to the issues before it; the meeting's own table has the rules."""

"""How somebody wants their mail: each by itself or together, and when they want none."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from escalation.routing.directory import Directory
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.instants import zone_named


class Mode(StrEnum):
    """How mail comes."""

    SINGLE = "single"
    DIGEST = "digest"
    NONE = "none"


def _zone(text: str) -> str:
    zone_named(text)
    return text


Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Zone = Annotated[str, StringConstraints(max_length=100), AfterValidator(_zone)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]
MODE = (
    "`single`; `digest`, all of a day in one; or `none`, but for what they must know: what comes to"
    " them, what is past its target, seats that nobody holds"
)
DIGEST_AT = "when a digest comes, on their clock: `08:00`"
QUIET = "between these times of their clock no mail comes, it waits: `18:00` and `07:00`"
ZONE = "of these times, such as `Australia/Brisbane`; else the directory's"
CALENDAR = "a calendar of the ladder file: no mail while it is closed"
STEPS = 8
"""How often an end of quiet is looked at again: it may lie where it is quiet for another reason."""


class Mailing(BaseModel):
    """What somebody has said of their mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Mode = Field(default=Mode.SINGLE, description=MODE)
    digest_at: Clock = Field(default="08:00", description=DIGEST_AT)
    quiet_from: Clock | None = Field(default=None, description=QUIET)
    quiet_until: Clock | None = Field(default=None, description=QUIET)
    zone: Zone | None = Field(default=None, description=ZONE)
    calendar: Code | None = Field(default=None, description=CALENDAR)

    @model_validator(mode="after")
    def _both_ends(self) -> "Mailing":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("expected both `quiet_from` and `quiet_until`, or neither")
        return self

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Mailing":
        """How it is kept, read."""
        return cls.model_validate(kept or {})

    def kept(self) -> dict[str, Any]:
        """How it is kept: what differs from what goes without saying."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def quiet_till(
        self, at: datetime, zone: ZoneInfo, calendar: Calendar | None
    ) -> datetime | None:
        """When it may be sent, where ``at`` is quiet; ``zone`` and ``calendar`` are theirs."""
        ends = at
        for _ in range(STEPS):
            later = self._after_hours(ends, zone)
            later = _open(later, calendar)
            if later == ends:
                break
            ends = later
        return ends if ends > at else None

    def next_digest(self, at: datetime, zone: ZoneInfo) -> datetime:
        """When the next digest comes, after ``at``."""
        return _next(at, _time(self.digest_at), zone)

    def _after_hours(self, at: datetime, zone: ZoneInfo) -> datetime:
        if self.quiet_from is None or self.quiet_until is None:
            return at
        begins, ends = _time(self.quiet_from), _time(self.quiet_until)
        now = at.astimezone(zone).time()
        over_midnight = begins > ends
        quiet = (now >= begins or now < ends) if over_midnight else begins <= now < ends
        return _next(at, ends, zone) if quiet else at


def zone_of(wants: Mailing, directory: Directory | None) -> ZoneInfo:
    """The zone of somebody's times: their own, else the directory's."""
    if wants.zone is not None:
        return zone_named(wants.zone)
    return zone_named("UTC") if directory is None else directory.zone


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _next(at: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The next instant after ``at`` at which a clock there shows that time."""
    day = at.astimezone(zone).date()
    found = datetime.combine(day, clock, zone).astimezone(UTC)
    while found <= at:
        day += timedelta(days=1)
        found = datetime.combine(day, clock, zone).astimezone(UTC)
    return found


def _open(at: datetime, calendar: Calendar | None) -> datetime:
    """The first open instant; a calendar that does not know so far keeps nothing back."""
    try:
        return at if calendar is None or calendar.is_open(at) else calendar.add(at, 0)
    except BeyondHorizon:
        return at

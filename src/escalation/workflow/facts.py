"""What a decision is made from: an issue as it stands, and the agreement it stands under.

Everything here is a value. The store loads it, ``decide`` reads it, ``apply`` makes the next one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveLadder
from escalation.routing.entry import Shape
from escalation.routing.picking import NO_TURNS, Turns
from escalation.routing.publication import Publication
from escalation.routing.seats import Holding
from escalation.routing.shape import Bypass
from escalation.routing.vocabulary import (
    Channel,
    Degree,
    IssueKind,
    RaiserType,
    Scope,
    Sensitivity,
    Severity,
    Side,
)
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.ledger import Budget, Interval
from escalation.workflow.diary import NO_CHANGES, Diary
from escalation.workflow.sealed import Sealing
from escalation.workflow.states import (
    CLASS_OF,
    UNRESOLVED,
    ClockClass,
    ClockEnd,
    ClockKind,
    ClockState,
    Status,
)


class Actor(Struct, frozen=True):
    """Who acts: a key's holder, the engine, an import, or a tool that posts here.

    ``kind`` is ``person``, ``engine``, ``import``, ``integration`` or ``raiser`` (by a receipt);
    ``name`` is what the timeline shows.
    ``key`` is the id of the API key they came by, ``subject`` who
    they are to the identity provider whose token they came by.
    ``any_seat``: they may act for any seat, whoever holds it. ``system`` is how a tool's own
    tickets are known among external references.
    """

    kind: str
    name: str
    key: str | None = None
    subject: str | None = None
    person: str | None = None
    any_seat: bool = False
    system: str | None = None

    @property
    def bound(self) -> bool:
        """Whether they act only for the seats that they hold themselves."""
        return self.kind == "person" and self.person is not None and not self.any_seat


ENGINE = Actor(kind="engine", name="the engine")


class Visit(Struct, frozen=True):
    """One time an issue stood on a rung: which, from when, how it came, and who held the seats."""

    rung: str
    entered_at: datetime
    how: str
    came_from: str | None
    holders: tuple[str, ...] = ()


class Clock(Struct, frozen=True, kw_only=True):
    """One clock of an issue with its running intervals.

    ``duration`` is what the ladder file says, ``budget`` the same in seconds (``None`` where the
    calendar's horizon hides the end). ``step`` is what happens at ``next_at``: a warning, the end
    or the horizon; ``due_at`` is a hint, derived again before anything fires. ``rule`` names the
    rule of law of a statutory clock.
    """

    id: str
    kind: ClockKind
    duration: str
    budget: Budget | None
    calendar: str
    anchor: datetime
    visit: int
    intervals: tuple[Interval, ...]
    warnings: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    state: ClockState = ClockState.RUNNING
    step: str | None = None
    next_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    ended_how: ClockEnd | None = None
    rule: str | None = None

    @property
    def name(self) -> str:
        """What people and rows call it: its kind, and the rule of a statutory one."""
        return str(self.kind) if self.rule is None else f"{self.kind}:{self.rule}"

    @property
    def class_(self) -> ClockClass:
        """Agreed, planned or statutory."""
        return CLASS_OF[self.kind]


class Issue(Struct, frozen=True, kw_only=True):
    """An issue as it stands after its last event.

    The fields are what is stored; everything that moves with time alone (past target, remaining
    seconds) is derived when read. ``version`` is also the number of its last timeline entry's
    change; ``chain`` the hash of that entry. ``given`` names the seats that were filled by hand,
    ``recused`` who may not hold any, ``vacant`` the seats of its rung that nobody holds since when;
    at ``seats_until`` the directory itself may change its holders.
    """

    id: str
    reference: str
    kind: IssueKind
    title: str
    description: str
    channel: Channel
    severity: Severity
    severity_reason: str
    impact: Degree | None
    urgency: Degree | None
    agency: str
    also_affects: tuple[str, ...]
    provider: str
    cluster: str | None
    function: str | None
    service: str | None
    region: str | None
    scope: Scope
    raiser: Mapping[str, Any]
    about_person: str | None
    themes: tuple[str, ...]
    external_refs: tuple[Mapping[str, Any], ...]
    publication: str
    ola: str | None
    ladder: str
    calendar: str
    entry_reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    occurred_at: datetime | None
    received_at: datetime
    created_at: datetime
    updated_at: datetime
    entered_at: datetime
    stay_from: datetime
    # Below, as an issue begins that stands nowhere yet.
    version: int = 0
    status: Status = Status.OPEN
    rung: str = ""
    layer: str = ""
    visits: tuple[Visit, ...] = ()
    seats: Mapping[Side, Holding] = field(default_factory=dict)
    given: tuple[Side, ...] = ()
    recused: tuple[str, ...] = ()
    vacant: tuple[Mapping[str, Any], ...] = ()
    directory_epoch: int = 0
    seats_until: datetime | None = None
    forum: str | None = None
    meeting: str | None = None
    meeting_at: datetime | None = None
    carried_over: int = 0
    centre: str | None = None
    raised_from: Mapping[str, Any] | None = None
    sealing: Sealing | None = None
    hold: Mapping[str, Any] | None = None
    outcome: Mapping[str, Any] | None = None
    reported_up: tuple[Mapping[str, Any], ...] = ()
    positions: tuple[Mapping[str, Any], ...] = ()
    advice: tuple[Mapping[str, Any], ...] = ()
    links: tuple[Mapping[str, Any], ...] = ()
    joined: tuple[Mapping[str, Any], ...] = ()
    merged_into: Mapping[str, Any] | None = None
    exhausted_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    stay: str = ""
    event_count: int = 0
    chain: str = ""

    @property
    def unresolved(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.status in UNRESOLVED

    @property
    def sensitive(self) -> tuple[Sensitivity, ...]:
        """Why it is sealed; nothing where it is not."""
        return () if self.sealing is None else self.sealing.sensitive

    def shape(self, at: datetime) -> Shape:
        """The fields that choose agreement, ladder, rungs and holders, as at ``at``."""
        return Shape(
            kind=self.kind,
            agency=self.agency,
            provider=self.provider,
            function=self.function,
            service=self.service,
            region=self.region,
            scope=self.scope,
            severity=self.severity,
            raiser=_RAISER[self.raiser["type"]],
            channel=self.channel,
            at=at,
            without=bypassed(self.about_person, self.recused),
        )


_RAISER: Mapping[str, RaiserType] = {v.value: v for v in RaiserType}


def bypassed(about_person: str | None, recused: tuple[str, ...]) -> tuple[Bypass, ...]:
    """Who may not hold a seat of an issue: whom it is about, and who has been recused."""
    about = () if about_person is None else (Bypass(about_person, "is whom it is about"),)
    return (*about, *(Bypass(person, "is recused") for person in recused))


class Agreement(Struct, frozen=True):
    """What an issue's decisions are made under: its pinned publication, and the directory now.

    ``outage`` is how late a clock may be processed before the engine counts as having been down;
    ``turns`` how the picking rules of shared seats stand; ``diary`` holds the meetings that are
    otherwise than their forums' rules say.
    """

    publication: Publication
    ladder: EffectiveLadder
    directory: Directory
    directory_epoch: int
    outage: timedelta = timedelta(minutes=10)
    diary: Diary = NO_CHANGES
    turns: Turns = NO_TURNS

    @property
    def corporate_purchaser(self) -> str | None:
        """The person whom the agreement names as corporate purchaser, if it does."""
        if self.ladder.ola is None:
            return None
        return self.publication.file.olas[self.ladder.ola].corporate_purchaser

    def calendar(self, name: str) -> Calendar:
        """The publication's calendar of that id."""
        return self.publication.calendar(name)


class Facts(Struct, frozen=True):
    """An issue, its clocks that have not ended, and what it stands under.

    ``beside`` has the other issue that an act names, by its id.
    """

    issue: Issue
    clocks: tuple[Clock, ...]
    under: Agreement
    ended: tuple[Clock, ...] = field(default=())
    beside: Mapping[str, Issue] = field(default_factory=dict)

    @property
    def last_overall(self) -> Clock | None:
        """The ``overall`` clock that ended last, of an issue that has ended."""
        found = [c for c in self.ended if c.kind is ClockKind.OVERALL and c.ended_at is not None]
        return max(found, key=lambda c: (c.ended_at, c.id), default=None)

    def clock(self, kind: ClockKind) -> Clock | None:
        """The live clock of that kind; only of ``advice`` there may be more than one."""
        return next((c for c in self.clocks if c.kind is kind), None)

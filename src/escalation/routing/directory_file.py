"""The directory as its keepers write it: parties, places, people, appointments, forums."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from escalation.routing.fields import (
    Count,
    Day,
    DurationText,
    Id,
    Ids,
    Moment,
    Strict,
    Text,
    Texts,
    Title,
    Zone,
    refuse,
)
from escalation.routing.seat_file import (
    ActingEntry,
    AppointmentEntry,
    DelegationEntry,
    Flag,
    SharedSeatEntry,
)
from escalation.routing.vocabulary import Approval, ForumKind, ForumOwner, Role, StandardClock

LARGEST = 16 * 1024 * 1024
"""How many bytes a directory file may have."""

_LOCAL = "%Y-%m-%dT%H:%M"


def read_local(value: object) -> datetime:
    """A naive local time from `2026-07-02T10:00`."""
    expected = "a local date and time such as `2026-07-02T10:00`"
    if not isinstance(value, str):
        raise refuse(value, expected)
    try:
        return datetime.strptime(value, _LOCAL)  # noqa: DTZ007 - the zone stands beside it
    except ValueError:
        raise refuse(value, expected) from None


LocalTime = Annotated[
    datetime,
    PlainValidator(read_local),
    PlainSerializer(lambda local: local.strftime(_LOCAL)),
    WithJsonSchema({"type": "string", "maxLength": 16, "examples": ["2026-07-02T10:00"]}),
]


MARKING_MAX = 80
"""Letters of a marking: what the head of a page holds."""


class Named(Strict):
    """Something with a title."""

    title: Title


class InitiativeEntry(Named):
    """What all of it is called."""

    marking: Annotated[Title, Field(max_length=MARKING_MAX)] | None = Field(
        None,
        description="what every paper and digest bears at its head and foot where nothing else is"
        " asked for: a protective marking, or that all of it is invented",
    )


class ProviderEntry(Named):
    """A shared service provider."""

    email: Title | None = None
    phone: Title | None = None


class AgencyEntry(Named):
    """An agency; a central one observes, and buys nothing."""

    central: Flag = False


class ClusterEntry(Named):
    """The agencies, or providers, that one provider serves."""

    provider: Id
    members: Annotated[Ids, Field(min_length=1)]
    observers: Ids = ()


class ServiceEntry(Named):
    """A service of a function."""

    function: Id


class RegionEntry(Named):
    """A region; its calendar is one of the ladder file's."""

    calendar: Id | None = None


class CentreEntry(Named):
    """A service centre of a region."""

    region: Id
    address: Title | None = None
    phone: Title | None = None


class PersonEntry(Strict):
    """Somebody who may hold a seat, while these dates run where there are any."""

    name: Title
    email: Title | None = None
    phone: Title | None = None
    subject: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="who they are to the identity provider: its `sub`, or such"
    )
    from_: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None


class ServiceStandardEntry(Named):
    """A standard of the customer service charter, and the clocks that serve it."""

    statement: Text
    clause: Title | None = None
    provider: Id | None = Field(default=None, description="none: every provider")
    functions: Ids = Field(default=(), description="none: every function")
    clocks: Annotated[tuple[StandardClock, ...], Field(min_length=1, max_length=20)]


class ConsultedEntry(Strict):
    """Who was asked while a charter was made, and how."""

    who: Title
    on: Day
    how: Text | None = None


class ServiceCharterEntry(Named):
    """A version of the customer service charter, as it is published to anyone."""

    effective: Day = Field(description="from this day on, until that of a later version")
    about: Text
    standards: Annotated[Ids, Field(min_length=1)]
    consulted: Annotated[tuple[ConsultedEntry, ...], Field(min_length=1, max_length=1000)]
    complaints: Text = Field(description="how to complain")
    review_date: Day | None = None


class MemberEntry(Strict):
    """A seat in a forum: whoever holds that role at that party, while these dates run."""

    role: Role
    party: Id
    from_: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None


Members = Annotated[tuple[MemberEntry, ...], Field(max_length=1000)]


class MeetingEntry(Strict):
    """When a forum meets: an RFC 5545 rule on a local clock."""

    rule: Title
    start: LocalTime
    zone: Zone | None = Field(default=None, description="the directory's where left out")
    duration: DurationText


class ForumEntry(Named):
    """A body that decides, or listens, at meetings."""

    kind: ForumKind
    of: ForumOwner
    owner: Id | None = Field(default=None, description="the cluster or provider; none: Initiative")
    function: Id | None = None
    region: Id | None = None
    calendar: Id
    meeting: MeetingEntry
    agenda_cutoff: DurationText = Field(description="before the meeting")
    paper_date: DurationText = Field(description="before the meeting")
    quorum: Count
    members: Members = ()
    agreement: Id | None = Field(
        default=None,
        description="of a partnering forum: the agreement whose signatories sit in it, each by "
        "its executive director or corporate purchaser, while it runs",
    )
    invitees: Members = Field(default=(), description="they have no vote")
    secretariat: Id
    sections: Annotated[tuple[Title, ...], Field(max_length=100)] = ()
    reports_to: Id | None = None
    short: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,19}$", max_length=20)] | None = Field(
        default=None,
        description="what its decisions are numbered by, `BMF-SC`; its code where left out",
    )


class SignatureEntry(Strict):
    """Who signed for a party, and when."""

    person: Id
    signed_on: Day


class PartneringAgreementEntry(Named):
    """What the partners of a cluster have agreed on how they work together."""

    cluster: Id
    signatories: Annotated[Ids, Field(min_length=2)]
    signatures: dict[Id, SignatureEntry] = Field(
        default_factory=dict, max_length=1000, description="by the code of the party"
    )
    begins: Day
    ends: Day
    review_date: Day
    ladder_changes: Approval | None = Field(
        default=None,
        description="who approves changes of ladders, for agreements that say nothing themselves",
    )
    issue_resolution: Text | None = Field(
        default=None, description="how issues are resolved when they arise"
    )
    monitoring: Text | None = Field(default=None, description="how progress is reviewed")
    principles: Texts = ()
    expectations: Texts = ()
    known_obstacles: Texts = ()


class DirectoryFile(Strict):
    """The whole directory."""

    initiative: InitiativeEntry
    zone: Zone = Field(description="where the dates of this file begin and end")
    providers: Annotated[dict[Id, ProviderEntry], Field(min_length=1)]
    agencies: dict[Id, AgencyEntry]
    clusters: Annotated[dict[Id, ClusterEntry], Field(min_length=1)]
    functions: Annotated[dict[Id, Named], Field(min_length=1)]
    services: dict[Id, ServiceEntry] = Field(default_factory=dict)
    regions: dict[Id, RegionEntry] = Field(default_factory=dict)
    centres: dict[Id, CentreEntry] = Field(default_factory=dict)
    people: dict[Id, PersonEntry] = Field(default_factory=dict)
    appointments: dict[Id, AppointmentEntry] = Field(default_factory=dict)
    acting_appointments: dict[Id, ActingEntry] = Field(default_factory=dict)
    delegations: dict[Id, DelegationEntry] = Field(default_factory=dict)
    shared_seats: dict[Id, SharedSeatEntry] = Field(default_factory=dict)
    forums: dict[Id, ForumEntry] = Field(default_factory=dict)
    partnering_agreements: dict[Id, PartneringAgreementEntry] = Field(default_factory=dict)
    service_standards: dict[Id, ServiceStandardEntry] = Field(default_factory=dict)
    service_charters: dict[Id, ServiceCharterEntry] = Field(default_factory=dict)

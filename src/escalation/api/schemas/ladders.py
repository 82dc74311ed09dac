"""Ladder files: what is checked or published, and what is told of ladders."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.explanations import PublicationName, ValueView
from escalation.api.schemas.fields import Body, Text
from escalation.api.schemas.shape import Shape
from escalation.routing.ladder import LARGEST
from escalation.routing.vocabulary import Approval, Cadence, Scope, Side

FILE = "escalation_ladders.yaml"
FileName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]
FileText = Annotated[str, StringConstraints(max_length=LARGEST)]
Mode = Literal["new-only", "next-rung", "recompute"]


class CheckLadders(Body):
    """A ladder file to check; `name` is what messages call it."""

    text: FileText
    name: FileName = FILE


class PublishLadders(CheckLadders):
    """A ladder file to put in force; why, and what happens to open issues."""

    reason: Text
    mode: Mode = "new-only"


class NeedView(Shape):
    """An approval that a file needs: of a party of an agreement by its seat, or of a forum."""

    agreements: list[str]
    forum: str | None
    seat: Side | None
    role: str | None
    party: str | None
    provider: str | None
    client: str | None
    person: str | None


class ApprovalView(Shape):
    """What was answered to a change, by whom, for which agreements."""

    answer: Literal["approved", "declined"]
    forum: str | None
    seat: Side | None
    party: str | None
    agreements: list[str]
    person: str | None
    by: str
    at: datetime
    note: str | None
    decision: str | None
    meeting: str | None


class Checked(Shape):
    """A file that has no mistake: what it is called, and what is in it."""

    valid: bool
    label: str
    hash: str
    in_force: bool
    calendars: list[str]
    ladders: list[str]
    olas: list[str]
    approvals: list[NeedView]


class PublicationView(Shape):
    """A publication."""

    id: str
    hash: str
    label: str
    name: str
    mode: str
    reason: str
    published_by: str
    published_at: datetime
    approvals: list[ApprovalView]
    in_force: bool


class PublicationText(PublicationView):
    """A publication with its text."""

    text: str


class PublicationList(Shape):
    """Every publication."""

    data: list[PublicationView]
    links: Links
    meta: Meta


class LadderBrief(Shape):
    """A ladder in brief."""

    id: str
    title: str
    version: str
    scope: Scope
    default: bool
    calendar: str
    review_date: str
    clause: str
    rungs: list[str]
    publication: PublicationName


class LadderList(Shape):
    """The ladders in force."""

    data: list[LadderBrief]
    links: Links
    meta: Meta


class PathValue(ValueView):
    """One effective value, by its path in the ladder."""

    path: str


class LadderView(Shape):
    """A ladder, effective: `values` has the source of everything that holds."""

    id: str
    title: str
    version: str
    scope: Scope
    ola: str | None
    publication: PublicationName
    calendar: str
    review_date: str
    clause: str
    external_review: str
    rungs: list[dict[str, Any]]
    entry: list[dict[str, Any]]
    skip: list[dict[str, Any]]
    clocks: dict[str, Any]
    values: list[PathValue]


class LadderVersion(Shape):
    """A publication that has a ladder, and the ladder's own version there."""

    id: str
    version: str
    publication: PublicationView


class LadderVersions(Shape):
    """Where a ladder was published."""

    data: list[LadderVersion]
    links: Links
    meta: Meta


class OlaView(Shape):
    """An operating level agreement."""

    id: str
    code: str
    title: str
    provider: str
    client: str
    cluster: str
    functions: list[str]
    services: list[str]
    regions: list[str]
    begins: str
    ends: str
    review_date: str
    clause: str
    calendar: str | None
    corporate_purchaser: str | None
    approval: Approval | None
    price_reference: str | None
    reporting: Cadence | None
    next_report_on: str | None
    standards: list[str]
    ladders: dict[Scope, str]


class OlaList(Shape):
    """The agreements in force."""

    data: list[OlaView]
    links: Links
    meta: Meta

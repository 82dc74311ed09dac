"""What may be said of each format: read from requests, and kept with the endpoint."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

SYSTEM = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_ASKED = r"^([/?][^\s#]*)?$"
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_EventType = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Values = Annotated[
    dict[_Word, Annotated[str, StringConstraints(max_length=4_000)]], Field(max_length=100)
]
_Uri = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9:/?@!$&'()*+,;=._~%-]{1,300}$", max_length=300),
]
_Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{0,100}$", max_length=100)]
_Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,253}$", max_length=253)]
_MediaType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z]+=[A-Za-z0-9-]+)?$", max_length=100),
]
_Transition = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$", max_length=10)]
_Table = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,80}$", max_length=80)]
LONGEST_TEMPLATE, LONGEST_PATH = 16_384, 1_000


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Standard(_Options):
    """Standard Webhooks: `{type, timestamp, data}`."""

    kind: Literal["standard"] = "standard"


class CloudEvents(_Options):
    """CloudEvents 1.0, in one of the two modes of its HTTP binding."""

    kind: Literal["cloudevents"]
    mode: Literal["structured", "binary"] = "structured"
    source: _Uri = Field(default="urn:escalation", description="the attribute `source`, a URI")
    prefix: _Prefix = Field(
        default="escalation.", description="before the type: best a domain of yours, reversed"
    )
    handshake: bool = Field(
        default=True, description="whether the receiver is asked first, by OPTIONS, to allow us"
    )
    origin: _Host = Field(default="escalation", description="who asks: a DNS name of yours")


class Template(_Options):
    """A text of your own, in a part of Jinja."""

    kind: Literal["template"]
    body: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEMPLATE)]
    content_type: _MediaType = "application/json"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    system: SYSTEM | None = Field(
        default=None, description="only issues that this system knows, and no echo of what it says"
    )
    path: Annotated[str, StringConstraints(max_length=LONGEST_PATH)] = Field(
        default="", description="a template of what follows the URL; values are percent-encoded"
    )
    ping: Annotated[str, StringConstraints(max_length=LONGEST_PATH, pattern=_ASKED)] = Field(
        default="",
        description="with a system, which a ping is no ticket of: what follows the URL, asked "
        "with GET",
    )


class Jira(_Options):
    """A comment on the issue in Jira, and a transition for some types of events."""

    kind: Literal["jira"]
    system: SYSTEM = "jira"
    transitions: dict[_EventType, _Transition] = Field(
        default_factory=dict, max_length=50, description="type of event: id of a transition"
    )
    internal: bool = Field(
        default=True, description="on a service desk, whether only agents see the comment"
    )


class ServiceNow(_Options):
    """Work notes on the record in ServiceNow, and other fields for some types of events."""

    kind: Literal["servicenow"]
    system: SYSTEM = "servicenow"
    table: _Table = "incident"
    journal: Literal["work_notes", "comments"] = "work_notes"
    fields: dict[_EventType, _Values] = Field(
        default_factory=dict,
        max_length=50,
        description="type of event: fields of the record and their values",
    )


class Zendesk(_Options):
    """A comment on the ticket in Zendesk, and a status for some types of events."""

    kind: Literal["zendesk"]
    system: SYSTEM = "zendesk"
    public: bool = Field(default=False, description="whether the requester sees the comment")
    statuses: dict[_EventType, Literal["open", "pending", "hold", "solved"]] = Field(
        default_factory=dict, max_length=50, description="type of event: status of the ticket"
    )


class _Chat(_Options):
    """What people read where nobody can be asked whether it arrived."""

    unconfirmed: Literal["hold", "again"] = Field(
        default="hold",
        description="what becomes of a message whose answer was lost: `hold` keeps it for a person"
        " to decide, so that nobody reads one twice; `again` sends it again",
    )


class Slack(_Chat):
    """A message by an incoming webhook of Slack."""

    kind: Literal["slack"]


class Teams(_Chat):
    """An adaptive card by a workflow of Microsoft Teams."""

    kind: Literal["teams"]


Format = Annotated[
    Standard | CloudEvents | Template | Jira | ServiceNow | Zendesk | Slack | Teams,
    Field(discriminator="kind"),
]
Ticketing = Jira | ServiceNow | Zendesk
"""Formats that write to what a tool calls the issue, and to nothing else."""
_FORMAT: TypeAdapter[Any] = TypeAdapter(Format)


def format_of(kept: Mapping[str, Any] | None) -> Format:
    """A format from how it is kept; nothing is the standard one."""
    found: Format = _FORMAT.validate_python(kept or {"kind": "standard"})
    return found


def system_of(format_: Format) -> str | None:
    """The system of whose own issues alone the format tells, if it is one that writes back."""
    return format_.system if isinstance(format_, Ticketing | Template) else None


def sent_again(format_: Format) -> bool | None:
    """Whether a message is sent again of which nobody can know whether it arrived.

    None where that can be known: the tool is asked, or the receiver knows a message by its id.
    """
    return format_.unconfirmed == "again" if isinstance(format_, Slack | Teams) else None


def types_named(format_: Format) -> tuple[tuple[str, str], ...]:
    """The types of events that its options name, each with the name of the option."""
    if isinstance(format_, Jira):
        return tuple(("transitions", kind) for kind in format_.transitions)
    if isinstance(format_, ServiceNow):
        return tuple(("fields", kind) for kind in format_.fields)
    if isinstance(format_, Zendesk):
        return tuple(("statuses", kind) for kind in format_.statuses)
    return ()

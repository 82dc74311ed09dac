"""What the service answers of contacts and feedback, and what they are listed by.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict


class IssueOf(TypedDict):
    """The issue that something was raised into, or is about."""

    id: str
    reference: str


MessageView = TypedDict(
    "MessageView",
    {
        "at": str,
        "from": str,
        "text": str,
    },
)
"""What was written: by us, or by the raiser."""


class Contact(TypedDict):
    """A contact as it was recorded."""

    centre: str | None
    channel: str
    created_at: str
    function: str | None
    id: str
    issue: IssueOf | None
    kind: str
    messages: NotRequired[list[MessageView] | None]
    party: str | None
    raised_at: str | None
    raiser: dict[str, Any]
    receipt_code: NotRequired[str | None]
    received_at: str
    recorded_by: str
    reference: str
    region: str | None
    text: str
    themes: list[str]
    unanswered: bool


class Feedback(TypedDict):
    """Feedback as it was recorded."""

    about: IssueOf | None
    acknowledged_at: str | None
    centre: str | None
    channel: str
    created_at: str
    function: str | None
    id: str
    issue: IssueOf | None
    key_result_area: str | None
    kind: str
    messages: NotRequired[list[MessageView] | None]
    party: str | None
    quote: str
    raised_at: str | None
    raiser: dict[str, Any]
    receipt_code: NotRequired[str | None]
    received_at: str
    recorded_by: str
    reference: str
    region: str | None
    sentiment: str
    survey: dict[str, Any] | None
    text: str
    themes: list[str]
    unanswered: bool


class ContactFilters(TypedDict, total=False):
    """What contacts may be listed by."""

    limit: int
    channel: str | Sequence[str]
    centre: str | Sequence[str]
    party: str | Sequence[str]
    function: str | Sequence[str]
    region: str | Sequence[str]
    theme: str | Sequence[str]
    raised: bool
    unanswered: bool
    received_after: str | datetime
    received_before: str | datetime
    q: str
    kind: str | Sequence[str]


class FeedbackFilters(TypedDict, total=False):
    """What feedback may be listed by."""

    limit: int
    channel: str | Sequence[str]
    centre: str | Sequence[str]
    party: str | Sequence[str]
    function: str | Sequence[str]
    region: str | Sequence[str]
    theme: str | Sequence[str]
    raised: bool
    unanswered: bool
    received_after: str | datetime
    received_before: str | datetime
    q: str
    kind: str | Sequence[str]
    sentiment: str | Sequence[str]
    key_result_area: str | Sequence[str]
    quote: str | Sequence[str]
    acknowledged: bool

"""What people said that is no issue: contacts and feedback, and what an issue made of one carries.

Source: the domain's "The life of an issue": every interaction is captured.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from escalation.routing.vocabulary import Channel
from escalation.workflow.commands import Log

TITLE = 300
"""Characters that a title made of a text has at most."""


class Family(StrEnum):
    """The two registers."""

    CONTACT = "contact"
    FEEDBACK = "feedback"


class ContactKind(StrEnum):
    """What somebody was in touch for."""

    ENQUIRY = "enquiry"
    REQUEST = "request"
    OTHER = "other"


class FeedbackKind(StrEnum):
    """What somebody told about the service."""

    COMPLIMENT = "compliment"
    SUGGESTION = "suggestion"
    SURVEY = "survey"


class Sentiment(StrEnum):
    """How they spoke of it."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


SENTIMENT_OF: Mapping[FeedbackKind, Sentiment] = {
    FeedbackKind.COMPLIMENT: Sentiment.POSITIVE,
    FeedbackKind.SUGGESTION: Sentiment.NEUTRAL,
    FeedbackKind.SURVEY: Sentiment.NEUTRAL,
}
"""How a kind is spoken where nobody says otherwise."""


class Quoting(StrEnum):
    """What whoever said it allows: not to be quoted, quoted without their name, or with it."""

    NO = "no"
    ANONYMOUS = "anonymous"
    NAMED = "named"


class Interaction(Struct, frozen=True, kw_only=True):
    """One thing that was said, on either register.

    ``centre`` is where, ``party``, ``function`` and ``region`` whom it is about;
    ``key_result_area`` which of the framework's four it tells of. ``survey`` has the answers of a
    survey, ``about`` the issue that they are about and ``about_reference`` that one's reference.
    ``issue_id`` is the issue that it was raised into, ``issue`` that one's reference.
    ``receipt`` is the hash of the code by which a raiser without a name writes and is answered.
    """

    id: str
    reference: str
    family: Family
    kind: str
    channel: Channel
    text: str
    raiser: Mapping[str, Any]
    recorded_by: str
    received_at: datetime
    created_at: datetime
    sentiment: Sentiment | None = None
    centre: str | None = None
    party: str | None = None
    function: str | None = None
    region: str | None = None
    key_result_area: str | None = None
    themes: tuple[str, ...] = ()
    quote: Quoting = Quoting.NO
    acknowledged_at: datetime | None = None
    survey: Mapping[str, Any] | None = None
    about: str | None = None
    about_reference: str | None = None
    issue_id: str | None = None
    issue: str | None = None
    raised_at: datetime | None = None
    receipt: str | None = None
    written_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def unanswered(self) -> bool:
        """Whether its raiser has written since they were last answered."""
        written, answered = self.written_at, self.answered_at
        return written is not None and (answered is None or answered < written)


def carried(said: Interaction) -> dict[str, Any]:
    """The fields of a :class:`~escalation.workflow.commands.Log` that come of what was said."""
    first = next((line.strip() for line in said.text.splitlines() if line.strip()), "")
    return {
        "title": first[:TITLE] or f"Raised from {said.reference}",
        "description": said.text,
        "channel": said.channel,
        "raiser": said.raiser,
        "function": said.function,
        "region": said.region,
        "themes": said.themes,
        "received_at": said.received_at,
        "centre": said.centre,
        "raised_from": {"family": said.family.value, "id": said.id, "reference": said.reference},
    }


def raised(said: Interaction, given: Mapping[str, Any]) -> Log:
    """The issue that is logged of it; ``given`` wins over what it carries itself."""
    return Log(**{**carried(said), **given})

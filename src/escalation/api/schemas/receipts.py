"""What passes between an anonymous raiser and us, by a receipt."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from escalation.api.schemas.fields import Body, Text
from escalation.api.schemas.shape import Shape
from escalation.workflow.states import Status


class Message(Body):
    """What the raiser writes."""

    text: Text


class MessageView(Shape):
    """What was written: by us, or by the raiser."""

    at: datetime
    from_: Annotated[Literal["us", "you"], Field(alias="from")]
    text: str


class ReceiptOutcome(Shape):
    """What came of it."""

    summary: str
    reasons: str | None
    remedy: str | None


class ReceiptView(Shape):
    """The matter as its anonymous raiser sees it."""

    reference: str
    received_at: datetime
    as_at: datetime
    status: Status | Literal["recorded"]
    status_in_words: str
    next: str
    hear_by: datetime | None
    messages: list[MessageView]
    outcome: ReceiptOutcome | None
    rights: list[str]
    needs: Any

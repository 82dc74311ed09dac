"""Mail: how people want it, and what was sent."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.api.schemas.webhooks import DeliveryView
from escalation.routing.typed import clean
from escalation.services.deliveries import DeliveryState
from escalation.services.mail.mailing import CALENDAR, DIGEST_AT, MODE, QUIET, ZONE, Mode

Word = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(clean)]


class ChangeMailbox(Body):
    """What is to change of how somebody has their mail; what is left out stays."""

    mode: Annotated[Mode | None, Field(strict=False, description=MODE)] = None
    digest_at: Word | None = Field(default=None, description=DIGEST_AT)
    quiet_from: Word | None = Field(default=None, description=QUIET)
    quiet_until: Word | None = Field(default=None, description=QUIET)
    zone: Word | None = Field(default=None, description=ZONE)
    calendar: Word | None = Field(default=None, description=CALENDAR)
    enabled: bool | None = Field(
        default=None, description="false: nothing is sent and what is due is kept"
    )


class MailboxView(Shape):
    """How somebody has their mail, and how many mails stand in each state."""

    person: str
    address: str | None
    mode: Mode
    digest_at: str
    quiet_from: str | None
    quiet_until: str | None
    zone: str | None
    calendar: str | None
    enabled: bool
    disabled_because: str | None
    mails: dict[str, int]


class MailboxList(Shape):
    """Mailboxes, by their owners."""

    data: list[MailboxView]
    links: Links
    meta: Meta


class MailQuery(PageQuery):
    """Which mails."""

    person: Word | None = Field(default=None, description="to this person of the directory")
    state: DeliveryState | None = None


class MailView(DeliveryView):
    """One event by mail to one person."""

    recipient: str


class MailList(Shape):
    """A page of what was mailed, the latest first."""

    data: list[MailView]
    links: Links
    meta: Meta

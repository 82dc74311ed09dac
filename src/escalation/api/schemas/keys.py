"""API keys: what makes one, and what is told of it."""

from datetime import datetime

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Instant, Name
from escalation.api.schemas.shape import Shape
from escalation.services.keys import KeyRole


class CreateKey(Body):
    """A key to make; with a `person` it acts for them."""

    name: Name
    role: KeyRole
    person: Name | None = None
    expires_at: Instant | None = None


class KeyView(Shape):
    """A key without the key."""

    id: str
    name: str
    prefix: str
    role: KeyRole
    person: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyView(KeyView):
    """A key that has just been made: `key` is told this once."""

    key: str | None


class KeyList(Shape):
    """Every key."""

    data: list[KeyView]
    links: Links
    meta: Meta

"""API keys: what makes one, and what is told of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Instant, Name
from escalation.api.schemas.shape import Shape
from escalation.services.keys import KeyRole

Codes = Annotated[list[Name], Field(max_length=200)]


class KeyScopes(Body):
    """What a key is for: the issues that fit each kind that is given, by one of its codes."""

    cluster: Codes = Field(default_factory=list)
    provider: Codes = Field(default_factory=list)
    agency: Codes = Field(default_factory=list)
    function: Codes = Field(default_factory=list)
    forum: Codes = Field(default_factory=list)


class CreateKey(Body):
    """A key to make; with a `person` it acts for them, with `scopes` it is for a part."""

    name: Name
    role: KeyRole
    person: Name | None = None
    expires_at: Instant | None = None
    scopes: KeyScopes = KeyScopes()
    rate: Name | None = Field(
        None,
        description="How many requests it may make; as its role where left out.",
        examples=["600/minute"],
    )


class RotateKey(Body):
    """How long the key that is followed goes on opening; a day where nothing is said."""

    overlap_hours: Annotated[int, Field(ge=0, le=24 * 90)] = 24


class KeyView(Shape):
    """A key without the key."""

    id: str
    name: str
    prefix: str
    role: KeyRole
    person: str | None
    scopes: dict[str, list[str]]
    rate: str | None
    replaces: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyView(KeyView):
    """A key that has just been made: `key` is told this once."""

    key: str | None


class KeyList(Shape):
    """Keys, the oldest first."""

    data: list[KeyView]
    links: Links
    meta: Meta

"""Calendar feeds: what is asked for, and what is told of one."""

from datetime import datetime

from escalation.api.schemas.fields import Body, Line
from escalation.api.schemas.shape import Shape


class FeedBody(Body):
    """A token for somebody's calendar program."""

    name: Line


class FeedMade(Shape):
    """A feed that has just been made; its token is shown this once."""

    id: str
    forum: str
    name: str
    created_by: str
    created_at: datetime
    revoked_at: datetime | None
    token: str
    url: str

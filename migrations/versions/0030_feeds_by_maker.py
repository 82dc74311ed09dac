"""A calendar feed is open as long as whoever made it may read there: it is kept who that was.

Of feeds that there are, the record says who made them. The version of the product before this one
runs on it; feeds that it makes meanwhile are open until they are revoked, as its were.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_EVENT = sa.table("event", sa.column("aggregate"), sa.column("type"), sa.column("payload"))
_FEED = sa.table("calendar_feed", sa.column("id"), sa.column("made_by", base.Json))


def upgrade() -> None:
    """Go to 0030."""
    op.add_column("calendar_feed", sa.Column("made_by", base.Json))
    made = sa.select(_EVENT.c.payload).where(
        _EVENT.c.aggregate == "feeds",
        _EVENT.c.type == "feed.created",
        _EVENT.c.payload.is_not(None),
    )
    for text in op.get_bind().scalars(made).all():
        told = json.loads(text)
        change = sa.update(_FEED).where(_FEED.c.id == told["feed"])
        op.get_bind().execute(change.values(made_by=_maker(told["actor"])))


def downgrade() -> None:
    """Go back to 0029."""
    op.drop_column("calendar_feed", "made_by")


def _maker(actor: dict[str, Any]) -> dict[str, Any]:
    name = {"name": actor["name"]}
    if "key" in actor:
        return {**name, "kind": "key", "key": actor["key"]}
    if "subject" in actor:
        return {**name, "kind": "person", "person": actor.get("person")}
    return {**name, "kind": "command_line"}

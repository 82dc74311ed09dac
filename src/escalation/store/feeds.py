"""The tokens by which calendar programs read when a forum meets; only their hashes are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from escalation.store import models


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Keep a feed's token, by its hash."""
    connection.execute(insert(models.calendar_feed), row)


def of_forum(connection: Connection, forum: str) -> Sequence[Row[Any]]:
    """A forum's feeds, the newest first."""
    table = models.calendar_feed
    query = select(table).where(table.c.forum == forum)
    return connection.execute(query.order_by(table.c.created_at.desc(), table.c.id)).all()


def with_token(connection: Connection, forum: str, hashed: str) -> Row[Any] | None:
    """The forum's feed whose token has this hash, if it was not revoked."""
    table = models.calendar_feed
    query = select(table).where(
        table.c.forum == forum, table.c.hash == hashed, table.c.revoked_at.is_(None)
    )
    return connection.execute(query).one_or_none()


def one(connection: Connection, forum: str, feed: str) -> Row[Any] | None:
    """A feed of a forum by its id; held until the transaction ends."""
    table = models.calendar_feed
    query = select(table).where(table.c.id == feed, table.c.forum == forum)
    return connection.execute(query.with_for_update()).one_or_none()


def revoke(connection: Connection, feed: str, now: datetime) -> None:
    """Take a token back."""
    table = models.calendar_feed
    connection.execute(update(table).where(table.c.id == feed).values(revoked_at=now))

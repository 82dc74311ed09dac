"""Every secret that is kept sealed: to be sealed again when the master key is changed."""

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from escalation.store import models

_COLUMNS = (
    (models.webhook_endpoint, "id", "secret"),
    (models.webhook_endpoint, "id", "old_secret"),
    (models.seal_key, "number", "secret"),
)


def each(connection: Connection, again: Callable[[str], str]) -> int:
    """Put ``again(sealed)`` in the place of each; answers how many there are."""
    count = 0
    for table, key, column in _COLUMNS:
        kept = table.c[column]
        query = select(table.c[key], kept).where(kept.is_not(None)).order_by(table.c[key])
        for name, sealed in connection.execute(query.with_for_update()).all():
            change = update(table).where(table.c[key] == name)
            connection.execute(change.values({column: again(sealed)}))
            count += 1
    return count + _headers(connection, again)


def _headers(connection: Connection, again: Callable[[str], str]) -> int:
    """The headers of endpoints: names to sealed values."""
    table, count = models.webhook_endpoint, 0
    query = select(table.c.id, table.c.headers).order_by(table.c.id)
    for name, kept in connection.execute(query.with_for_update()).all():
        if kept:
            resealed = {header: again(sealed) for header, sealed in kept.items()}
            connection.execute(update(table).where(table.c.id == name).values(headers=resealed))
            count += len(kept)
    return count

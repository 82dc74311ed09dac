"""The driver's own cursor, for statements that are made once and run in every batch.

SQLAlchemy's execution costs some 40 microseconds of Python (a context, a result, its rows), as much
as the statement itself; at a light load, a turn of the desk is little else. What SQLAlchemy knows
is still used: its connections, their transactions, its errors, and whoever listens for statements.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Given = Sequence[Any] | Mapping[str, Any]


def executed(connection: Connection, sql: str, given: Given, *, many: bool = False) -> Any:  # noqa: ANN401 - either driver's cursor
    """The driver's cursor, once it has executed ``sql``; with ``many`` once for each of ``given``.

    Raises:
        DBAPIError: the database refused it, or is not to be reached.
    """
    if not connection.in_transaction():
        connection.begin()
    cursor: Any = connection.connection.cursor()
    for listens in connection.dispatch.before_cursor_execute:
        listens(connection, cursor, sql, given, None, many)
    execute = cursor.executemany if many else cursor.execute
    try:
        execute(sql, given)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _failure(connection, sql, error) from error
    return cursor


def _failure(connection: Connection, sql: str, error: Exception) -> Exception:
    """The error as SQLAlchemy tells it; where the server is gone, so are all idle connections."""
    of = connection.dialect
    lost = of.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]  # None is a cursor not to be asked
    if lost:
        connection.invalidate(error)
        connection.engine.dispose()
    return DBAPIError.instance(
        sql, None, error, of.loaded_dbapi.Error, connection_invalidated=lost, dialect=of
    )

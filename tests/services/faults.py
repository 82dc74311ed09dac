"""A database that fails at the worst moment: before its commit, or before saying that it did."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

EVENTS = "INSERT INTO event"
"""What the transaction of a batch does, and the one that reserves references does not."""


class Said(Exception):
    """What a driver raises, with the code that its database gave."""

    def __init__(self, sqlstate: str | None = None, sqlite: int | None = None) -> None:
        super().__init__(f"sqlstate {sqlstate}, sqlite {sqlite}")
        if sqlstate is not None:
            self.sqlstate = sqlstate
        if sqlite is not None:
            self.sqlite_errorcode = sqlite


@contextmanager
def at_commit(
    engine: Engine, error: Exception, *, times: int = 1, keeps: bool = False, of: str = EVENTS
) -> Iterator[list[int]]:
    """The next ``times`` commits of transactions that ran the statement ``of`` raise ``error``.

    With ``keeps`` the database has committed by then, and only its answer is lost. Gives a list
    that grows with each.
    """
    failed: list[int] = []
    meant: set[int] = set()

    @event.listens_for(engine, "before_cursor_execute")
    def look(connection: Connection, _c: object, statement: str, *_: object) -> None:
        if statement.startswith(of):
            meant.add(id(connection))

    def fail(connection: Connection) -> None:
        if id(connection) not in meant or len(failed) >= times:
            meant.discard(id(connection))
            return
        meant.discard(id(connection))
        failed.append(len(failed) + 1)
        raw = connection.connection.driver_connection
        assert raw is not None
        if keeps:
            raw.commit()
        else:
            raw.rollback()
        raise OperationalError("COMMIT", None, error, connection_invalidated=keeps)

    event.listen(engine, "commit", fail)
    try:
        yield failed
    finally:
        event.remove(engine, "commit", fail)
        event.remove(engine, "before_cursor_execute", look)

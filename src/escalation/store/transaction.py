"""Transactions: the only place that commits.

``write`` keeps everything of its block or nothing. ``read`` and ``snapshot`` keep nothing.
Those above the store take ``Connection`` and ``Engine`` from here, to pass them on.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, Engine

from escalation.patience import CALLERS
from escalation.store import dialect
from escalation.store.driver import pipelined
from escalation.store.failures import Unavailable, translated

__all__ = ["Connection", "Engine", "part", "pipelined", "read", "snapshot", "write"]


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed durably when the block ends and rolled back when it raises.

    On SQLite the write lock is held from the start, and the writers of this process take turns.

    Raises:
        Again: Doing the same again, with the same ids, is right.
        Unavailable: The database cannot take it now.
        Clash: A constraint refused it.
    """
    turn = engine.get_execution_options().get("turn", nullcontext())
    with translated(), turn, engine.connect() as connection, connection.begin() as transaction:
        with pipelined(connection):
            yield connection
        transaction.commit()


@contextmanager
def part(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is kept or not as a whole: an error undoes it alone."""
    with connection.begin_nested(), pipelined(connection):
        yield


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Statements that each see what is committed by then, without a transaction around them.

    Nothing may be written here; the tests watch for it.

    Raises:
        Again: Doing the same again is right.
        Unavailable: The database does not answer now.
    """
    with translated(), engine.connect() as connection, _for_whoever_waits(connection):
        yield connection.execution_options(**dialect.reading(engine))


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Statements that all see the database as at one instant: the first statement's.

    Raises:
        Again: Doing the same again is right.
        Unavailable: The database does not answer now.
    """
    with translated(), engine.connect() as connection, _for_whoever_waits(connection):
        yield connection.execution_options(**dialect.snapshot(engine))


@contextmanager
def _for_whoever_waits(connection: Connection) -> Iterator[None]:
    """What the connection executes in the block ends when nobody waits for it any more."""
    patience = CALLERS.get()
    if patience is None:
        yield
        return
    end = dialect.ending(connection)
    try:
        if not patience.hold(end):
            raise Unavailable("Nobody waits for this any more")
        yield
    finally:
        patience.let_go(end)
        if patience.over:
            connection.invalidate()  # what was to end it may still be on its way

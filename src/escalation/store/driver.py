"""The driver's own cursor, for statements that are made once and run in every batch.

SQLAlchemy's execution costs some 40 microseconds of Python (a context, a result, its rows), as much
as the statement itself; at a light load, a turn of the desk is little else. What SQLAlchemy knows
is still used: its connections, their transactions, its errors, and whoever listens for statements.

What only writes need not be waited for. In a block that is :func:`pipelined`, statements that are
:func:`sent` or :func:`asked` follow one another without pause, and the server works on them while
Python goes on. How they ended is looked at whenever an answer is waited for: when something is
read, when SQLAlchemy itself executes, and when the block ends, so always before a commit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine, ExecutionContext, event
from sqlalchemy.exc import DBAPIError

Given = Sequence[Any] | Mapping[str, Any]

_PIPELINES, _PIPELINE = "pipelines", "pipeline"
"""Options of an engine that may send without waiting, and of a connection that does."""


def executed(connection: Connection, sql: str, given: Given, *, many: bool = False) -> Any:  # noqa: ANN401 - either driver's cursor
    """The driver's cursor, once it has executed ``sql``; with ``many`` once for each of ``given``.

    Raises:
        DBAPIError: the database refused it, or is not to be reached.
    """
    cursor: Any = connection.connection.cursor()
    _execute(connection, cursor, sql, given, many=many)
    return cursor


def answered(connection: Connection, sql: str, given: Given) -> list[tuple[Any, ...]]:
    """The rows that ``sql`` answers with.

    Raises:
        DBAPIError: as :func:`executed`; or what was sent before was refused.
    """
    cursor: Any = connection.connection.cursor()
    _announce(connection, cursor, sql, given)
    with _Told(connection, sql):
        cursor.execute(sql, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def asked(connection: Connection, sql: str, given: Given) -> Callable[[], list[tuple[Any, ...]]]:
    """Ask, and answer how the rows are had; where it is :func:`pipelined` they are waited for then.

    Raises:
        DBAPIError: as :func:`answered`, here or once the rows are had.
    """
    pipeline = _pipeline_of(connection)
    if pipeline is not None:
        pipeline.open()
    cursor: Any = executed(connection, sql, given)

    def rows() -> list[tuple[Any, ...]]:
        with _Told(connection, sql):
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    return rows


def begun(connection: Connection, sql: str) -> None:
    """Execute what begins a transaction, for SQLAlchemy while it begins one.

    Raises:
        DBAPIError: as :func:`executed`.
    """
    cursor: Any = connection.connection.cursor()
    _tell(connection, cursor, sql, ())
    with _Told(connection, sql):
        cursor.execute(sql)
    cursor.close()


def sent(connection: Connection, sql: str, given: Given) -> None:
    """Have psycopg execute ``sql``; in a block that is :func:`pipelined`, without waiting for it.

    Its places are numbered, ``$1``: others psycopg looks for again in each long statement, which
    takes ten times as long as all else that it does with one.

    Raises:
        DBAPIError: as :func:`executed`; or what was sent before was refused.
    """
    pipeline = _pipeline_of(connection)
    if pipeline is not None:
        pipeline.open()
    cursor = connection.dialect.loaded_dbapi.RawCursor(connection.connection.driver_connection)
    _execute(connection, cursor, sql, given)


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Nothing that is :func:`sent` in the block is waited for before it ends.

    Then all of it has been done, or the block ends with an error. Of a block that raises by itself
    nothing more is looked at: what was sent is to be rolled back.

    Raises:
        DBAPIError: the database refused something in the block, or is not to be reached.
    """
    pipeline = _pipeline_of(connection)
    if pipeline is None and pipelines(connection):
        pipeline = _Pipeline(connection)
        connection.execution_options(**{_PIPELINE: pipeline})
    try:
        yield
        if pipeline is not None:
            pipeline.end()
    except BaseException:
        if pipeline is not None:
            pipeline.leave()
        raise


def may_pipeline(engine: Engine) -> None:
    """Let connections of ``engine`` send without waiting; its driver is psycopg."""
    engine.update_execution_options(**{_PIPELINES: True})

    # SQLAlchemy looks at a result as soon as it has executed.
    @event.listens_for(engine, "do_execute")
    @event.listens_for(engine, "do_executemany")
    @event.listens_for(engine, "do_execute_no_params")
    def wait(_c: object, _s: object, *more: object) -> None:
        context = cast("ExecutionContext", more[-1])
        pipeline = _pipeline_of(context.root_connection)
        if pipeline is not None:
            pipeline.wait()


def pipelines(connection: Connection) -> bool:
    """Whether a block of this connection may be :func:`pipelined`."""
    return bool(connection.get_execution_options().get(_PIPELINES))


def _execute(
    connection: Connection,
    cursor: Any,  # noqa: ANN401 - either driver's
    sql: str,
    given: Given,
    *,
    many: bool = False,
) -> None:
    _announce(connection, cursor, sql, given, many=many)
    execute = cursor.executemany if many else cursor.execute
    with _Told(connection, sql):
        execute(sql, given)


def _announce(
    connection: Connection,
    cursor: Any,  # noqa: ANN401 - as above
    sql: str,
    given: Given,
    *,
    many: bool = False,
) -> None:
    """Begin where nothing has begun, and tell whoever listens for statements."""
    if not connection.in_transaction():
        connection.begin()
    _tell(connection, cursor, sql, given, many=many)


def _tell(
    connection: Connection,
    cursor: Any,  # noqa: ANN401 - as above
    sql: str,
    given: Given,
    *,
    many: bool = False,
) -> None:
    for listens in connection.dispatch.before_cursor_execute:
        listens(connection, cursor, sql, given, None, many)


def _pipeline_of(connection: Connection) -> "_Pipeline | None":
    pipeline: _Pipeline | None = connection.get_execution_options().get(_PIPELINE)
    return pipeline


class _Pipeline:
    """What was sent over one connection and has not been waited for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.dialect.loaded_dbapi
        self._mode = ExitStack()
        self._opened = False

    def open(self) -> None:
        """Wait for nothing from here on."""
        if not self._opened:
            self._mode.enter_context(self._psycopg().pipeline())
            self._opened = True

    def wait(self) -> None:
        """Wait for the end of all that was sent.

        Raises:
            DBAPIError: the first thing of it that was refused.
        """
        if self._opened:
            self._opened = False
            with _Told(self._connection, "what was sent"):
                self._mode.close()

    def end(self) -> None:
        """Wait, and see that whatever failed meanwhile was not passed over.

        PostgreSQL answers the commit of a transaction that has failed without any error.
        """
        self.wait()
        failed = self._driver.pq.TransactionStatus.INERROR
        if self._psycopg().pgconn.transaction_status == failed:
            with _Told(self._connection, "what came before"):
                raise self._failed()

    def first(self, error: Exception) -> Exception:
        """What was refused, where an error only says that nothing was tried after it."""
        if not isinstance(error, self._driver.errors.PipelineAborted):
            return error
        before = error.__context__
        return before if isinstance(before, self._driver.Error) else self._failed()

    def leave(self) -> None:
        """Have nothing on its way any more, in whatever way it ended."""
        self._opened = False
        with suppress(self._driver.Error):
            self._mode.close()

    def _failed(self) -> Exception:
        failed: Exception = self._driver.errors.InFailedSqlTransaction("a statement has failed")
        return failed

    def _psycopg(self) -> Any:  # noqa: ANN401 - psycopg's connection
        return self._connection.connection.driver_connection


class _Told:
    """Raise the driver's errors as SQLAlchemy does; a lost server loses all idle connections.

    It stands around every statement, and a generator would cost as much as a small one.
    """

    __slots__ = ("_connection", "_sql")

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, _kind: object, failure: BaseException | None, _trace: object) -> None:
        connection, of = self._connection, self._connection.dialect
        if not isinstance(failure, of.loaded_dbapi.Error):
            return
        pipeline = _pipeline_of(connection)
        error = failure if pipeline is None else pipeline.first(failure)
        lost = of.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]  # the driver's own error
        if lost:
            connection.invalidate(error)
            connection.engine.dispose()
        raise DBAPIError.instance(
            self._sql, None, error, of.loaded_dbapi.Error, connection_invalidated=lost, dialect=of
        ) from failure

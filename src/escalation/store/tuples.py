"""Rows read as plain tuples, by queries that are made once and asked often.

What they cost is the driver, and little more: SQLAlchemy's own rows cost about as much again, an
object for each and a call for each instant, and making the statement as much as running it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import CompoundSelect, Connection, Dialect, Select

from escalation.store.driver import answered, asked
from escalation.store.statements import made_once

_Rows = TypeVar("_Rows")
Later: TypeAlias = Callable[[], _Rows]
"""How rows are had that were asked for: the database may be at them until they are looked at."""
Query = Select[Any] | CompoundSelect[Any]
_Process = Callable[[Any], Any]
_Column = Callable[[Iterable[Any]], list[Any]]


def fetched(
    connection: Connection, query: Query, given: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a query that is made once and asked often, in the order of its columns."""
    return list(each(connection, query, given))


def each(
    connection: Connection, query: Query, given: Mapping[str, Any]
) -> Iterable[tuple[Any, ...]]:
    """The same rows, for whoever makes something else of them at once."""
    made = _made(connection.dialect, query, tuple(given))
    return made.read(answered(connection, made.sql, made.asked(given)))


def each_later(
    connection: Connection, query: Query, given: Mapping[str, Any]
) -> Later[Iterable[tuple[Any, ...]]]:
    """The same rows, asked for now and had later."""
    made = _made(connection.dialect, query, tuple(given))
    rows = asked(connection, made.sql, made.asked(given))
    return lambda: made.read(rows())


def named(connection: Connection, query: Query, given: Mapping[str, Any]) -> list[Any]:
    """The same rows, each value to be had by its column's name."""
    return list(map(_row(query)._make, each(connection, query, given)))


def named_later(connection: Connection, query: Query, given: Mapping[str, Any]) -> Later[list[Any]]:
    """The rows of :func:`named`, had as those of :func:`each_later`."""
    rows = each_later(connection, query, given)
    return lambda: list(map(_row(query)._make, rows()))


@lru_cache(maxsize=64)
def _row(query: Query) -> Any:  # noqa: ANN401 - a class made of the query's own names
    return namedtuple("Row", [str(column.key) for column in query.selected_columns])  # noqa: PYI024 - as above


class _Made(NamedTuple):
    """A query on one database: what goes into it under which name, and what some columns need."""

    sql: str
    constants: Mapping[str, Any]
    processors: tuple[tuple[str, _Process], ...]
    order: tuple[str, ...] | None
    columns: tuple[tuple[int, _Column], ...]

    def asked(self, given: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """What is given, as the driver takes it."""
        values = {**self.constants, **given}
        for name, process in self.processors:
            values[name] = process(values[name])
        return values if self.order is None else tuple(map(values.__getitem__, self.order))

    def read(self, rows: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """The driver's rows, with each value as its column's type has it."""
        if not (rows and self.columns):
            return rows
        columns: list[Any] = list(zip(*rows, strict=True))
        for place, read in self.columns:
            values = columns[place]
            if values.count(None) < len(values):
                columns[place] = read(values)
        return zip(*columns, strict=True)


@made_once(64)
def _made(of: Dialect, query: Query, given: tuple[str, ...]) -> _Made:
    compiled = query.compile(dialect=of)
    # With lists that the query itself holds written out, as `IN (a, b)`.
    made = compiled.construct_expanded_state(dict.fromkeys(given))
    bound = ((n, _in(of, b.type)) for n, b in compiled.binds.items() if n in made.parameters)
    columns = enumerate(_out(of, column.type) for column in query.selected_columns)
    return _Made(
        made.statement,
        made.parameters,
        tuple((name, process) for name, process in bound if process is not None),
        None if made.positiontup is None else tuple(made.positiontup),
        tuple((place, read) for place, read in columns if read is not None),
    )


def _in(of: Dialect, kind: Any) -> _Process | None:  # noqa: ANN401 - a type of SQLAlchemy's, either database's
    return kind.dialect_impl(of).bind_processor(of)  # type: ignore[no-any-return]  # as above


def _out(of: Dialect, kind: Any) -> _Column | None:  # noqa: ANN401 - as above
    kept = kind.dialect_impl(of)
    whole: _Column | None = getattr(kept, "whole_column", None)
    process: _Process | None = kept.result_processor(of, None)
    if whole is not None or process is None:
        return whole
    return lambda values: [None if value is None else process(value) for value in values]

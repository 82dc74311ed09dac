"""Many rows read as plain tuples: what thousands of them cost is the driver, and little more.

SQLAlchemy's own rows cost about as much again: an object for each, and a call for each instant.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import CompoundSelect, Connection, Dialect, Select

Query = Select[Any] | CompoundSelect[Any]


def fetched(
    connection: Connection, query: Query, given: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a query that is made once and asked often, in the order of its columns."""
    result = connection.execute(query, given)
    rows: list[tuple[Any, ...]] = list(cast("Any", result.cursor).fetchall())
    result.close()
    processors = _processors(connection.dialect, query)
    if not (rows and processors):
        return rows
    columns: list[Any] = list(zip(*rows, strict=True))
    for place, process in processors:
        columns[place] = [None if value is None else process(value) for value in columns[place]]
    return list(zip(*columns, strict=True))


@cache
def _processors(of: Dialect, query: Query) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """What the values of some columns go through, by the columns' places."""
    kinds = [column.type.dialect_impl(of) for column in query.selected_columns]
    found = [(place, kind.result_processor(of, None)) for place, kind in enumerate(kinds)]
    return tuple((place, process) for place, process in found if process is not None)

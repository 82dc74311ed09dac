"""Pages by keyset: lists that begin with the newest, and go on after the last that was seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, literal, tuple_

Seen = tuple[datetime, str]
"""What was seen last, where a page goes on: of what instant it is, and its id."""


def newest_first(
    query: Select[Any], at: Column[Any], by_id: Column[Any], after: Seen | None, limit: int
) -> Select[Any]:
    """At most so many rows of a query, the newest by ``at`` first; ``after`` was seen last.

    Of one instant they go by their ids, so that none stands on two pages and none on no page.
    """
    if after is not None:
        instant, last = after
        bound = (literal(instant, at.type), literal(last, by_id.type))
        query = query.where(tuple_(at, by_id) < tuple_(*bound))
    return query.order_by(at.desc(), by_id.desc()).limit(limit)

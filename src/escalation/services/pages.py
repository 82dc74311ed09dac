"""A page of a list, as services give it and the interface and commands show it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from escalation.store.listing import Value

View = Mapping[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    ``after`` is where the next page begins, None on the last; ``total`` is on all pages, where it
    was asked for.
    """

    items: Sequence[View]
    limit: int
    after: tuple[Value, str] | None = None
    total: int | None = None


def page_of(
    found: Sequence[Row],
    limit: int,
    views: Callable[[Sequence[Row]], Iterable[View]],
    place: Callable[[Row], tuple[Value, str]],
    total: int | None = None,
) -> Page:
    """A page of what was found, of which one more than ``limit`` says that there is a next one.

    ``views`` makes what is told of all that stand on it, ``place`` says where one stands in the
    list.
    """
    shown = found[:limit]
    goes_on = place(shown[-1]) if len(found) > limit else None
    return Page(tuple(views(shown)), limit, goes_on, total)

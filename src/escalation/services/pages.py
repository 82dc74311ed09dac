"""A page of a list, as services give it and the interface and commands show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from escalation.store.listing import Value

View = Mapping[str, Any]


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

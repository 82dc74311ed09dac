"""Statements that are made once for a kind of database, however many engines a process opens."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Dialect

Made = TypeVar("Made")
More = ParamSpec("More")
_Make = Callable[Concatenate[Dialect, More], Made]


def made_once(limit: int | None = None) -> Callable[[_Make[More, Made]], _Make[More, Made]]:
    """Keep what a function makes for a dialect and further arguments, all of them hashable.

    Dialects of one kind and version of the server are as one: the first stands for all, so that
    what is kept does not hold on to engines that were put away.

    Args:
        limit: How many to keep, the ones used last; all where none is given.
    """

    def keeping(make: _Make[More, Made]) -> _Make[More, Made]:
        kept = lru_cache(limit)(make)

        @wraps(make)
        def made(of: Dialect, /, *more: More.args, **named: More.kwargs) -> Made:
            return kept(_first(of), *more, **named)  # type: ignore[arg-type]  # mypy does not know that they are hashable

        return made

    return keeping


def _first(of: Dialect) -> Dialect:
    return _FIRST.setdefault((type(of), of.server_version_info), of)


_FIRST: dict[tuple[type[Dialect], tuple[object, ...] | None], Dialect] = {}

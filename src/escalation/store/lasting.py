"""Stays that lasted long: what lets a digest as at a past date pass over all that came after it.

A stay that held at an instant ended later. All stays that ended later are as many as there was
history since; but one that ended more than :data:`LONG` later lasted longer than that, and of such
there are few: they have an index of their own.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, or_, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from escalation.store.base import UtcInstant
from escalation.store.models.issues import LONG_ON_POSTGRES, LONG_ON_SQLITE

LONG: Final = timedelta(days=30)
"""From when on a stay counts as long: most end, or change, within days."""
SOON = bindparam("soon", type_=UtcInstant)
"""What a statement is given by ``soon``: the instant that it asks about, and ``LONG`` later."""


class _Lasted(FunctionElement[Any]):
    """Whether the stay called ``now`` lasted long, in the words of the partial index.

    It has no type: SQLite would compare a boolean with 1, and then not see its index in it.
    """

    inherit_cache: bool | None = True
    name = "lasted"
    type: TypeEngine[Any] = NullType()


@compiles(_Lasted)
def _on_sqlite(*_: object, **__: object) -> str:
    return _of_now(LONG_ON_SQLITE)


@compiles(_Lasted, "postgresql")
def _on_postgres(*_: object, **__: object) -> str:
    return _of_now(LONG_ON_POSTGRES)


def _of_now(words: str) -> str:
    return words.replace("recorded_to", "now.recorded_to").replace("effective", "now.effective")


def ended_after(
    stays: Select[Any],
    stay: Any,  # noqa: ANN401 - as below
    at: ColumnElement[Any],
    soon: ColumnElement[Any] = SOON,
) -> tuple[Select[Any], ...]:
    """Of stays that had begun ``LONG`` before ``soon`` those without an end, or ended after ``at``.

    In three parts, each with one range of an index: without an end; with one that was recorded
    soon after; and with a later one, of those that lasted long.
    """
    return (
        stays.where(stay.recorded_to.is_(None)),
        stays.where(stay.recorded_to > at, stay.recorded_to <= soon),
        stays.where(stay.recorded_to > soon, _Lasted()),
    )


def holding(
    begun: Select[Any],
    stay: Any,  # noqa: ANN401 - the columns of the stay called ``now``
    at: ColumnElement[Any],
    known_at: ColumnElement[Any],
    soon: ColumnElement[Any] = SOON,
) -> CompoundSelect[Any]:
    """Of stays that had begun by an instant those that had not ended, by what was known.

    Nothing takes effect after it is recorded, so the end of a stay that holds was recorded after
    the instant.
    """
    later = or_(stay.effective_to > at, stay.recorded_to > known_at)
    open_, *ended = ended_after(begun, stay, at, soon)
    return union_all(open_, *(each.where(later) for each in ended))

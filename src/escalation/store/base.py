"""What every table is made of: the metadata, and the column types.

The same table definition serves both databases; a type says once how a value is kept on each.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_Impl: TypeAlias = TypeEngine[Any] | type[TypeEngine[Any]]


def canonical(value: object) -> str:
    """The one text of a JSON value: sorted keys, no spaces, UTF-8 letters as they are.

    Raises:
        ValueError: For NaN and the infinities, which JSON does not know.
        TypeError: For what is no JSON value.
    """
    return _ENCODER.encode(value)


# Made once: `json.dumps` makes an encoder each time it is called with options.
_ENCODER: Final = json.JSONEncoder(
    allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True
)


def canonical_document(document: Mapping[str, Any]) -> bytes:
    """The UTF-8 of :func:`canonical` for a large document, in a tenth of the time.

    Instants in UTC may stand in it; they are told as RFC 3339 with ``Z``. Fractions may not: their
    shortest forms differ (``1e16``, ``1e+16``).

    Raises:
        TypeError: For what is no JSON value.
    """
    return _QUICK.encode(document)


def kept_text(value: object) -> str:
    """The text in which the database keeps a JSON value of ours: canonical, and quick to make.

    As :func:`canonical_document`. A fraction stands in its shortest form; one that is no number
    comes in nowhere (bodies and files that have it are refused), and would be kept as null.
    """
    return _QUICK.encode(value).decode()


_QUICK: Final = msgspec.json.Encoder(order="deterministic")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"an instant needs its zone, {value.isoformat()} has none")
    return value


@lru_cache(maxsize=4096)  # the same few instants stand in all rows of one batch
def epoch_microseconds(value: datetime) -> int:
    """Microseconds since 1970 began in UTC: how SQLite keeps an instant.

    Raises:
        ValueError: For a datetime without a zone.
    """
    return (_aware(value) - EPOCH) // MICROSECOND


_INSTANTS: Any = list[datetime | None]
_NEAR: Final = epoch_microseconds(datetime(2200, 1, 1, tzinfo=UTC))
"""How far from 1970 seconds as floats are sure to tell all microseconds apart (272 years)."""


class _InstantAsInteger(TypeDecorator[datetime]):
    """An aware datetime, kept as an integer of epoch microseconds."""

    impl: _Impl = Integer
    cache_ok: bool | None = True

    # The processors themselves are given, rather than process_bind_param and its like: each value
    # then costs one call, not three.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """What turns an instant into an integer."""
        del dialect
        return lambda value: None if value is None else epoch_microseconds(value)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[int | None], datetime | None]:
        """What turns an integer into an instant in UTC."""
        del dialect, coltype
        return lambda value: None if value is None else EPOCH + MICROSECOND * value

    @staticmethod
    def whole_column(kept: Iterable[int | None]) -> list[datetime | None]:
        """The same of all values of a column, in a third of the time."""
        seconds = [
            at if at is None else at / 1e6 if -_NEAR < at < _NEAR else EPOCH + MICROSECOND * at
            for at in kept
        ]
        told: list[datetime | None] = msgspec.convert(seconds, _INSTANTS, strict=False)
        return told


class _InstantWithZone(TypeDecorator[datetime]):
    """An aware datetime, kept as ``timestamptz``; connections speak UTC, so it comes back in it."""

    impl: _Impl = TIMESTAMP(timezone=True)
    cache_ok: bool | None = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | None]:
        """What refuses an instant without a zone."""
        del dialect
        return lambda value: None if value is None else _aware(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing: the driver answers aware datetimes."""
        del dialect, coltype


class _JsonAsText(TypeDecorator[Any]):
    """A JSON value, kept as its canonical text."""

    impl: _Impl = Text
    cache_ok: bool | None = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        """What turns a value into its canonical text; None is SQL's NULL."""
        del dialect
        return lambda value: None if value is None else kept_text(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        """What reads the text again."""
        del dialect, coltype
        return lambda value: None if value is None else msgspec.json.decode(value)


UtcInstant: Final[TypeEngine[datetime]] = _InstantAsInteger().with_variant(
    _InstantWithZone(), "postgresql"
)
"""An instant: ``timestamptz`` on PostgreSQL, epoch microseconds on SQLite; naive is refused."""

Json: Final[TypeEngine[Any]] = _JsonAsText().with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON value: ``jsonb`` on PostgreSQL, canonical text on SQLite; None is NULL on both."""

Id: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its bytes on both databases: identifiers, codes, cursors' keys."""

Long: Final[TypeEngine[int]] = Integer().with_variant(BigInteger(), "postgresql")
"""A 64-bit integer on both."""

"""What a database says when it fails, in the product's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from escalation.errors import Broken, Busy, EscalationError


class Again(Busy):
    """Nothing is known to be kept: doing the same again, with the same ids, is right.

    A deadlock, a serialization failure, a lock not had in time, a connection lost (then even a
    commit may have happened: the ids show it).
    """

    default_code = "try_again"


class Unavailable(Busy):
    """The database cannot take this now, and trying at once would not help: a full disk, say."""

    default_code = "storage_unavailable"


class Clash(EscalationError):
    """A constraint refused it; ``extra["unique"]`` says whether something like it is there already.

    ``extra["constraint"]`` is the constraint's name where the database tells it.
    """

    default_code = "clash"


# The longest matching beginning of an SQLSTATE decides.
_SQLSTATES: dict[str, type[EscalationError]] = {
    "08": Again,  # connection
    "23": Clash,
    "25006": Unavailable,  # read-only: no longer the primary
    "40": Again,  # serialization failure, deadlock
    "53": Unavailable,  # out of disk, memory, connections
    "55P03": Again,  # lock not available
    "57014": Unavailable,  # statement timeout, or nobody waits for it any more
    "57P": Again,  # the server is going down or coming up
    "58": Unavailable,  # input or output
    "XX001": Broken,  # data corrupted
    "XX002": Broken,
}
# SQLite's primary result codes.
_SQLITE: dict[int, type[EscalationError]] = {
    5: Again,  # busy
    6: Again,  # locked
    8: Unavailable,  # read-only
    9: Unavailable,  # interrupted: nobody waits for it any more
    10: Unavailable,  # input or output
    11: Broken,  # corrupt
    13: Unavailable,  # full
    14: Unavailable,  # cannot open
    19: Clash,
    26: Broken,  # not a database
}
_SQLITE_UNIQUE = {1555, 2067, 2579}  # primary key, unique, rowid
_SENTENCES: dict[type[EscalationError], str] = {
    Again: "The database asks to try again",
    Unavailable: "The database cannot take this now",
    Broken: "The database is damaged; restore a backup",
    Clash: "A constraint of the database refused this",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise the product's error for each failure of the database within the block.

    A failure that is a fault of the program (a statement that makes no sense) is left as it is.
    """
    try:
        yield
    except NoConnection as error:
        raise Unavailable("All connections to the database are in use") from error
    except DBAPIError as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(f"{_SENTENCES[kind]}: {error.orig}", extra=_extra(error)) from error


def _kind(error: DBAPIError) -> type[EscalationError] | None:
    if error.connection_invalidated:
        return Again
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # psycopg has no code for a server that it cannot reach
        return Unavailable if isinstance(error, OperationalError) else None
    beginnings = (state[:length] for length in (5, 3, 2))
    return next((_SQLSTATES[part] for part in beginnings if part in _SQLSTATES), None)


def _extra(error: DBAPIError) -> dict[str, object]:
    unique = (
        getattr(error.orig, "sqlstate", None) == "23505"
        or getattr(error.orig, "sqlite_errorcode", None) in _SQLITE_UNIQUE
    )
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return {"unique": unique, "constraint": name, "retry_after": 1}

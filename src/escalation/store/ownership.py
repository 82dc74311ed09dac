"""One process owns an SQLite database: it alone serves, runs the worker and checkpoints."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from escalation.errors import Broken
from escalation.store.private import make_folder

if sys.platform == "win32":
    import msvcrt

    def take(file: IO[Any]) -> None:
        """Lock an open file until it is closed; an OSError where another process has it."""
        file.seek(1 << 20)  # a place that nobody reads: Windows locks bytes against readers too
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take(file: IO[Any]) -> None:
        """Lock an open file until it is closed; an OSError where another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def own(database: Path) -> Iterator[None]:
    """Own the database file for the length of the block; the system lets go when the process dies.

    Raises:
        Broken: Another process owns it; the detail names it.
    """
    lock = database.with_name(f"{database.name}.owner")
    make_folder(lock.parent)
    with lock.open("a+", encoding="utf-8") as file:
        try:
            take(file)
        except OSError as error:
            file.seek(0)
            raise Broken(
                f"{database} is owned by process {file.read().strip() or 'unknown'}, which serves"
                " it or runs its worker. One process may: stop that one, or use PostgreSQL, which"
                " many may share."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield

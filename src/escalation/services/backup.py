"""Backups of the whole database while it serves, and putting one back.

An SQLite file is copied by SQLite itself, from one instant; a PostgreSQL database by PostgreSQL's
own programs, where this machine has them.
"""

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from escalation.errors import Broken, Refused
from escalation.store import migrate, upkeep
from escalation.store.dialect import database_file
from escalation.store.transaction import Engine

MADE_BY = "escalation db"
"""The name under which a server sees this program; it does not stand in its own way."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made, or the one that was put back."""

    file: Path
    size: int
    revision: str | None


def backup(engine: Engine, target: Path, *, force: bool = False) -> Backup:
    """Write everything, as it is at one instant, to a file.

    Raises:
        Refused: the file exists, and ``force`` was not given.
        Broken: it could not be written, or PostgreSQL's programs are not here; the detail says
            what to run.
    """
    if target.exists() and not force:
        raise Refused(f"{target} exists: name another file, or give --force.", "file_exists")
    target.parent.mkdir(parents=True, exist_ok=True)
    if _file_of(engine) is not None:
        upkeep.copy_to(engine, target)
    else:
        part = target.with_name(f"{target.name}.part")
        try:
            with _server(engine) as (url, shown):
                options = ("--format=custom", f"--file={part}")
                _run("pg_dump", (*options, f"--dbname={url}"), (*options, f"--dbname={shown}"))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, migrate.revision(engine).current)


def restore_file(source: Path, target: Path, *, force: bool = False) -> Backup:
    """Put a backup in the place of an SQLite database that this process owns.

    Raises:
        Refused: there is a database already and ``force`` was not given, or a program has it open.
        Broken: the backup is damaged, or of a newer version of the product.
    """
    revision = upkeep.sound_or_broken(source)
    if revision is not None and not migrate.knows(revision):
        raise Broken(
            f"{source} is at version {revision}, which this program does not know: it is newer."
        )
    if target.exists() and target.stat().st_size and not force:
        raise Refused(f"{target} exists: --force replaces it with the backup.", "file_exists")
    upkeep.put_in_place(source, target)
    return Backup(source, source.stat().st_size, revision)


def restore_server(engine: Engine, source: Path, *, force: bool = False) -> Backup:
    """Put a backup in the place of what is in a PostgreSQL database, in one transaction.

    Raises:
        Refused: there are tables already and ``force`` was not given, or a program is connected.
        Broken: PostgreSQL's programs are not here, or they failed.
    """
    if upkeep.tables_on_server(engine) and not force:
        raise Refused(
            "The database has tables: --force replaces them with the backup.", "not_empty"
        )
    others = [name for name in upkeep.others_on_server(engine) if not name.startswith(MADE_BY)]
    if others:
        raise Refused(f"Others use the database: {', '.join(others)}. End them first.", "in_use")
    engine.dispose()
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    with _server(engine) as (url, shown):
        rest = (*options, f"--dbname={url}", str(source))
        _run("pg_restore", rest, (*options, f"--dbname={shown}", str(source)))
    return Backup(source, source.stat().st_size, migrate.revision(engine).current)


@contextmanager
def _server(engine: Engine) -> Iterator[tuple[str, str]]:
    """The server's address for its own programs, and the same as it may be shown.

    The password stands in a file that only this user reads, not among the arguments, which every
    user of the machine can see.
    """
    url, password = upkeep.libpq(engine.url.render_as_string(hide_password=False))
    if password is None:
        yield url, url
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pgpass"
        file.touch(0o600)
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        yield f"{url}{'&' if '?' in url else '?'}passfile={file}", url


def _run(program: str, arguments: Sequence[str], shown: Sequence[str]) -> None:
    path = shutil.which(program)
    command = shlex.join((program, *shown))
    if path is None:
        raise Broken(
            f"{program} is not on this machine. Where PostgreSQL is installed, run: {command}"
        )
    ended = subprocess.run(  # noqa: S603 - PostgreSQL's own program, found on the path
        (path, *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Broken(
            f"{program} failed: {ended.stderr.strip() or ended.returncode}\nRun: {command}"
        )


def _file_of(engine: Engine) -> Path | None:
    return database_file(engine.url.render_as_string(hide_password=False))

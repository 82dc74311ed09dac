"""Bringing a database to the tables that this version of the product needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from escalation.errors import Broken
from escalation.store import wall
from escalation.store.dialect import broken_references, hold_migrations
from escalation.store.engine import make_engine
from escalation.store.models import metadata
from escalation.store.transaction import read, write

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_migrations"
_CHECKOUT = _PACKAGE.parents[1] / "migrations"


@dataclass(frozen=True, slots=True)
class Revision:
    """Where a database stands (None: it is empty), and where it should."""

    current: str | None
    head: str | None

    @property
    def is_current(self) -> bool:
        """Whether nothing is to be migrated."""
        return self.current == self.head


def folder() -> Path:
    """Where the migrations are: in the installed package, or in the checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def revision(engine: Engine) -> Revision:
    """Where the database stands."""
    with read(engine) as connection:
        return _standing(connection)


def knows(revision: str) -> bool:
    """Whether this version of the product has the migration of that name."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def upgrade(engine: Engine, to: str = "head") -> Revision:
    """Migrate to ``to`` in one transaction; when two processes try, the second finds it done.

    Where the second wall stands it stands again at the head, before the tables that came.

    Raises:
        Broken: The migrated rows would name rows that do not exist; nothing was changed.
    """
    with _alone(engine) as connection:
        walled = not _standing(connection).is_current and wall.taken_down(connection)
        command.upgrade(_config(connection), to)
        if walled and _standing(connection).is_current:
            wall.put_up_again(connection)
        if faults := broken_references(connection):
            raise Broken("The migration was undone: " + "; ".join(faults[:5]))
    return revision(engine)


def downgrade(engine: Engine, to: str) -> Revision:
    """Go back to ``to`` (``base`` for an empty database): for tests, not for operation."""
    with _alone(engine) as connection:
        wall.taken_down(connection)
        command.downgrade(_config(connection), to)
    return revision(engine)


def write_revision(engine: Engine, title: str, name: str) -> None:
    """Write the migration from the database as it is to the tables as they are, for a developer."""
    with _alone(engine) as connection:
        command.revision(_config(connection), message=title, rev_id=name, autogenerate=True)


def require_current(engine: Engine) -> None:
    """Refuse to work on tables of another version.

    Raises:
        Broken: The database is to be migrated first, or is newer than the program.
    """
    found = revision(engine)
    if not found.is_current:
        raise Broken(
            f"The database stands at revision {found.current}, this version needs {found.head}:"
            " run `escalation db upgrade`."
        )


def differences(engine: Engine) -> list[str]:
    """What of the database is not as the tables say; empty when all is well."""
    with read(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


def _standing(connection: Connection) -> Revision:
    return Revision(MigrationContext.configure(connection).get_current_revision(), _head())


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction on an engine of its own, while no other process migrates."""
    url = engine.url.render_as_string(hide_password=False)
    single = make_engine(url, application="escalation migration", single=True)
    with single.connect() as guard:
        hold_migrations(guard)
        guard.rollback()
        with write(single) as connection:
            yield connection


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def _head() -> str | None:
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(folder()))

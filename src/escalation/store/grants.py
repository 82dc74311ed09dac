"""What the role that serves may do on PostgreSQL: add to what is kept, and change only the rest.

The tables belong to another role, the one that migrates and disposes.
"""

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import ProgrammingError

from escalation.store.base import metadata
from escalation.store.dialect import database_file
from escalation.store.transaction import Engine, part

KEPT = ("clock_step", "decision", "disposal", "event", "seal", "seal_chain")
"""Tables that are only ever added to."""
NOT_PERMITTED = "42501"
_CHANGES = ("UPDATE", "DELETE", "TRUNCATE")


def statements(engine: Engine, role: str) -> list[str]:
    """The SQL that gives ``role`` what serving needs, and takes from it what changes the record.

    It may be run again after each migration.
    """
    quoted = engine.dialect.identifier_preparer.quote
    name = quoted(role)
    kept = ", ".join(KEPT)
    rest = ", ".join(quoted(table) for table in sorted(set(metadata.tables) - set(KEPT)))
    return [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT SELECT ON alembic_version TO {name}",
        f"GRANT SELECT, INSERT ON {kept} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {rest} TO {name}",
    ]


def give(connection: Connection, wanted: list[str]) -> None:
    """Run such statements."""
    for statement in wanted:
        connection.exec_driver_sql(statement)


def give_if_permitted(connection: Connection, wanted: list[str]) -> bool:
    """Run such statements, all of them or none; whether the present role may."""
    try:
        with part(connection):
            give(connection, wanted)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_PERMITTED:
            raise
        return False
    return True


def on_server(engine: Engine) -> bool:
    """Whether the database knows roles at all."""
    return database_file(engine.url.render_as_string(hide_password=False)) is None


def changeable(connection: Connection) -> list[str]:
    """Tables of what is kept that the present role could change or empty; owning one is enough."""
    may = [
        select(func.has_table_privilege(func.current_user(), table, ", ".join(_CHANGES)))
        for table in KEPT
    ]
    return [table for table, query in zip(KEPT, may, strict=True) if connection.scalar(query)]


def unreadable(connection: Connection) -> list[str]:
    """Tables that the present role may not read: they came after its rights were given."""
    return [
        table
        for table in sorted(metadata.tables)
        if not connection.scalar(
            select(func.has_table_privilege(func.current_user(), table, "SELECT"))
        )
    ]


def unguarded(connection: Connection) -> list[str]:
    """Tables of what is kept that an SQLite file lets change: their triggers are gone."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    there = set(names.scalars())
    return [
        table for table in KEPT if not {f"{table}_not_changed", f"{table}_not_removed"} <= there
    ]

"""How Alembic runs the migrations: on the connection and in the transaction it is given.

The one way in is ``escalation.store.migrate``, which holds the lock and commits.
"""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from escalation.store import base
from escalation.store.models import metadata

NAMES = ("Id", "Json", "Long", "UtcInstant")


def by_name(kind: str, item: object, where: AutogenContext) -> str | bool:
    """Write a column type of ours by its name, and leave the others to Alembic."""
    if kind != "type":
        return False
    for name in NAMES:
        ours = getattr(base, name)
        # A table keeps a decorator's copy, and any other type itself.
        if item is ours or (isinstance(ours, TypeDecorator) and type(item) is type(ours)):
            where.imports.add("from escalation.store import base")
            return f"base.{name}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    # SQLite changes a table by making it anew; on PostgreSQL the same code alters it in place.
    render_as_batch=True,
    render_item=by_name,
)
context.run_migrations()

"""How Alembic runs the migrations: on the connection and in the transaction it is given.

The one way in is ``escalation.store.migrate``, which holds the lock and commits.
"""

from alembic import context

from escalation.store.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    # SQLite changes a table by making it anew; on PostgreSQL the same code alters it in place.
    render_as_batch=True,
)
context.run_migrations()

"""``escalation db``: migrations, checks, backups."""

from pathlib import Path
from typing import Annotated

import typer

from escalation.bootstrap import database, database_of
from escalation.cli.groups import group
from escalation.cli.opening import load
from escalation.cli.screen import AsJson, err, pairs, say, say_json, tell
from escalation.errors import Refused
from escalation.services import backup as backups
from escalation.services.doctor import LAST_BACKUP
from escalation.services.soundness import examine, upgraded
from escalation.store import grants, wall
from escalation.store.private import make_folder
from escalation.store.transaction import write

app = group(
    "Migrate, check, back up and restore the database.\n\nExample: escalation db backup today.db"
)

_WALLED = f"What somebody may not see is kept from them by the database too ({wall.ROLE})."
_NOT_WALLED = (
    f"The second wall was not built: that needs the right to make roles. Run the lines from"
    f" {wall.ROLE} on as a role that has it and owns the tables; until then the program alone"
    " keeps rows apart."
)

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@app.command()
def upgrade(*, as_json: AsJson = False) -> None:
    """Bring the database to the tables that this version needs.

    `serve` does it by itself for an SQLite file. Run it before a new version serves PostgreSQL.

    Example: escalation db upgrade
    """
    with database(load(), owner=True, application=backups.MADE_BY) as engine:
        before, after = upgraded(engine)
    if as_json:
        say_json({"from": before, "to": after})
    elif before == after:
        say(f"Nothing to do: the database is at {after}.")
    else:
        say(f"The database was at {before or 'no version'}, it is at {after} now.")


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """See whether the database is sound and has the tables that this version needs.

    Example: escalation db check
    """
    with database(load(), application=backups.MADE_BY) as engine:
        found = examine(engine)
    if as_json:
        say_json(
            {
                "sound": found.sound,
                "database": found.program,
                "revision": found.revision,
                "head": found.head,
                "faults": list(found.faults),
                "warnings": list(found.warnings),
            }
        )
    else:
        pairs({"database": found.program, "revision": found.revision or "none"})
        for warning in found.warnings:
            tell(f"Note: {warning}")
        if found.sound:
            say("The database is sound.")
    if not found.sound:
        for fault in found.faults:
            tell(fault)
        raise typer.Exit(1)


@app.command("grants")
def grants_(
    role: Annotated[str, typer.Option(help="The role that serves; it owns no table.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Run it, as the role that owns the tables.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the SQL that lets a PostgreSQL role serve, and not change what was recorded.

    Run it again after each `db upgrade`; both are done by the role that owns the tables. It also
    builds the second wall before what others may not see, where that role may make roles.

    Example: escalation db grants --role escalation_app --apply
    """
    with database(load(), application=backups.MADE_BY) as engine:
        if not grants.on_server(engine):
            raise Refused(
                "An SQLite file knows no roles: there, triggers refuse to change the record.",
                "needs_postgresql",
            )
        wanted, second = grants.statements(engine, role), wall.statements(engine, role)
        walled = False
        if apply:
            with write(engine) as connection:
                grants.give(connection, wanted)
                walled = grants.give_if_permitted(connection, second)
    if as_json:
        told = {"role": role, "applied": apply, "walled": walled}
        say_json({**told, "statements": [*wanted, *second]})
        return
    for statement in (*wanted, *second):
        say(f"{statement};")
    if apply:
        tell(f"{role} may serve, and may not change what was recorded.")
        tell(_WALLED if walled else _NOT_WALLED)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)],
    *,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a backup as at one instant, while the service goes on.

    PostgreSQL is backed up by its own pg_dump, where this machine has it.

    Example: escalation db backup backups/monday.db
    """
    settings = load()
    with (
        database(settings, application=backups.MADE_BY) as engine,
        err().status("Writing the backup"),
    ):
        made = backups.backup(engine, file, force=force)
    noted = settings.data_dir / LAST_BACKUP
    make_folder(noted.parent)
    noted.write_text(f"{made.file.resolve()}\n", encoding="utf-8")
    if as_json:
        say_json({"file": str(made.file), "bytes": made.size, "revision": made.revision})
    else:
        say(f"{made.file}: {made.size:,} bytes, tables at {made.revision}.")


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The backup.")
    ],
    *,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database; nothing may be using it.

    Example: escalation db restore backups/monday.db --force
    """
    settings = load()
    target = database_of(settings)
    with (
        err().status("Restoring"),
        database(settings, owner=True, application=backups.MADE_BY) as engine,
    ):
        if target is None:
            restored = backups.restore_server(engine, file, force=force)
        else:
            restored = backups.restore_file(file, target, force=force)
    if as_json:
        say_json({"file": str(file), "bytes": restored.size, "revision": restored.revision})
    else:
        say(f"{file} is restored, tables at {restored.revision}.")
        tell("`escalation db check` sees whether it fits this version.")

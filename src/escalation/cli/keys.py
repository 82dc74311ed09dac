"""``escalation keys``: who may call the API."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, say, say_json, table, tell
from escalation.services import keys
from escalation.services.keys import KeyRole, StoredKey
from escalation.services.secrets import reseal as seal_again
from escalation.services.views import told

app = group(
    "Make, list and take back API keys.\n\nExample: escalation keys create --role admin --name me"
)


@app.command()
def create(
    role: Annotated[KeyRole, typer.Option(help="What it may do.")],
    name: Annotated[str, typer.Option(help="What it is for, or whose it is.")],
    person: Annotated[
        str | None, typer.Option(help="The person of the directory who acts with it.")
    ] = None,
    expires_in: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Open nothing after so many days.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: only a hash of it is kept.

    Example: escalation keys create --role operator --name "service desk" --expires-in 90
    """
    with at_the_desk() as container:
        desk = container.desk
        until = None if expires_in is None else desk.clock.now() + timedelta(days=expires_in)
        made = keys.create(desk, name=name, role=role, actor=me(), person=person, expires_at=until)
        now = desk.clock.now()
    if as_json:
        say_json({"key": made.secret, **_told(made.stored, now)})
        return
    say(made.secret)
    tell(f"This is {made.stored.id}, for {role}. Keep it: it is not shown again.")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Show every key there ever was, without the keys themselves.

    Example: escalation keys list
    """
    with at_the_desk() as container:
        found = [_told(key, container.clock.now()) for key in keys.every(container.desk)]
    if as_json:
        say_json({"data": found})
        return
    columns = ("id", "name", "role", "person", "begins", "made", "expires", "state")
    table(
        None,
        columns,
        [
            (
                key["id"],
                key["name"],
                key["role"],
                key["person"],
                key["prefix"],
                instant(key["created_at"]),
                instant(key["expires_at"]),
                key["state"],
            )
            for key in found
        ],
    )


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.", metavar="KEY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a key back: it opens nothing from the next request on, in every process.

    Example: escalation keys revoke key_01kfx...
    """
    with at_the_desk() as container:
        keys.revoke(container.desk, key, actor=me())
    if as_json:
        say_json({"id": key, "state": "revoked"})
    else:
        say(f"{key} is revoked.")


@app.command()
def reseal(*, as_json: AsJson = False) -> None:
    """Seal every secret again under the first key of ESCALATION_MASTER_KEY.

    To change the master key: give the new one before the old, parted by a comma, to every process;
    run this; then leave the old one out.

    Example: escalation keys reseal
    """
    with at_the_desk() as container:
        count = seal_again(container.desk, container.vault)
    if as_json:
        say_json({"secrets": count})
    else:
        say(f"{count} secrets are sealed under the first master key now.")


def _told(key: StoredKey, now: datetime) -> dict[str, Any]:
    state = "live" if key.live(now) else "expired"
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "person": key.person,
        "prefix": key.prefix,
        "created_by": key.created_by,
        "created_at": told(key.created_at),
        "expires_at": told(key.expires_at),
        "revoked_at": told(key.revoked_at),
        "state": "revoked" if key.revoked_at is not None else state,
    }

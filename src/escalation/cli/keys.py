"""``escalation keys``: who may call the API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from escalation.api.schemas.fields import instant as as_instant
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk
from escalation.cli.scopes import scopes_of
from escalation.cli.screen import AsJson, instant, say, say_json, table, tell
from escalation.cli.service import Served, at_service
from escalation.clock import SystemClock
from escalation.services.keys import KeyRole
from escalation.services.secrets import reseal as seal_again

app = group(
    "Make, list and take back API keys.\n\nExample: escalation keys create --role admin --name me"
)


@app.command(cls=Served)
def create(  # noqa: PLR0913 - an option for each thing that a key is made of
    role: Annotated[KeyRole, typer.Option(help="What it may do.")],
    name: Annotated[str, typer.Option(help="What it is for, or whose it is.")],
    person: Annotated[
        str | None, typer.Option(help="The person of the directory who acts with it.")
    ] = None,
    expires_in: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Open nothing after so many days.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=CODE",
            help="What it is for: cluster, provider, agency, function or forum, and its code; "
            "may be given several times. An issue has to fit each kind that is given.",
        ),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="What it may ask, such as 600/minute. (as its role)"),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: only a hash of it is kept.

    The first key is made at the database, or by `serve`; with `--server` an admin's makes others.

    Example: escalation keys create --role viewer --name "rivers reports" --scope agency=rivers
    """
    until = None if expires_in is None else SystemClock().now() + timedelta(days=expires_in)
    asked = {
        "person": person,
        "expires_at": None if until is None else until.isoformat(),
        "scopes": scopes_of(scope or ()),
        "rate": rate,
    }
    fields = {name: value for name, value in asked.items() if value is not None}
    with at_service() as service:
        made = service.keys.create(name=name, role=role.value, **fields)
    _show(made, as_json=as_json)


def _show(made: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({"key": made["key"], **_told({n: v for n, v in made.items() if n != "key"})})
        return
    say(made["key"])
    tell(f"This is {made['id']}, for {made['role']}. Keep it: it is not shown again.")


@app.command(cls=Served)
def rotate(
    key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.", metavar="KEY")],
    overlap: Annotated[
        int, typer.Option(min=0, metavar="HOURS", help="How much longer the old key opens.")
    ] = 24,
    *,
    as_json: AsJson = False,
) -> None:
    """Make the key that follows another, and show it, this once; the old one ends by itself.

    Example: escalation keys rotate key_01kfx... --overlap 48
    """
    with at_service() as service:
        made = service.keys.rotate(key, overlap_hours=overlap)
    _show(made, as_json=as_json)
    if not as_json:
        tell(f"{key} opens for {overlap} hours more.")


@app.command("list", cls=Served)
def list_(*, as_json: AsJson = False) -> None:
    """Show every key there ever was, without the keys themselves.

    Example: escalation keys list
    """
    with at_service() as service:
        found = [_told(key) for key in service.keys.list()]
    if as_json:
        say_json({"data": found})
        return
    columns = ("id", "name", "role", "person", "for", "begins", "made", "used", "expires", "state")
    table(
        None,
        columns,
        [
            (
                key["id"],
                key["name"],
                key["role"],
                key["person"],
                " ".join(f"{kind}={','.join(codes)}" for kind, codes in key["scopes"].items()),
                key["prefix"],
                instant(key["created_at"]),
                instant(key["last_used_at"]),
                instant(key["expires_at"]),
                key["state"],
            )
            for key in found
        ],
    )


@app.command(cls=Served)
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.", metavar="KEY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a key back: it opens nothing from the next request on, in every process.

    Example: escalation keys revoke key_01kfx...
    """
    with at_service() as service:
        service.keys.revoke(key)
    if as_json:
        say_json({"id": key, "state": "revoked"})
    else:
        say(f"{key} is revoked.")


@app.command()
def reseal(*, as_json: AsJson = False) -> None:
    """Seal every secret again under the first key of ESCALATION_MASTER_KEY.

    Only at the database, where the master key is: it never travels, so there is no `--server`.

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


def _told(key: Mapping[str, Any]) -> dict[str, Any]:
    """A key with whether it opens anything, by this machine's clock."""
    until = key["expires_at"]
    over = until is not None and as_instant(until) <= SystemClock().now()
    state = "expired" if over else "live"
    return {**key, "state": "revoked" if key["revoked_at"] is not None else state}

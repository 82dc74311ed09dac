"""``escalation webhooks``: where events are sent, what came back, sending something again."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, tell
from escalation.services import deliveries
from escalation.services import endpoints as acts
from escalation.services.deliveries import DeliveryState
from escalation.services.endpoints import NewEndpoint, Wishes

app = group(
    "Send events to other systems, take what ticketing tools send, and see what came of it."
    "\n\nExample: escalation webhooks endpoints add https://tickets.example.org/hook"
)
endpoints = group(
    "Add, show, rotate, pause and remove the URLs that events are sent to."
    "\n\nExample: escalation webhooks endpoints list"
)
app.add_typer(endpoints, name="endpoints")

Endpoint = Annotated[str, typer.Argument(help="Its id.", metavar="ENDPOINT")]


@endpoints.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Show every endpoint, without its secrets.

    Example: escalation webhooks endpoints list
    """
    with at_the_desk() as inside:
        found = [deliveries.endpoint_view(inside.desk, e) for e in acts.every(inside.desk)]
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (e["id"], e["url"], ", ".join(e["types"]) or "all", e["state"], _counted(e["deliveries"]))
        for e in found
    ]
    table(None, ("id", "url", "types", "state", "deliveries"), rows)


@endpoints.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to: https://...", metavar="URL")],
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="A type of events; again for each. Without it, all."),
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Send events to a URL from now on, and show the secret they are signed with, this once.

    Example: escalation webhooks endpoints add https://tickets.example.org/hook
    """
    with at_the_desk() as inside:
        made = acts.add(
            inside.desk,
            inside.vault,
            inside.guard,
            url=url,
            types=types or (),
            description=description,
            actor=me(),
        )
        view = deliveries.endpoint_view(inside.desk, made.stored)
    _show_secret(made, view, as_json=as_json)


@endpoints.command()
def show(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Show an endpoint and how its deliveries stand.

    Example: escalation webhooks endpoints show whe_01kfx...
    """
    with at_the_desk() as inside:
        view = deliveries.endpoint_view(inside.desk, acts.one(inside.desk, endpoint))
    _show(view, as_json=as_json)


@endpoints.command()
def rotate(
    endpoint: Endpoint,
    both_hours: Annotated[
        int, typer.Option(min=0, max=720, help="Hours in which the old secret signs as well.")
    ] = 24,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a new secret and show it, this once.

    Example: escalation webhooks endpoints rotate whe_01kfx... --both-hours 48
    """
    both = timedelta(hours=both_hours)
    with at_the_desk() as inside:
        made = acts.rotate(inside.desk, inside.vault, endpoint, both=both, actor=me())
        view = deliveries.endpoint_view(inside.desk, made.stored)
    _show_secret(made, view, as_json=as_json)


@endpoints.command()
def disable(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send nothing to an endpoint for now; what is due to it is kept.

    Example: escalation webhooks endpoints disable whe_01kfx...
    """
    _change(endpoint, Wishes(enabled=False), as_json=as_json)


@endpoints.command()
def enable(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send to an endpoint again, beginning with what was kept.

    Example: escalation webhooks endpoints enable whe_01kfx...
    """
    _change(endpoint, Wishes(enabled=True), as_json=as_json)


@endpoints.command()
def remove(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Remove an endpoint; what waits for it is cancelled.

    Example: escalation webhooks endpoints remove whe_01kfx...
    """
    with at_the_desk() as inside:
        acts.remove(inside.desk, endpoint, actor=me())
    if as_json:
        say_json({"id": endpoint, "state": "removed"})
    else:
        say(f"{endpoint} is removed.")


@endpoints.command()
def ping(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Have the worker send an endpoint a `ping`; `webhooks deliveries` shows the outcome.

    Example: escalation webhooks endpoints ping whe_01kfx...
    """
    with at_the_desk() as inside:
        made = acts.ping(inside.desk, endpoint)
        view = deliveries.one(inside.desk, made, inside.deliveries_kept)
    _show_delivery(view, as_json=as_json)


@app.command("deliveries")
def deliveries_(
    endpoint: Annotated[
        str | None, typer.Argument(help="Of this endpoint; else of all.", metavar="[ENDPOINT]")
    ] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was sent and what came back, the latest first.

    Example: escalation webhooks deliveries --state dead
    """
    with at_the_desk() as inside:
        page = deliveries.page(inside.desk, endpoint, state=state, limit=limit)
    if as_json:
        say_json({"data": page.items})
        return
    columns = ("id", "type", "about", "state", "attempts", "last", "next attempt")
    rows = [
        (
            each["id"],
            each["type"],
            each["about"],
            each["state"],
            str(len(each["attempts"])),
            each["attempts"][-1]["detail"] if each["attempts"] else "",
            instant(each["next_attempt_at"]),
        )
        for each in page.items
    ]
    table(None, columns, rows)


@app.command()
def redeliver(
    delivery: Annotated[str, typer.Argument(help="Its id.", metavar="DELIVERY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send a delivery again: the same id, the same bytes, a fresh timestamp.

    Example: escalation webhooks redeliver dlv_01kfx...
    """
    with at_the_desk() as inside:
        view = deliveries.redeliver(inside.desk, delivery, inside.deliveries_kept)
    _show_delivery(view, as_json=as_json)


@app.command()
def drop(
    delivery: Annotated[str, typer.Argument(help="Its id.", metavar="DELIVERY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Give up a dead delivery: later ones no longer name it as missed.

    Example: escalation webhooks drop dlv_01kfx...
    """
    with at_the_desk() as inside:
        view = deliveries.drop(inside.desk, delivery, inside.deliveries_kept, actor=me())
    if as_json:
        say_json(view)
    else:
        say(f"{view['id']} ({view['type']}) is given up.")


def _change(endpoint: str, wishes: Wishes, *, as_json: bool) -> None:
    with at_the_desk() as inside:
        changed = acts.change(inside.desk, inside.guard, endpoint, wishes, actor=me())
        view = deliveries.endpoint_view(inside.desk, changed)
    _show(view, as_json=as_json)


def _show(view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
        return
    pairs(
        {
            "id": view["id"],
            "url": view["url"],
            "for": view["description"],
            "types": ", ".join(view["types"]) or "all",
            "state": view["state"],
            "because": view["state_reason"],
            "old secret until": instant(view["old_secret_until"]),
            "deliveries": _counted(view["deliveries"]),
            "added": f"{instant(view['created_at'])} by {view['created_by']}",
        }
    )


def _show_secret(made: NewEndpoint, view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({**view, "secret": made.secret})
        return
    say(made.secret)
    tell(f"This is the secret of {view['id']}. Keep it: it is not shown again.")


def _show_delivery(view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        say(f"{view['id']} ({view['type']}) is {view['state']}; the worker sends it.")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"

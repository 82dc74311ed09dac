"""``escalation webhooks``: where events are sent, what came back, sending something again."""

from typing import Annotated, Any

import typer

from escalation.cli import endpoints
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, say, say_json, table
from escalation.services import deliveries
from escalation.services.deliveries import DeliveryState

app = group(
    "Send events to other systems, take what ticketing tools send, and see what came of it."
    "\n\nExample: escalation webhooks endpoints add https://tickets.example.org/hook"
)
app.add_typer(endpoints.app, name="endpoints")


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


def _show_delivery(view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        say(f"{view['id']} ({view['type']}) is {view['state']}; the worker sends it.")

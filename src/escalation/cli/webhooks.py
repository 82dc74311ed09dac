"""``escalation webhooks``: where events are sent, what came back, sending something again."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from escalation.api.schemas.fields import instant as as_instant
from escalation.cli import endpoints
from escalation.cli.groups import group
from escalation.cli.screen import AsJson, instant, say, say_json
from escalation.cli.sent import Limit, State, show_sent
from escalation.cli.service import Served, at_service

app = group(
    "Send events to other systems, take what ticketing tools send, and see what came of it."
    "\n\nExample: escalation webhooks endpoints add https://tickets.example.org/hook"
)
app.add_typer(endpoints.app, name="endpoints")


@app.command("deliveries", cls=Served)
def deliveries_(
    endpoint: Annotated[
        str | None, typer.Argument(help="Of this endpoint; else of all.", metavar="[ENDPOINT]")
    ] = None,
    state: State = None,
    limit: Limit = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was sent and what came back, the latest first.

    Example: escalation webhooks deliveries --state dead
    """
    with at_service() as service:
        found = list(islice(service.endpoints.deliveries(endpoint, state=state), limit))
    show_sent(found, ("id", "type", "about", "state", "attempts"), as_json=as_json)


@app.command(cls=Served)
def delivery(
    delivery: Annotated[str, typer.Argument(help="Its id.", metavar="DELIVERY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a delivery: what is sent of it, each attempt, and how the answers began.

    Example: escalation webhooks delivery dlv_01kfx...
    """
    with at_service() as service:
        view = service.endpoints.delivery(delivery)
    if as_json:
        say_json(view)
        return
    say(f"{view['id']} ({view['type']}) to {view['url']} is {view['state']}.")
    for request in view["requests"]:
        say(f"  {request['method']} {request['path']} ({request['content_type']})")
        say(f"  {request['body'] or ''}")
    for each in view["attempts"]:
        say(f"  {instant(each['at'])}: {each['outcome']}, {each['detail']}, {each['answer'] or ''}")


@app.command(cls=Served)
def redeliver(
    delivery: Annotated[str | None, typer.Argument(help="Its id.", metavar="[DELIVERY]")] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="All that was handed on to it since --since.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="An instant with its zone: 2026-11-30T09:00:00+10:00.")
    ] = None,
    *,
    dead_only: Annotated[bool, typer.Option(help="Of these only what is dead.")] = False,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Also what may have arrived: nobody knows.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send a delivery, or all to an endpoint since an instant, again: the same ids, the same bytes.

    Example: escalation webhooks redeliver dlv_01kfx...
    """
    if (delivery is None) == (endpoint is None) or (endpoint is None) != (since is None):
        raise typer.BadParameter("Name a delivery, or an endpoint with --endpoint and --since.")
    if since is not None:
        _check_instant(since)
    with at_service() as service:
        if delivery is not None:
            view = service.endpoints.redeliver(delivery)
            _show_delivery(view, as_json=as_json)
            return
        sent = service.endpoints.redeliver_since(
            endpoint or "", since or "", dead_only=dead_only, unconfirmed=unconfirmed
        )
    if as_json:
        say_json(sent)
        return
    say(f"{sent['count']} deliveries are due again; the worker sends them.")
    if sent["left_unconfirmed"]:
        say(f"{sent['left_unconfirmed']} that may have arrived were left; look where they went,")
        say("then redeliver or drop each by its id, or send all with --unconfirmed.")


def _check_instant(text: str) -> None:
    try:
        as_instant(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@app.command(cls=Served)
def drop(
    delivery: Annotated[str, typer.Argument(help="Its id.", metavar="DELIVERY")],
    *,
    as_json: AsJson = False,
) -> None:
    """Give up a dead delivery: later ones no longer name it as missed.

    Example: escalation webhooks drop dlv_01kfx...
    """
    with at_service() as service:
        view = service.endpoints.drop(delivery)
    if as_json:
        say_json(view)
    else:
        say(f"{view['id']} ({view['type']}) is given up.")


def _show_delivery(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        say(f"{view['id']} ({view['type']}) is {view['state']}; the worker sends it.")

"""``escalation actions``: what forums have asked of people, and what came of it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from escalation.cli.fields import Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.register_file import As, give_register
from escalation.cli.screen import AsJson, Out, instant, pairs, say_json, table
from escalation.cli.service import Served, at_service
from escalation.clock import FIRST_YEAR, LAST_YEAR
from escalation.reports.register_page import actions_page

app = group(
    "See what forums have asked of people, and say what came of it."
    "\n\nExample: escalation actions list --open"
)
Name = Annotated[str, typer.Argument(help="Its id.", metavar="ACTION")]
Note = Annotated[str | None, typer.Option(help="How it was done, or why it is open again.")]


@app.command("list", cls=Served)
def list_(  # noqa: PLR0913 - the options of a command
    *,
    forum: Annotated[str | None, typer.Option(help="Only of this forum.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only this person's.")] = None,
    plan: Annotated[str | None, typer.Option(help="Only of this plan.")] = None,
    theme: Annotated[str | None, typer.Option(help="Only those that serve this theme.")] = None,
    year: Annotated[
        int | None, typer.Option(min=FIRST_YEAR, max=LAST_YEAR - 1, help="Only those due in it.")
    ] = None,
    done: Annotated[bool | None, typer.Option("--done/--open", help="Only done ones, or open.")] = (
        None
    ),
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    format_: As = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """List the register, what is due first first.

    Example: escalation actions list --forum bmf-southern-cross --open
    """
    among = {"forum": forum, "owner": owner, "plan": plan, "theme": theme}
    asked = {**among, "year": year, "done": done}
    with at_service() as service:
        if format_ is not None:
            found = service.actions.list(**asked)
            give_register(lambda at: actions_page(found, at), format_, out)
            return
        page = service.actions.first(limit, **asked)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit, "total": page.total}})
        return
    rows = [
        (
            each["due_on"],
            each["owner"],
            each["forum"],
            _state(each),
            each["text"],
            each["id"],
        )
        for each in page.data
    ]
    table(None, ("Due", "Owner", "Forum", "State", "Action", "Id"), rows)


@app.command(cls=Served)
def show(action: Name, *, as_json: AsJson = False) -> None:
    """Show an action: whose it is, by which decision, and whether it was done.

    Example: escalation actions show act_01kfx...
    """
    with at_service() as service:
        found = service.actions.show(action)
    _told(found, as_json=as_json)


@app.command(cls=Served)
def done(action: Name, note: Note = None, *, as_json: AsJson = False) -> None:
    """Say that an action is done.

    Example: escalation actions done act_01kfx... --note "Rolled out on Monday"
    """
    with at_service() as service:
        found = service.actions.done(action, note)
    _told(found, as_json=as_json)


@app.command(cls=Served)
def reopen(action: Name, note: Note = None, *, as_json: AsJson = False) -> None:
    """Open an action again.

    Example: escalation actions reopen act_01kfx... --note "It came back"
    """
    with at_service() as service:
        found = service.actions.reopen(action, note)
    _told(found, as_json=as_json)


@app.command(cls=Served)
def change(
    action: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Say what an action changes, of which plan it is part, and which theme it serves.

    Example: escalation actions change act_01kfx... kind=training theme=late-payment
    """
    with at_service() as service:
        found = service.actions.change(action, body_of(fields or (), file))
    _told(found, as_json=as_json)


def _state(action: Mapping[str, Any]) -> str:
    return f"done {instant(action['done_at'])}" if action["done"] else "open"


def _told(action: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(action)
        return
    names = ("id", "text", "owner", "due_on", "kind", "plan", "theme", "forum", "note")
    told = {name.replace("_", " "): action[name] for name in names}
    pairs({**told, "decision": action["decision"]["number"], "state": _state(action)})

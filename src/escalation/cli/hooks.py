"""``escalation webhooks inbox / replay / preview``: what tools send, and what it means here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.bootstrap import Container, database_of, hooks_of
from escalation.cli.desks import HookDesk
from escalation.cli.opening import at_the_desk, load
from escalation.cli.screen import AsJson, instant, say, say_json, table, tell
from escalation.cli.service import Served, at_service
from escalation.cli.webhooks import app
from escalation.errors import Broken, Invalid
from escalation.services.inbound import inbox
from escalation.services.inbound.inbox import LEFT, HookState
from escalation.settings import Settings

__all__ = ["app"]

Source = Annotated[str, typer.Argument(help="Its name in the source file.", metavar="SOURCE")]


@app.command("inbox", cls=Served)
def inbox_(
    source: Annotated[
        str | None, typer.Argument(help="Of this source; else of all.", metavar="[SOURCE]")
    ] = None,
    state: Annotated[
        list[HookState] | None, typer.Option(help="Only those; again for each.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 50,
    *,
    left: Annotated[
        bool, typer.Option("--left", help="Only what had no effect and may yet have one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what tools have sent and what became of it, the latest first.

    Example: escalation webhooks inbox jira --left
    """
    states = [*(state or ()), *(LEFT if left else ())]
    with at_service() as service:
        found = _latest(service.hooks, source, states, limit)
    if as_json:
        say_json({"data": found})
        return
    _table(found)
    if not found:
        tell(f"Nothing has come of {source or 'any source'} that fits.")


def _latest(
    hooks: HookDesk, source: str | None, states: Sequence[HookState], limit: int
) -> Sequence[Mapping[str, Any]]:
    """The latest of a source, in any of these states."""
    each_way = states or (None,)
    lists = [islice(hooks.list(source=source, state=one), limit) for one in each_way]
    return sorted(chain(*lists), key=lambda each: str(each["id"]), reverse=True)[:limit]


@app.command(cls=Served)
def replay(
    deliveries: Annotated[
        list[str] | None, typer.Argument(help="Their ids.", metavar="DELIVERY")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Whatever of this source had no effect.", metavar="SOURCE")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read deliveries again by the rules as they are now, and act upon them.

    Example: escalation webhooks replay --source jira
    """
    if (source is None) == (not deliveries):
        raise typer.BadParameter("Name deliveries, or a source with --source.")
    with at_service() as service:
        if source is not None:
            views = list(service.hooks.replay_left(source))
        else:
            views = [service.hooks.replay(each) for each in deliveries or ()]
    if as_json:
        say_json({"data": views})
        return
    _table(views)
    if not views:
        tell(f"Nothing of {source} is left to be read again.")


@app.command()
def preview(
    source: Source,
    file: Annotated[Path, typer.Argument(help="A body as JSON.", exists=True, dir_okay=False)],
    header: Annotated[
        list[str] | None, typer.Option(help="A header, as `Name: value`; again for each.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a body would do, expression by expression, without doing it.

    It reads the source file of this machine; a service elsewhere is asked at `/v1/hook-previews`.
    Where there is a database, the body is acted upon there, and all of it undone.

    Example: escalation webhooks preview jira samples/webhooks/jira/created.json
    """
    settings = load()
    book = hooks_of(settings)
    book.check()
    known = book.one(source)
    raw = file.read_bytes()
    sent = dict(_header(each) for each in header or ())
    data = body.parse(raw, settings.body_limit_depth)
    try:
        with _at_what_is_there(settings) as inside:
            found = inbox.preview(known, data, sent, raw, inside.desk)
    except Broken as error:
        tell(f"Read by the rules alone: {error.detail}")
        found = inbox.preview(known, data, sent, raw)
    if as_json:
        say_json({"data": found})
        return
    for each in found:
        _show(each)


@contextmanager
def _at_what_is_there(settings: Settings) -> Iterator[Container]:
    """The database with its desk; none is made to look at.

    Raises:
        Broken: it is not in order, or not there.
    """
    kept_in = database_of(settings)
    if kept_in is not None and not kept_in.exists():
        raise Broken(f"There is no {kept_in}.")
    with at_the_desk() as inside:
        yield inside


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Invalid(f"`{text}` is no header; write `Name: value`.")
    return name.strip().lower(), value.strip()


def _table(views: Any) -> None:  # noqa: ANN401 - views of deliveries
    columns = ("id", "source", "state", "about", "issue", "did", "received", "reason")
    rows = [
        (
            each["id"],
            each["source"],
            each["state"],
            each["about"] or "",
            each["reference"] or each["issue"] or "",
            ", ".join(each["did"]),
            instant(each["received_at"]),
            each["reason"] or "",
        )
        for each in views
    ]
    table(None, columns, rows)


def _show(reading: dict[str, Any]) -> None:
    rows = [
        (e["where"], e["expression"], e["problem"] or str(e["found"]))
        for e in reading["expressions"]
    ]
    table(None, ("where", "expression", "found"), rows)
    say(f"about {reading['about'] or 'nothing'}, key {reading['key']}, order {reading['order']}")
    for act in reading["acts"]:
        given = ", ".join(f"{name}: {value}" for name, value in act["given"].items())
        say(f"{act['act']}  {given}")
    for fault in reading["faults"]:
        say(f"{fault['where']}: {fault['detail']}")
    if reading["state"] is not None:
        say(f"Nothing of it would be done: {reading['state']}. {reading['reason']}")

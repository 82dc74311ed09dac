"""``escalation webhooks endpoints``: the URLs that events are sent to."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from escalation.api import body
from escalation.api.schemas.webhooks import PreviewFormat
from escalation.cli.groups import group
from escalation.cli.opening import load
from escalation.cli.scopes import scopes_of
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, tell
from escalation.cli.service import Served, at_service
from escalation.errors import Invalid
from escalation.routing.wording import not_among
from escalation.services import deliveries, forms
from escalation.services.deliveries import DeliveryState
from escalation.services.event_types import known_types
from escalation.services.forms import Format

app = group(
    "Add, show, rotate, pause and remove the URLs that events are sent to."
    "\n\nExample: escalation webhooks endpoints list"
)

Endpoint = Annotated[str, typer.Argument(help="Its id.", metavar="ENDPOINT")]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="A type of events; again for each. Without it, all."),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        help="Only issues of which it is true: `ladder=...`, `rung_from=...` (or above),"
        " `severity=...`, `agency=...` (or affected) or `ola=...`; again for each word.",
        metavar="WHAT=WORD",
    ),
]
Headers = Annotated[
    typer.FileText | None,
    typer.Option(
        help="A file of headers to send, lines such as `Authorization: Basic ...`; `-` reads"
        " standard input. They are sealed, and never shown again.",
    ),
]
Form = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="How messages are put: `standard`, `cloudevents`, `jira`, `servicenow`, `zendesk`,"
        " `slack` or `teams`, or a file of JSON with the `kind` and its options.",
        metavar="WORD|FILE",
    ),
]
Rate = Annotated[
    int | None,
    typer.Option(min=0, max=60_000, help="Messages in a minute, at most; 0 for no bound."),
]
Concurrency = Annotated[
    int | None, typer.Option(min=0, max=8, help="Requests at once, at most; 0 for the usual two.")
]
_FILTERS = {
    "ladder": "ladders",
    "severity": "severities",
    "agency": "agencies",
    "ola": "olas",
}
_RUNG = "rung_from"


@app.command("list", cls=Served)
def list_(*, as_json: AsJson = False) -> None:
    """Show every endpoint, without its secrets.

    Example: escalation webhooks endpoints list
    """
    with at_service() as service:
        found = list(service.endpoints.list())
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (e["id"], e["url"], ", ".join(e["types"]) or "all", e["state"], _counted(e["deliveries"]))
        for e in found
    ]
    table(None, ("id", "url", "types", "state", "deliveries"), rows)


@app.command(cls=Served)
def add(  # noqa: PLR0913 - options
    url: Annotated[str, typer.Argument(help="Where to: https://...", metavar="URL")],
    *,
    types: Types = None,
    only: Only = None,
    headers: Headers = None,
    form: Form = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=CODE",
            help="Whom it is for: cluster, provider, agency, function or forum, and its code; again"
            " for each. It is told of issues that fit each kind, and of nothing else.",
        ),
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Send events to a URL from now on, and show the secret they are signed with, this once.

    Example: escalation webhooks endpoints add https://tickets.example.org/hook
    """
    fields = _given(
        types=list(types or ()),
        filters=_filters(only or ()),
        headers=_headers(headers),
        format=_form(form),
        rate=rate,
        concurrency=concurrency,
        scopes=scopes_of(scope or ()),
        description=description,
    )
    with at_service() as service:
        made = service.endpoints.add(url, **fields)
    _show_secret(made, as_json=as_json)


@app.command(cls=Served)
def show(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Show an endpoint and how its deliveries stand.

    Example: escalation webhooks endpoints show whe_01kfx...
    """
    with at_service() as service:
        view = service.endpoints.show(endpoint)
    _show(view, as_json=as_json)


@app.command()
def preview(
    form: Annotated[
        str,
        typer.Argument(
            help="A format, as `--format` of `add` takes it: a word or a file.",
            metavar="FORMAT",
        ),
    ],
    types: Types = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a format makes of sample events; nothing is kept or sent.

    Example: escalation webhooks endpoints preview template.json --type issue.escalated
    """
    wanted = _read_form(_form(form) or {})
    tried = forms.preview(wanted, known_types(types or ()))
    views = [deliveries.tried_view(each) for each in tried]
    if as_json:
        say_json({"data": views})
        return
    for each in views:
        say(f"{each['type']}: {each['fault'] or ''}".rstrip(": "))
        for request in each["requests"]:
            say(f"  {request['method']} {request['path']} ({request['content_type']})")
            for name, value in request["headers"].items():
                say(f"  {name}: {value}")
            say(f"  {request['body'] or ''}".rstrip())


@app.command(cls=Served)
def change(  # noqa: PLR0913 - options
    endpoint: Endpoint,
    *,
    url: Annotated[str | None, typer.Option(help="Where to instead.")] = None,
    types: Types = None,
    only: Only = None,
    headers: Headers = None,
    form: Form = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    every_issue: Annotated[bool, typer.Option(help="Take all its filters away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change an endpoint; filters and headers that are given stand in the place of all it has.

    Example: escalation webhooks endpoints change whe_01kfx... --only severity=critical
    """
    filters = _filters(only or ()) if only or every_issue else None
    fields = _given(
        url=url,
        types=types,
        filters=filters,
        headers=_headers(headers),
        format=_form(form),
        rate=rate,
        concurrency=concurrency,
        description=description,
    )
    _change(endpoint, fields, as_json=as_json)


@app.command(cls=Served)
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
    with at_service() as service:
        made = service.endpoints.rotate(endpoint, both_hours=both_hours)
    _show_secret(made, as_json=as_json)


@app.command(cls=Served)
def disable(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send nothing to an endpoint for now; what is due to it is kept.

    Example: escalation webhooks endpoints disable whe_01kfx...
    """
    _change(endpoint, {"enabled": False}, as_json=as_json)


@app.command(cls=Served)
def drain(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send an endpoint what is due to it, and hand nothing new on until it is enabled.

    Example: escalation webhooks endpoints drain whe_01kfx...
    """
    _change(endpoint, {"draining": True}, as_json=as_json)


@app.command(cls=Served)
def enable(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send to an endpoint again, beginning with what was kept.

    Example: escalation webhooks endpoints enable whe_01kfx...
    """
    _change(endpoint, {"enabled": True}, as_json=as_json)


@app.command(cls=Served)
def remove(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Remove an endpoint; what waits for it is cancelled.

    Example: escalation webhooks endpoints remove whe_01kfx...
    """
    with at_service() as service:
        service.endpoints.remove(endpoint)
    if as_json:
        say_json({"id": endpoint, "state": "removed"})
    else:
        say(f"{endpoint} is removed.")


@app.command(cls=Served)
def ping(endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Have the worker send an endpoint a `ping`; `webhooks deliveries` shows the outcome.

    Example: escalation webhooks endpoints ping whe_01kfx...
    """
    with at_service() as service:
        view = service.endpoints.ping(endpoint)
    if as_json:
        say_json(view)
    else:
        waits = view["state"] == DeliveryState.WAITING
        then = "; the worker sends it." if waits else f": escalation webhooks delivery {view['id']}"
        say(f"{view['id']} ({view['type']}) is {view['state']}{then}")


def _change(endpoint: str, fields: Mapping[str, Any], *, as_json: bool) -> None:
    with at_service() as service:
        view = service.endpoints.change(endpoint, **fields)
    _show(view, as_json=as_json)


def _show(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
        return
    pairs(
        {
            "id": view["id"],
            "url": view["url"],
            "for": view["description"],
            "types": ", ".join(view["types"]) or "all",
            "told of": _only(view["scopes"]),
            "only": _only(view["filters"]),
            "format": view["format"]["kind"],
            "rate": "no bound" if view["rate"] is None else f"{view['rate']} a minute",
            "at once": view["concurrency"] or "2",
            "headers": ", ".join(view["header_names"]) or "none",
            "state": view["state"],
            "because": view["state_reason"],
            "old secret until": instant(view["old_secret_until"]),
            "deliveries": _counted(view["deliveries"]),
            "added": f"{instant(view['created_at'])} by {view['created_by']}",
        }
    )


def _show_secret(made: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(made)
        return
    say(made["secret"])
    tell(f"This is the secret of {made['id']}. Keep it: it is not shown again.")


def _given(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a body
    """The fields of a body that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"


def _filters(only: Sequence[str]) -> Mapping[str, Any]:
    """Filters from `what=word`, again for each."""
    found: dict[str, Any] = {}
    for each in only:
        what, _, word = each.partition("=")
        if what == _RUNG:
            found[_RUNG] = word
        elif what in _FILTERS:
            found.setdefault(_FILTERS[what], []).append(word)
        else:
            raise Invalid(f"--only: {not_among(what, (*_FILTERS, _RUNG))}.")
    return found


def _form(given: str | None) -> Mapping[str, Any] | None:
    """A format by its word, or from a file with its options."""
    if given is None:
        return None
    raw = Path(given).read_bytes() if Path(given).is_file() else b'{"kind": "%s"}' % given.encode()
    found: Mapping[str, Any] = body.parse(raw, load().body_limit_depth)
    _read_form(found)
    return found


def _read_form(given: Mapping[str, Any]) -> Format:
    raw = json.dumps({"format": given}).encode()
    return body.read(raw, PreviewFormat, load().body_limit_depth).format


def _headers(file: TextIO | None) -> Mapping[str, str] | None:
    """The headers of a file: not of the command line, which others on the machine can read."""
    if file is None:
        return None
    found = {}
    for number, line in enumerate(filter(str.strip, file), 1):
        name, colon, value = line.partition(":")
        if not colon:
            raise Invalid(f"Header {number} of {file.name} is none; write `Name: value`.")
        found[name.strip()] = value.strip()
    return found


def _only(filters: Mapping[str, Any]) -> str:
    """The filters in words."""
    told = {n: v if isinstance(v, str) else ", ".join(v) for n, v in filters.items() if v}
    return "; ".join(f"{name}: {words}" for name, words in told.items()) or "every issue"

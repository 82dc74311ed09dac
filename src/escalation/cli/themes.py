"""``escalation themes``: what keeps coming up, what was agreed about it, and whether it helped."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from escalation.cli.fields import Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, zoned
from escalation.cli.service import Served, at_service

app = group(
    "Keep the register of themes, and see how often each came up."
    "\n\nExample: escalation themes list"
)
Name = Annotated[str, typer.Argument(help="Its code or its id.", metavar="THEME")]
Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When the period began; default its quarter's beginning."),
]
At = Annotated[str | None, typer.Option(metavar="INSTANT", help="When it ends; default now.")]
Known = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="What was recorded by then; default now.")
]


@app.command("list", cls=Served)
def list_(
    since: Since = None,
    as_at: At = None,
    known_at: Known = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List the register, with how often each theme came up.

    Example: escalation themes list --since 2026-07-01T00:00:00+10:00
    """
    query = _query(since, as_at, known_at)
    with at_service() as service:
        page = service.themes.first(limit, **query)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit}})
        return
    columns = ("Code", "Title", "Key result area", "Now", "Then", "Trend", "Actions", "Loop")
    table(None, columns, [_row(each) for each in page.data])


def _row(theme: Mapping[str, Any]) -> tuple[str, ...]:
    often = theme["frequency"]
    return (
        theme["code"],
        theme["title"],
        theme["key_result_area"],
        str(often["now"]["total"]),
        str(often["before"]["total"]),
        often["trend"],
        str(len(theme["actions"])),
        theme["loop"]["state"],
    )


@app.command(cls=Served)
def show(
    theme: Name,
    since: Since = None,
    as_at: At = None,
    known_at: Known = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a theme: its trend, its actions, and each version that it had.

    Example: escalation themes show late-payment
    """
    query = _query(since, as_at, known_at)
    with at_service() as service:
        found = service.themes.show(theme, **query)
    if as_json:
        say_json(found)
        return
    _told(found)
    for each in found["periods"]:
        say(f"{instant(each['since'])} to {instant(each['until'])}: {each['total']}")
    for action in found["actions"]:
        done = f"done {instant(action['done_at'])}" if action["done_at"] else "open"
        say(f"{action['owner']}: {action['text']} ({done})")
    say(f"Since the actions were done: {found['loop']['state'].replace('_', ' ')}")


@app.command(cls=Served)
def record(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Take a theme into the register.

    Example: escalation themes record code=late-payment title="Invoices paid late"
    key_result_area=customers layer=service words="late payment"
    """
    with at_service() as service:
        found = service.themes.record(body_of(fields or (), file))
    _answered(found, as_json=as_json)


@app.command(cls=Served)
def change(
    theme: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Give a theme other values from now on.

    Example: escalation themes change late-payment owner=priya-nair reason="She runs accounts"
    """
    with at_service() as service:
        found = service.themes.change(theme, body_of(fields or (), file))
    _answered(found, as_json=as_json)


@app.command(cls=Served)
def suggest(
    since: Since = None, as_at: At = None, known_at: Known = None, *, as_json: AsJson = False
) -> None:
    """Suggest themes: words that stand in more issues than they used to.

    Example: escalation themes suggest
    """
    query = _query(since, as_at, known_at)
    with at_service() as service:
        found = service.themes.suggest(**query)
    if as_json:
        say_json(found)
        return
    of = found["issues"]
    rows = [
        (
            ", ".join(each["words"]),
            f"{each['now']} of {of['now']}",
            f"{each['before']} of {of['before']}",
            str(each["score"]),
            ", ".join(issue["reference"] for issue in each["issues"]),
        )
        for each in found["suggestions"]
    ]
    table(None, ("Words", "Issues now", "Before", "Score", "In"), rows)


def _query(since: str | None, as_at: str | None, known_at: str | None) -> dict[str, str | None]:
    given = {"since": since, "as_at": as_at, "known_at": known_at}
    return {
        name: None if text is None else zoned(text, f"--{name.replace('_', '-')}").isoformat()
        for name, text in given.items()
    }


def _answered(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(found)
    else:
        _told(found)


def _told(theme: Mapping[str, Any]) -> None:
    names = ("code", "title", "status", "key_result_area", "plan", "objective", "layer", "owner",
             "forum")  # fmt: skip
    pairs(
        {
            **{name.replace("_", " "): theme[name] for name in names},
            "words": ", ".join(theme["words"]),
            "version": str(theme["version"]),
        }
    )
    if theme["description"]:
        say(theme["description"])

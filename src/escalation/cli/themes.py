"""``escalation themes``: what keeps coming up, what was agreed about it, and whether it helped."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.api.schemas.themes import ChangeTheme, RecordTheme
from escalation.cli.fields import DEPTH, Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, zoned
from escalation.services import themes
from escalation.services.at_hand import look
from escalation.services.reading import theme_suggestions
from escalation.services.reading import themes as reading
from escalation.services.reading.themes import ThemeQuestion

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


@app.command("list")
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
    question = _question(since, as_at, known_at, limit)
    with at_the_desk() as container, look(container.desk, me()) as seen:
        page = reading.page(seen, question)
    if as_json:
        say_json({"data": page.items, "meta": {"limit": limit}})
        return
    columns = ("Code", "Title", "Key result area", "Now", "Then", "Trend", "Actions", "Loop")
    table(None, columns, [_row(each) for each in page.items])


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


@app.command()
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
    question = _question(since, as_at, known_at)
    with at_the_desk() as container, look(container.desk, me()) as seen:
        found = reading.one(seen, theme, question)
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


@app.command()
def record(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Take a theme into the register.

    Example: escalation themes record code=late-payment title="Invoices paid late"
    key_result_area=customers layer=service words="late payment"
    """
    sent = body.read(body_of(fields or (), file), RecordTheme, DEPTH)
    with at_the_desk() as container:
        answer = themes.record(container.desk, sent.theme(), me())
    _answered(answer.body, as_json=as_json)


@app.command()
def change(
    theme: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Give a theme other values from now on.

    Example: escalation themes change late-payment owner=priya-nair reason="She runs accounts"
    """
    sent = body.read(body_of(fields or (), file), ChangeTheme, DEPTH)
    asked = themes.Change(theme=theme, changes=sent.changes, reason=sent.reason)
    with at_the_desk() as container:
        answer = themes.change(container.desk, asked, me())
    _answered(answer.body, as_json=as_json)


@app.command()
def suggest(
    since: Since = None, as_at: At = None, known_at: Known = None, *, as_json: AsJson = False
) -> None:
    """Suggest themes: words that stand in more issues than they used to.

    Example: escalation themes suggest
    """
    question = _question(since, as_at, known_at)
    with at_the_desk() as container, look(container.desk, me()) as seen:
        found = theme_suggestions.suggested(seen, question)
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


def _question(
    since: str | None, as_at: str | None, known_at: str | None, limit: int = 50
) -> ThemeQuestion:
    given = {"--since": since, "--as-at": as_at, "--known-at": known_at}
    read = [None if text is None else zoned(text, name) for name, text in given.items()]
    return ThemeQuestion(since=read[0], as_at=read[1], known_at=read[2], limit=limit)


def _answered(raw: bytes, *, as_json: bool) -> None:
    found = json.loads(raw)
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

"""``escalation mail``: how people have their mail, what was sent, and whether any arrives."""

from collections.abc import Callable, Mapping
from time import sleep
from typing import Annotated, Any

import typer

from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, pairs, say, say_json, table
from escalation.cli.sent import Limit, State, show_sent
from escalation.services import deliveries
from escalation.services.deliveries import DeliveryState
from escalation.services.mail import mailboxes
from escalation.services.mail.mailing import Mode
from escalation.worker.delivering import send_now

app = group(
    "Show and change how people have their mail, see what was sent, and try whether it arrives."
    "\n\nExample: escalation mail test ana@example.org"
)
Person = Annotated[str, typer.Argument(help="The person's id in the directory.", metavar="PERSON")]


@app.command("list")
def list_(
    limit: Limit = 200,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the mailboxes that something was sent to.

    Example: escalation mail list
    """
    with at_the_desk() as inside:
        page = mailboxes.page(inside.desk, limit=limit)
    if as_json:
        say_json({"data": page.items})
        return
    columns = ("person", "address", "state", "mode", "quiet", "mails")
    rows = [
        (
            e["person"],
            e["address"] or "",
            "enabled" if e["enabled"] else "disabled",
            e["mode"],
            _quiet(e),
            _counted(e),
        )
        for e in page.items
    ]
    table(None, columns, rows)


@app.command()
def show(person: Person, *, as_json: AsJson = False) -> None:
    """Show how somebody has their mail.

    Example: escalation mail show priya-nair
    """
    with at_the_desk() as inside:
        found = mailboxes.one(inside.desk, person)
    _show(found, as_json=as_json)


@app.command()
def change(  # noqa: PLR0913 - options
    person: Person,
    *,
    mode: Annotated[Mode | None, typer.Option(help="How mail comes.")] = None,
    digest_at: Annotated[str | None, typer.Option(help="When a digest comes: 08:00.")] = None,
    quiet: Annotated[
        str | None, typer.Option(help="No mail between: 18:00-07:00; `never` for no such time.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Of these times: Australia/Brisbane.")] = None,
    calendar: Annotated[
        str | None, typer.Option(help="No mail while this calendar is closed; `none` for none.")
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Send, or keep what is due.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change how somebody has their mail.

    Example: escalation mail change priya-nair --mode digest --quiet 18:00-07:00
    """
    wishes: dict[str, Any] = {"mode": mode, "digest_at": digest_at, "zone": zone}
    wishes = {name: value for name, value in wishes.items() if value is not None}
    if calendar is not None:
        wishes["calendar"] = None if calendar == "none" else calendar
    if quiet is not None:
        begins, _, ends = quiet.partition("-")
        ends_at = (None, None) if quiet == "never" else (begins.strip(), ends.strip())
        wishes |= dict(zip(("quiet_from", "quiet_until"), ends_at, strict=True))
    with at_the_desk() as inside:
        found = mailboxes.change(inside.desk, person, wishes, enabled=enabled, actor=me())
    _show(found, as_json=as_json)


@app.command()
def log(
    person: Annotated[
        str | None, typer.Argument(help="To this person; else to all.", metavar="[PERSON]")
    ] = None,
    state: State = None,
    limit: Limit = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was mailed and what became of it, the latest first.

    `escalation webhooks delivery`, `redeliver` and `drop` take the ids of mails too.

    Example: escalation mail log --state dead
    """
    with at_the_desk() as inside:
        page = mailboxes.log(inside.desk, person, state=state, limit=limit)
    show_sent(page.items, ("id", "recipient", "type", "about", "state"), as_json=as_json)


@app.command("test")
def try_(
    recipient: Annotated[
        str, typer.Argument(help="An address, or a person's id.", metavar="ADDRESS|PERSON")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Send a mail that says only that mail arrives, now, and tell what the server answered.

    Exit status 1 where it was not taken.

    Example: escalation mail test ana@example.org
    """
    with at_the_desk() as inside:
        mailboxes.require_mail(inside.mail_rules)
        box, delivery = mailboxes.test(inside.desk, recipient)
        send_now(inside, box)

        def look() -> dict[str, Any]:
            return deliveries.detail(inside.desk, delivery, inside.deliveries_kept, answers=True)

        found = come_of(look)
    if as_json:
        say_json(found)
    else:
        say(f"{found['id']} is {found['state']}.")
        for each in found["attempts"]:
            say(f"  {each['outcome']}, {each['detail']}: {each['answer'] or ''}".rstrip(": "))
    if found["state"] != DeliveryState.DELIVERED:
        raise typer.Exit(1)


def come_of(look: Callable[[], dict[str, Any]], pause: float = 0.2) -> dict[str, Any]:
    """What has come of a mail: a service that runs beside may be sending it at this moment.

    Looked at every ``pause`` seconds, a hundred times at most.
    """
    found = look()
    for _ in range(100):
        if found["state"] != DeliveryState.SENDING:
            break
        sleep(pause)
        found = look()
    return found


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    told = {name: value for name, value in found.items() if name != "mails"}
    pairs({**{n: str(v) for n, v in told.items() if v is not None}, "mails": _counted(found)})


def _quiet(found: Mapping[str, Any]) -> str:
    hours = f"{found['quiet_from']}-{found['quiet_until']}" if found["quiet_from"] else ""
    return " ".join(filter(None, (hours, found["calendar"])))


def _counted(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(found["mails"].items()))

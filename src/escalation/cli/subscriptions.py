"""``escalation digests subscriptions``: who has which digest when, and what came of each window."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.api.schemas.subscriptions import ChangeSubscription, CreateSubscription, FormatName
from escalation.bootstrap import Container
from escalation.cli.fields import DEPTH
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table
from escalation.digests.periods import LONGEST
from escalation.services import at_hand
from escalation.services.desk import Desk
from escalation.services.reading.reader import Look
from escalation.services.subscribing import links, listing, shown, subscriptions
from escalation.services.subscribing.checks import Asking
from escalation.services.subscribing.grounds import Grounds

app = group(
    "Subscribe people, secretariats and endpoints to digests, and see what each was sent."
    "\n\nExample: escalation digests subscriptions list"
)

Subscription = Annotated[str, typer.Argument(help="Its id.", metavar="SUBSCRIPTION")]
To = Annotated[
    str | None,
    typer.Option(
        help="Who has it: `secretariat`, `person=...`, `address=...` or `webhook=...`.",
        metavar="WHO",
    ),
]
Before = Annotated[
    str | None,
    typer.Option(
        help="How long before each meeting of the forum: `3 business days`.", metavar="LENGTH"
    ),
]
Meetings = Annotated[
    str | None, typer.Option(help="Another forum, whose meetings it is before.", metavar="FORUM")
]
Rule = Annotated[
    str | None,
    typer.Option(help="When it comes round: `FREQ=WEEKLY;BYDAY=MO` (RFC 5545).", metavar="RRULE"),
]
Start = Annotated[
    str | None, typer.Option(help="From when on, by the zone's own clock: `2026-03-02T08:00`.")
]
Zone = Annotated[str | None, typer.Option(help="The IANA zone of that clock.")]
Formats = Annotated[
    list[FormatName] | None, typer.Option("--format", help="As what; again for each.")
]
Marking = Annotated[str | None, typer.Option(help="The protective marking that it bears.")]
Forum = Annotated[str | None, typer.Option(help="The code of the forum whose digest it is.")]
Profile = Annotated[str | None, typer.Option(help="A scorecard's profile, in a forum's place.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When the first window began; else where one ended."),
]
Periods = Annotated[
    int | None,
    typer.Option(min=2, max=LONGEST, help="Of a scorecard: figures over so many periods."),
]
_NAMES = {"person": "person", "address": "address", "webhook": "endpoint"}


@app.command()
def add(  # noqa: PLR0913 - options
    *,
    forum: Forum = None,
    profile: Profile = None,
    to: To = None,
    before: Before = None,
    meetings_of: Meetings = None,
    rule: Rule = None,
    start: Start = None,
    zone: Zone = None,
    formats: Formats = None,
    marking: Marking = None,
    periods: Periods = None,
    since: Since = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the next windows, and keep nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Subscribe somebody to a digest from now on.

    Example: escalation digests subscriptions add --forum bmf-southern-cross --to secretariat
    --before "3 business days"
    """
    when = _when(before, meetings_of, rule, start, zone)
    given = {"forum": forum, "profile": profile, "recipient": _recipient(to), "when": when}
    more = {"formats": formats, "marking": marking, "periods": periods, "since": since}
    sent = _read(_said({**given, **more}), CreateSubscription)
    with at_the_desk() as inside:
        if preview:
            with at_hand.look(inside.desk, me()) as look:
                told = subscriptions.preview(
                    _grounds(inside, look), sent.wanted(), _asking(inside, look)
                )
        else:
            with at_hand.look(inside.desk, me()) as look:
                asking = _asking(inside, look)
            made = subscriptions.create(inside.desk, sent.wanted(), asking)
            told = json.loads(made.body)
    _show(told, as_json=as_json)


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List subscriptions, the newest first.

    Example: escalation digests subscriptions list
    """
    with at_the_desk() as inside, at_hand.look(inside.desk, me()) as look:
        found = shown.page(look, after=None, limit=limit).items
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (each["id"], each["profile"], _words(each["recipient"]), each["state"],
         instant(each["next_at"]))
        for each in found
    ]  # fmt: skip
    table(None, ("id", "digest", "to", "state", "next"), rows)


@app.command()
def show(subscription: Subscription, *, as_json: AsJson = False) -> None:
    """Show a subscription with the windows that it has next.

    Example: escalation digests subscriptions show sub_01kfx...
    """
    with at_the_desk() as inside, at_hand.look(inside.desk, me()) as look:
        found = shown.found_for(look, subscription)
        view = shown.view(_grounds(inside, look), found)
    _show(view, as_json=as_json)


@app.command()
def change(  # noqa: PLR0913 - options
    subscription: Subscription,
    *,
    to: To = None,
    before: Before = None,
    meetings_of: Meetings = None,
    rule: Rule = None,
    start: Start = None,
    zone: Zone = None,
    formats: Formats = None,
    marking: Annotated[
        str | None, typer.Option(help="The protective marking that it bears; '' takes it off.")
    ] = None,
    periods: Annotated[
        int | None,
        typer.Option(
            min=0, max=LONGEST, help="Of a scorecard: figures over so many periods; 0 over its own."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change a subscription; its windows go on where the last one ended.

    Example: escalation digests subscriptions change sub_01kfx... --before "5 business days"
    """
    when = _when(before, meetings_of, rule, start, zone)
    given = _said({"recipient": _recipient(to), "when": when, "formats": formats})
    if marking is not None:
        given["marking"] = marking or None
    if periods is not None:
        given["periods"] = periods or None
    sent = _read(given, ChangeSubscription)
    _done(
        lambda inside, asking: subscriptions.change(
            inside.desk, subscription, sent.changes(), asking
        ),
        as_json=as_json,
    )


@app.command()
def pause(subscription: Subscription, *, as_json: AsJson = False) -> None:
    """Close no more windows for now.

    Example: escalation digests subscriptions pause sub_01kfx...
    """
    _turn(subscriptions.pause, subscription, as_json=as_json)


@app.command()
def resume(subscription: Subscription, *, as_json: AsJson = False) -> None:
    """Go on after a pause: the next window begins where the last one ended.

    Example: escalation digests subscriptions resume sub_01kfx...
    """
    _turn(subscriptions.resume, subscription, as_json=as_json)


@app.command()
def end(subscription: Subscription, *, as_json: AsJson = False) -> None:
    """End a subscription; its windows stay.

    Example: escalation digests subscriptions end sub_01kfx...
    """
    with at_the_desk() as inside:
        with at_hand.look(inside.desk, me()) as look:
            asking = _asking(inside, look)
        subscriptions.end(inside.desk, subscription, asking)
    if as_json:
        say_json({"id": subscription, "state": "ended"})
    else:
        say(f"{subscription} has ended.")


@app.command()
def windows(
    subscription: Subscription,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what each window came to, the newest first, and the links that it has.

    Example: escalation digests subscriptions windows sub_01kfx...
    """
    with at_the_desk() as inside, at_hand.look(inside.desk, me()) as look:
        found = listing.page(look, subscription, before=None, limit=limit).items
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (str(each["number"]), instant(each["since"]), instant(each["as_at"]), each["state"],
         each["digest"] or each["why"], ", ".join(link["id"] for link in each["links"]))
        for each in found
    ]  # fmt: skip
    table(None, ("window", "since", "as at", "state", "digest", "links"), rows)


@app.command()
def revoke(
    subscription: Subscription,
    link: Annotated[str, typer.Argument(help="The link's id.", metavar="LINK")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a link back: it opens nothing any more.

    Example: escalation digests subscriptions revoke sub_01kfx... lnk_01kfx...
    """
    with at_the_desk() as inside:
        links.revoke(inside.desk, subscription, link, me())
    if as_json:
        say_json({"id": link, "state": "revoked"})
    else:
        say(f"{link} opens nothing any more.")


def _turn(
    turn: Callable[[Desk, str, Asking], dict[str, Any]], subscription: str, *, as_json: bool
) -> None:
    _done(lambda inside, asking: turn(inside.desk, subscription, asking), as_json=as_json)


def _done(work: Callable[[Container, Asking], dict[str, Any]], *, as_json: bool) -> None:
    with at_the_desk() as inside:
        with at_hand.look(inside.desk, me()) as look:
            asking = _asking(inside, look)
        view = work(inside, asking)
    _show(view, as_json=as_json)


def _asking(inside: Container, look: Look) -> Asking:
    return Asking(look.caller, inside.digest_domains)


def _grounds(inside: Container, look: Look) -> Grounds:
    return Grounds.of(inside.desk, look.connection, look.now)


def _said(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _read(given: Mapping[str, Any], model: Any) -> Any:  # noqa: ANN401 - either model
    return body.read(json.dumps(given).encode(), model, DEPTH)


def _recipient(to: str | None) -> Mapping[str, str] | None:
    if to is None:
        return None
    kind, _, name = to.partition("=")
    return {"kind": kind, _NAMES.get(kind, "name"): name} if name else {"kind": kind}


def _when(
    before: str | None,
    meetings_of: str | None,
    rule: str | None,
    start: str | None,
    zone: str | None,
) -> Mapping[str, str] | None:
    meetings = _said({"by": before, "forum": meetings_of})
    recurring = _said({"rule": rule, "start": start, "zone": zone})
    if meetings and recurring:
        raise typer.BadParameter(
            "It comes before meetings (--before, --meetings-of) or when a rule comes round"
            " (--rule, --start, --zone), not both."
        )
    if meetings:
        return {"kind": "before_meetings", **meetings}
    return {"kind": "recurring", **recurring} if recurring else None


def _words(of: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in of.values())


def _show(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
        return
    last = view.get("last_window")
    pairs(
        {
            "id": view.get("id"),
            "digest": view["profile"],
            "to": _words(view["recipient"]) if "recipient" in view else None,
            "when": _words(view["when"]),
            "formats": ", ".join(view.get("formats", ())),
            "marking": view.get("marking"),
            "periods": view.get("periods"),
            "state": view.get("state"),
            "last window": None if last is None else f"{last['number']}: {last['state']}",
            "because": None if last is None else last["why"],
        }
    )
    rows = [(instant(each["since"]), instant(each["as_at"])) for each in view["next_windows"]]
    table("Next windows", ("since", "as at"), rows)

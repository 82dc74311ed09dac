"""``escalation forums``: the bodies that meet, who sits in them, and their calendar feeds."""

from typing import Annotated

import typer

from escalation.cli.groups import group
from escalation.cli.meeting_view import at, print_meetings
from escalation.cli.register_file import As, give_register
from escalation.cli.screen import AsJson, Out, give, instant, pairs, say, say_json, table, tell
from escalation.cli.service import Served, at_service
from escalation.clock import FIRST_YEAR, LAST_YEAR
from escalation.reports.register_page import decisions_page

app = group(
    "List and show forums and what they decided, and open their calendars to calendar programs."
    "\n\nExample: escalation forums show bmf-southern-cross"
)
feed = group(
    "Print a forum's calendar; make, list and revoke the tokens that open it."
    "\n\nExample: escalation forums feed add bmf-southern-cross --name 'Calendar of Ruth'"
)
app.add_typer(feed, name="feed")

Code = Annotated[str, typer.Argument(help="Its code.", metavar="FORUM")]
_SOON = 3
"""How many of the next meetings are shown."""


@app.command("list", cls=Served)
def list_(*, as_json: AsJson = False) -> None:
    """List the forums of the directory, each with its next meeting.

    Example: escalation forums list
    """
    with at_service() as service:
        found = list(service.forums.list(soon=1))
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (
            view["code"],
            view["title"],
            view["owner"],
            str(view["quorum"]),
            view["secretariat"],
            at(view["meetings"][0], "starts_at") if view["meetings"] else "never again",
        )
        for view in found
    ]
    table(None, ("forum", "title", "owner", "quorum", "secretariat", "meets next"), rows)


@app.command(cls=Served)
def show(forum: Code, *, as_json: AsJson = False) -> None:
    """Show a forum: when it meets, who fills its seats now, and its next meetings.

    Example: escalation forums show bmf-southern-cross
    """
    with at_service() as service:
        view = service.forums.show(forum, soon=_SOON)
    if as_json:
        say_json(view)
        return
    say(f"{view['code']}  {view['title']}")
    rule = view["meeting"]
    pairs(
        {
            "kind": view["kind"].replace("_", " "),
            "owner": view["owner"],
            "meets": f"{rule['rule']} from {rule['start']}, {rule['duration']}",
            "agenda closes": f"{view['agenda_cutoff']} before",
            "quorum": f"{view['quorum']} voting seats",
            "secretariat": view["secretariat"],
            "sections": "; ".join(view["sections"]),
        }
    )
    say()
    seats = [
        (
            each["seat"],
            "votes" if each["votes"] else "invited",
            each["person"] or "(nobody)",
            each["reason"],
        )
        for each in view["seats"]
    ]
    table("Seats", ("seat", "as", "who", "because"), seats)
    say()
    print_meetings(view["meetings"])


@app.command(cls=Served)
def decisions(
    forum: Annotated[str | None, typer.Argument(help="Only of this forum.")] = None,
    year: Annotated[
        int | None,
        typer.Option(min=FIRST_YEAR, max=LAST_YEAR - 1, help="Only those of this year's numbers."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    format_: As = None,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List what forums have decided, the newest first.

    Example: escalation forums decisions bmf-southern-cross --year 2026
    """
    with at_service() as service:
        if format_ is not None:
            found = service.decisions.list(forum=forum, year=year)
            give_register(lambda at: decisions_page(found, at), format_, out)
            return
        page = service.decisions.first(limit, forum=forum, year=year)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit, "total": page.total}})
        return
    rows = [
        (
            each["number"],
            instant(each["decided_at"]),
            each["reference"] or each["kind"],
            each["effect"],
            each["text"],
        )
        for each in page.data
    ]
    table(None, ("Number", "When", "On", "Effect", "Decision"), rows)


@feed.command("show", cls=Served)
def show_feed(
    forum: Code,
    address: Annotated[
        str | None,
        typer.Option(
            help="Where the service answers, for the links in it; default"
            " http://127.0.0.1:8080. Not with --server, which knows its own.",
            metavar="URL",
        ),
    ] = None,
    out: Out = None,
) -> None:
    """Print when a forum meets as iCalendar, the same that its feed answers.

    Example: escalation forums feed show bmf-southern-cross --out forum.ics
    """
    with at_service() as service:
        found = service.forums.calendar(forum, address)
    give(found, out)


@feed.command("add", cls=Served)
def add_feed(
    forum: Code,
    name: Annotated[str, typer.Option(help="Whose calendar it is for.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a token that opens a forum's feed to a calendar program; it is shown this once.

    Example: escalation forums feed add bmf-southern-cross --name "Calendar of Ruth"
    """
    with at_service() as service:
        made = service.forums.add_feed(forum, name)
    path = f"/v1/forums/{forum}/calendar.ics?feed={made['token']}"
    if as_json:
        say_json({**{name: made[name] for name in made if name != "url"}, "path": path})
        return
    say(path)
    tell("Put the service's address before it. It is not shown again.")


@feed.command("list", cls=Served)
def list_feeds(forum: Code, *, as_json: AsJson = False) -> None:
    """List a forum's feeds, without their tokens.

    Example: escalation forums feed list bmf-southern-cross
    """
    with at_service() as service:
        found = list(service.forums.feeds(forum))
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (
            each["id"],
            each["name"],
            each["created_by"],
            instant(each["created_at"]),
            instant(each["revoked_at"]),
        )
        for each in found
    ]
    table(None, ("feed", "name", "made by", "at", "revoked"), rows)


@feed.command("revoke", cls=Served)
def revoke_feed(
    forum: Code,
    feed_id: Annotated[str, typer.Argument(help="The feed's id.", metavar="FEED")],
    *,
    as_json: AsJson = False,
) -> None:
    """Revoke a token: what holds it is answered no longer.

    Example: escalation forums feed revoke bmf-southern-cross fed_01kfx...
    """
    with at_service() as service:
        service.forums.revoke_feed(forum, feed_id)
    if as_json:
        say_json({"id": feed_id, "revoked": True})
    else:
        say(f"{feed_id} opens the calendar of {forum} no longer.")

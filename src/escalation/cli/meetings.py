"""``escalation meetings``: when forums meet, what is before them, and what they do with it."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.api.schemas.meetings import BODIES, ScheduleBody
from escalation.cli.fields import DEPTH, Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.issue_view import Shown, print_issue
from escalation.cli.meeting_view import print_meeting, print_meetings
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, Out, give, say_json
from escalation.reports import as_html, as_markdown, pages
from escalation.reports.pages import Page
from escalation.services import at_hand, forums, planning
from escalation.services.reading import meetings, papers
from escalation.workflow.meetings.asks import Procedural

app = group(
    "List, show and plan the meetings of forums, and do what a meeting does."
    "\n\nExample: escalation meetings list bmf-southern-cross"
)


class Format(StrEnum):
    """What an agenda or minutes can be shown as."""

    MARKDOWN = "md"
    HTML = "html"


_MADE = {Format.MARKDOWN: as_markdown.page, Format.HTML: as_html.page}

Meeting = Annotated[str, typer.Argument(help="Its id.", metavar="MEETING")]
Forum = Annotated[str, typer.Argument(help="The forum's code.", metavar="FORUM")]
As = Annotated[Format, typer.Option("--format", help="As what it is shown.")]
Version = Annotated[
    int | None, typer.Option(min=0, help="Only if the meeting is still at this version.")
]


@app.command("list")
def list_(
    forum: Forum,
    *,
    past: Annotated[
        bool, typer.Option("--past", help="Those that have begun, the latest first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 12,
    as_json: AsJson = False,
) -> None:
    """List a forum's meetings, the next first; moved and cancelled ones stand where they are now.

    Example: escalation meetings list bmf-southern-cross --past
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        if past:
            page = meetings.past(look, forum, before=None, limit=limit)
        else:
            page = meetings.upcoming(look, forum, after=None, limit=limit)
    if as_json:
        say_json({"data": page.items, "meta": {"limit": limit}})
    else:
        print_meetings(page.items)


@app.command()
def show(meeting: Meeting, *, as_json: AsJson = False) -> None:
    """Show a meeting: when it is, who was there, what is before it, and what was decided.

    Example: escalation meetings show mtg_01kfx...
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        view = meetings.one(look, meeting)
    _told(view, as_json=as_json)


@app.command()
def agenda(
    meeting: Meeting, format_: As = Format.MARKDOWN, out: Out = None, *, as_json: AsJson = False
) -> None:
    """Show a meeting's agenda by its sections, with a paper for each issue.

    Example: escalation meetings agenda mtg_01kfx... --format html --out agenda.html
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        found = papers.agenda(look, meeting)
    give(_written(found, pages.agenda(found), None if as_json else format_), out)


@app.command()
def minutes(
    meeting: Meeting, format_: As = Format.MARKDOWN, out: Out = None, *, as_json: AsJson = False
) -> None:
    """Show a meeting's minutes, drawn from its attendance, its items and its decisions.

    Example: escalation meetings minutes mtg_01kfx... --out minutes.md
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        found = papers.minutes(look, meeting)
    give(_written(found, pages.minutes(found), None if as_json else format_), out)


@app.command()
def plan(
    forum: Forum, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Plan a meeting in between, beside those of the forum's rule.

    Example: escalation meetings plan bmf-southern-cross starts_at=2026-12-01T10:00:00+10:00
    reason="Before the holidays"
    """
    sent = body.read(body_of(fields or (), file), ScheduleBody, DEPTH)
    extra = planning.Extra(forum=forum, actor=me(), **dict(sent))
    with at_the_desk() as container:
        view = json.loads(planning.schedule(container.desk, extra).body)
    _told(view, as_json=as_json)


_SAYS: Mapping[Procedural, tuple[str, str]] = {
    Procedural.TABLE: (
        "Put an item on the agenda, or an item of it into another section.",
        'kind=matter title="Trainers" sought="Say who pays"',
    ),
    Procedural.ATTEND: (
        "Take the attendance: everybody who is there, proxies by `--body`; again to replace it.",
        "present=dominic-ferraro,ruth-goldfinch",
    ),
    Procedural.RECUSE: (
        "Keep somebody out of an item.",
        'issue=SSI-2026-000001 person=ruth-goldfinch reason="Her team"',
    ),
    Procedural.DECIDE: (
        "Decide an item, with what follows from it; actions come by `--body`.",
        'issue=SSI-2026-000001 text="Pay the difference" mover=zoran-petrovic',
    ),
    Procedural.DEFER: (
        "Defer an item to the forum's next meeting.",
        'issue=SSI-2026-000001 reason="No figures yet"',
    ),
    Procedural.NOTE: (
        "Note an item that is not the forum's to decide; to a question for advice, the answer.",
        'issue=SSI-2026-000001 text="It is owed under the award"',
    ),
    Procedural.NOTE_NOT_REACHED: (
        "Say that the meeting did not come to an item.",
        "issue=SSI-2026-000001",
    ),
    Procedural.WITHDRAW: (
        "Take an item off the agenda for whoever raised it.",
        'item=con_01kfx... reason="Answered by phone"',
    ),
    Procedural.CLOSE: (
        "Close the meeting once each item is dealt with; without a quorum, with what is open.",
        "inquorate=true",
    ),
    Procedural.CANCEL: (
        "Cancel the meeting; its items go to the next, and say why.",
        'reason="Easter"',
    ),
    Procedural.MOVE: (
        "Move the meeting to another time or place; its items stay.",
        'starts_at=2026-12-08T10:00:00+10:00 reason="A flood"',
    ),
    Procedural.CONFIRM_MINUTES: (
        "Confirm the minutes at a later meeting of the forum.",
        "at_meeting=mtg_01kg2...",
    ),
}
"""What each act does, and what it is sent in an example."""


def _add(act: Procedural) -> None:
    """One command for an act on a meeting."""
    says, sends = _SAYS[act]

    def do(
        meeting: Meeting,
        fields: Fields = None,
        file: Body = None,
        *,
        version: Version = None,
        as_json: AsJson = False,
    ) -> None:
        _act(meeting, act, body_of(fields or (), file), version, as_json=as_json)

    about = f"{says}\n\nExample: escalation meetings {act.value} mtg_01kfx... {sends}"
    app.command(act.value, help=about)(do)


for each in Procedural:
    _add(each)


def _act(meeting: str, act: Procedural, sent: bytes, version: int | None, *, as_json: bool) -> None:
    asked = body.read(sent, BODIES[act], DEPTH)
    with at_the_desk() as container:
        new = container.ids.new("mat", container.clock.now())
        ask = asked.ask(new if act is Procedural.TABLE else meeting)
        errand = forums.Errand(meeting=meeting, ask=ask, actor=me(), if_match=version)
        view = json.loads(forums.act(container.desk, errand).body)
        if "forum" in view:
            _told(view, as_json=as_json)
            return
        with at_hand.look(container.desk, me()) as look:
            shown = Shown.of(look, view)
    if as_json:
        say_json(view)
    else:
        print_issue(shown)


def _written(found: Mapping[str, Any], page: Page, kind: Format | None) -> bytes:
    """A paper as a file; as JSON where no other kind is asked for."""
    if kind is None:
        return f"{json.dumps(found, ensure_ascii=False, indent=2)}\n".encode()
    return _MADE[kind](page)


def _told(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        print_meeting(view)

"""``escalation meetings``: when forums meet, what is before them, and what they do with it."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from escalation.cli.fields import ACTION, PROXY, Body, Fields, body_of, with_parts
from escalation.cli.groups import group
from escalation.cli.issue_view import Shown, print_issue
from escalation.cli.meeting_view import print_meeting, print_meetings
from escalation.cli.screen import AsJson, Out, give, say_json
from escalation.cli.service import Served, at_service
from escalation.workflow.meetings.asks import Procedural

app = group(
    "List, show and plan the meetings of forums, and do what a meeting does."
    "\n\nExample: escalation meetings list bmf-southern-cross"
)


class Format(StrEnum):
    """What an agenda or minutes can be shown as."""

    MARKDOWN = "md"
    HTML = "html"


_JSON = "application/json"
_KINDS = {Format.MARKDOWN: "text/markdown", Format.HTML: "text/html"}

Meeting = Annotated[str, typer.Argument(help="Its id.", metavar="MEETING")]
Forum = Annotated[str, typer.Argument(help="The forum's code.", metavar="FORUM")]
As = Annotated[Format, typer.Option("--format", help="As what it is shown.")]
Version = Annotated[
    int | None, typer.Option(min=0, help="Only if the meeting is still at this version.")
]


@app.command("list", cls=Served)
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
    with at_service() as service:
        page = service.meetings.first(limit, forum, past=past)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit}})
    else:
        print_meetings(page.data)


@app.command(cls=Served)
def show(meeting: Meeting, *, as_json: AsJson = False) -> None:
    """Show a meeting: when it is, who was there, what is before it, and what was decided.

    Example: escalation meetings show mtg_01kfx...
    """
    with at_service() as service:
        view = service.meetings.show(meeting)
    _told(view, as_json=as_json)


@app.command(cls=Served)
def agenda(
    meeting: Meeting, format_: As = Format.MARKDOWN, out: Out = None, *, as_json: AsJson = False
) -> None:
    """Show a meeting's agenda by its sections, with a paper for each issue.

    Example: escalation meetings agenda mtg_01kfx... --format html --out agenda.html
    """
    with at_service() as service:
        found = service.meetings.agenda(meeting, _JSON if as_json else _KINDS[format_])
    give(_laid_out(found, as_json=as_json), out)


@app.command(cls=Served)
def minutes(
    meeting: Meeting, format_: As = Format.MARKDOWN, out: Out = None, *, as_json: AsJson = False
) -> None:
    """Show a meeting's minutes, drawn from its attendance, its items and its decisions.

    Example: escalation meetings minutes mtg_01kfx... --out minutes.md
    """
    with at_service() as service:
        found = service.meetings.minutes(meeting, _JSON if as_json else _KINDS[format_])
    give(_laid_out(found, as_json=as_json), out)


@app.command(cls=Served)
def plan(
    forum: Forum, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Plan a meeting in between, beside those of the forum's rule.

    Example: escalation meetings plan bmf-southern-cross starts_at=2026-12-01T10:00:00+10:00
    reason="Before the holidays"
    """
    sent = body_of(fields or (), file)
    with at_service() as service:
        view = service.meetings.schedule(forum, sent)
    _told(view, as_json=as_json)


_SAYS: Mapping[Procedural, tuple[str, str]] = {
    Procedural.TABLE: (
        "Put an item on the agenda, or an item of it into another section.",
        'kind=matter title="Trainers" sought="Say who pays"',
    ),
    Procedural.ATTEND: (
        "Take the attendance: everybody who is there; again to replace it.",
        "present=dominic-ferraro --proxy 'ana-reid for business_manager@rivers: letter'",
    ),
    Procedural.RECUSE: (
        "Keep somebody out of an item.",
        'issue=SSI-2026-000001 person=ruth-goldfinch reason="Her team"',
    ),
    Procedural.DECIDE: (
        "Decide an item, with what follows from it.",
        'issue=SSI-2026-000001 text="Pay" --action "priya-nair by 2026-12-01: Pay the rest"',
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
    app.command(act.value, help=about, cls=Served)(_OWN.get(act, do))


def attend(
    meeting: Meeting,
    fields: Fields = None,
    file: Body = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="Somebody who sits for a holder: PERSON for SEAT: AUTHORITY."),
    ] = None,
    *,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Take the attendance, with proxies by an option each."""
    sent = body_of(fields or (), file)
    like = "marlee-dunbar for account_manager@meridian: letter of 2 March"
    sent = with_parts(sent, "present", proxy, PROXY, like)
    _act(meeting, Procedural.ATTEND, sent, version, as_json=as_json)


def decide(
    meeting: Meeting,
    fields: Fields = None,
    file: Body = None,
    action: Annotated[
        list[str] | None,
        typer.Option(help="What somebody is to do: OWNER by DATE: TEXT; the date may be missing."),
    ] = None,
    *,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Decide an item, with actions by an option each."""
    sent = body_of(fields or (), file)
    like = "priya-nair by 2026-12-01: Pay the difference"
    sent = with_parts(sent, "actions", action, ACTION, like)
    _act(meeting, Procedural.DECIDE, sent, version, as_json=as_json)


_OWN = {Procedural.ATTEND: attend, Procedural.DECIDE: decide}
"""Acts with options beside the fields of their body."""
for each in Procedural:
    _add(each)


def _act(meeting: str, act: Procedural, sent: bytes, version: int | None, *, as_json: bool) -> None:
    with at_service() as service:
        view = service.meetings.act(meeting, act.value, sent, version=version)
    if "forum" in view:
        _told(view, as_json=as_json)
    elif as_json:
        say_json(view)
    else:
        print_issue(Shown(view))


def _laid_out(found: bytes, *, as_json: bool) -> bytes:
    """A paper as a file, JSON with a line for each member."""
    if not as_json:
        return found
    return f"{json.dumps(json.loads(found), ensure_ascii=False, indent=2)}\n".encode()


def _told(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        print_meeting(view)

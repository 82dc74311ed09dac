"""``escalation contacts`` and ``escalation feedback``: what people said that is no issue (yet)."""

import json
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.api.schemas.interactions import RaiseIssue, RecordContact, RecordFeedback
from escalation.cli.fields import DEPTH, Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, tell
from escalation.services import correspondence, interactions, receipts
from escalation.services.at_hand import look
from escalation.services.correspondence import Letter
from escalation.services.interactions import Asked, Recording
from escalation.services.jobs import Job
from escalation.services.reading.correspondence import passed
from escalation.services.receipts import NewReceipt
from escalation.workflow.interactions import Family

contacts = group(
    "Record contacts that are no issue, and raise them into one later."
    "\n\nExample: escalation contacts record text='Where is my payslip?' party=rivers"
)
feedback = group(
    "Record compliments, suggestions and surveys, and raise them into issues."
    "\n\nExample: escalation feedback record kind=compliment text='That was quick'"
)
Name = Annotated[str, typer.Argument(help="Its reference or its id.", metavar="NAME")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]
Words = Annotated[str | None, typer.Option("-q", "--words", help="Only with these words.")]
Raised = Annotated[
    bool | None, typer.Option("--raised/--not-raised", help="Only raised into an issue, or not.")
]


@contacts.command("record")
def record_contact(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Record a contact; it is kept whatever becomes of it.

    Example: escalation contacts record channel=phone party=rivers text="Where is my payslip?"
    """
    sent = body.read(body_of(fields or (), file), RecordContact, DEPTH)
    _record(Family.CONTACT, sent, as_json=as_json)


@feedback.command("record")
def record_feedback(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Record a compliment, a suggestion or a survey's answers.

    Example: escalation feedback record kind=suggestion party=meridian text="Answer sooner"
    """
    sent = body.read(body_of(fields or (), file), RecordFeedback, DEPTH)
    _record(Family.FEEDBACK, sent, as_json=as_json)


@contacts.command("list")
def list_contacts(
    words: Words = None, raised: Raised = None, limit: Limit = 50, *, as_json: AsJson = False
) -> None:
    """List contacts, the newest first.

    Example: escalation contacts list --not-raised
    """
    _list(Asked(family=Family.CONTACT, words=_parts(words), raised=raised, limit=limit), as_json)


@feedback.command("list")
def list_feedback(
    words: Words = None, raised: Raised = None, limit: Limit = 50, *, as_json: AsJson = False
) -> None:
    """List feedback, the newest first.

    Example: escalation feedback list -q payroll
    """
    _list(Asked(family=Family.FEEDBACK, words=_parts(words), raised=raised, limit=limit), as_json)


@contacts.command("show")
def show_contact(name: Name, *, as_json: AsJson = False) -> None:
    """Show a contact as it was recorded.

    Example: escalation contacts show CON-2026-000001
    """
    _show(Family.CONTACT, name, as_json=as_json)


@feedback.command("show")
def show_feedback(name: Name, *, as_json: AsJson = False) -> None:
    """Show feedback as it was recorded.

    Example: escalation feedback show FBK-2026-000001
    """
    _show(Family.FEEDBACK, name, as_json=as_json)


Text = Annotated[str, typer.Argument(help="What is written to them.", metavar="TEXT")]


@contacts.command("answer")
def answer_contact(name: Name, text: Text, *, as_json: AsJson = False) -> None:
    """Answer who gave no name: they read it with their receipt.

    Example: escalation contacts answer CON-2026-000001 "It was posted on Monday"
    """
    _answer(Family.CONTACT, name, text, as_json=as_json)


@feedback.command("answer")
def answer_feedback(name: Name, text: Text, *, as_json: AsJson = False) -> None:
    """Answer who gave no name: they read it with their receipt.

    Example: escalation feedback answer FBK-2026-000001 "Thank you, we open earlier now"
    """
    _answer(Family.FEEDBACK, name, text, as_json=as_json)


@contacts.command("raise")
def raise_contact(
    name: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Raise a contact into an issue, with everything that it carries; once.

    Example: escalation contacts raise CON-2026-000001 severity=high
    """
    _raise(Family.CONTACT, name, body_of(fields or (), file), as_json=as_json)


@feedback.command("raise")
def raise_feedback(
    name: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Raise feedback into an issue, with everything that it carries; once.

    Example: escalation feedback raise FBK-2026-000001 agency=rivers function=payroll
    """
    _raise(Family.FEEDBACK, name, body_of(fields or (), file), as_json=as_json)


def _parts(words: str | None) -> list[str]:
    return (words or "").split()


def _record(family: Family, sent: RecordContact | RecordFeedback, *, as_json: bool) -> None:
    with at_the_desk() as container:
        made = receipts.make(container.ids) if sent.raiser.anonymous else None
        kept = None if made is None else made.kept
        recording = Recording(family, sent.fields, sent.received_at, None, receipt=kept)
        said = json.loads(interactions.record(container.desk, recording, me()).body)
    if as_json:
        say_json({**said, **_code(made)})
        return
    _told(said, as_json=False)
    _tell_code(made)


def _answer(family: Family, name: str, text: str, *, as_json: bool) -> None:
    with at_the_desk() as container, look(container.desk, me()) as seen:
        said = interactions.one(seen, family, name)
        correspondence.write(container.desk, said, Letter(text=text, actor=me()))
    _show(family, said.id, as_json=as_json)


def _code(made: NewReceipt | None) -> dict[str, str]:
    return {} if made is None else {"receipt_code": made.code}


def _tell_code(made: NewReceipt | None) -> None:
    if made is not None:
        tell(f"Its raiser comes back with {made.code}. It is not shown again.")


def _list(asked: Asked, as_json: bool) -> None:  # noqa: FBT001 - the commands' own option
    with at_the_desk() as container, look(container.desk, me()) as seen:
        page = interactions.page(seen, asked, total=True)
    if as_json:
        say_json({"data": page.items, "meta": {"limit": asked.limit, "total": page.total}})
        return
    columns = ("reference", "received", "kind", "party", "issue", "text")
    table(None, columns, [_row(each) for each in page.items])
    if page.total is not None and page.total > len(page.items):
        tell(f"{len(page.items)} of {page.total}; --limit shows more.")


def _row(said: Any) -> tuple[str | None, ...]:  # noqa: ANN401 - a view
    issue = said["issue"]
    first = said["text"].splitlines()[0] if said["text"] else ""
    return (
        said["reference"],
        instant(said["received_at"]),
        said["kind"],
        said["party"],
        None if issue is None else issue["reference"],
        first,
    )


def _show(family: Family, name: str, *, as_json: bool) -> None:
    with at_the_desk() as container, look(container.desk, me()) as seen:
        found = interactions.one(seen, family, name)
        messages = list(passed(seen.connection, found.id))
        said = {**interactions.view(found), "messages": messages}
    _told(said, as_json=as_json)


def _told(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(said)
        return
    issue = said["issue"]
    pairs(
        {
            "reference": said["reference"],
            "kind": said["kind"],
            "sentiment": said.get("sentiment"),
            "channel": said["channel"],
            "centre": said["centre"],
            "party": said["party"],
            "function": said["function"],
            "received": instant(said["received_at"]),
            "recorded by": said["recorded_by"],
            "issue": None if issue is None else issue["reference"],
        }
    )
    say(said["text"])
    for each in said.get("messages", ()):
        by = "raiser" if each["from"] == "you" else "answer"
        say(f"{instant(each['at'])} {by}: {each['text']}")


def _raise(family: Family, name: str, sent: bytes, *, as_json: bool) -> None:
    given = body.read(sent, RaiseIssue, DEPTH).given
    with at_the_desk() as container:
        desk = container.desk
        with look(desk, me()) as seen:
            said = interactions.one(seen, family, name)
            log = interactions.raised_from(seen.directory, said, given)
        job = Job(stem=desk.stem(), actor=me(), ask=log, backdated=True)
        nameless = said.raiser.get("anonymous") and said.receipt is None
        made = receipts.make(container.ids) if nameless else None
        job.receipt = None if made is None else made.kept
        issue = json.loads(interactions.raise_issue(desk, said, job).body)
    if as_json:
        say_json({**issue, **_code(made)})
        return
    say(f"{said.reference} was raised as {issue['reference']}: {issue['title']}")
    _tell_code(made)

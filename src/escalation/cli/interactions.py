"""``escalation contacts`` and ``escalation feedback``: what people said that is no issue (yet)."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from escalation.cli.desks import RegisterDesk, Service
from escalation.cli.fields import Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table, tell
from escalation.cli.service import Served, at_service
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


@contacts.command("record", cls=Served)
def record_contact(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Record a contact; it is kept whatever becomes of it.

    Example: escalation contacts record channel=phone party=rivers text="Where is my payslip?"
    """
    _record(Family.CONTACT, body_of(fields or (), file), as_json=as_json)


@feedback.command("record", cls=Served)
def record_feedback(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Record a compliment, a suggestion or a survey's answers.

    Example: escalation feedback record kind=suggestion party=meridian text="Answer sooner"
    """
    _record(Family.FEEDBACK, body_of(fields or (), file), as_json=as_json)


@contacts.command("list", cls=Served)
def list_contacts(
    words: Words = None, raised: Raised = None, limit: Limit = 50, *, as_json: AsJson = False
) -> None:
    """List contacts, the newest first.

    Example: escalation contacts list --not-raised
    """
    _list(Family.CONTACT, {"q": words, "raised": raised}, limit, as_json=as_json)


@feedback.command("list", cls=Served)
def list_feedback(
    words: Words = None, raised: Raised = None, limit: Limit = 50, *, as_json: AsJson = False
) -> None:
    """List feedback, the newest first.

    Example: escalation feedback list -q payroll
    """
    _list(Family.FEEDBACK, {"q": words, "raised": raised}, limit, as_json=as_json)


@contacts.command("show", cls=Served)
def show_contact(name: Name, *, as_json: AsJson = False) -> None:
    """Show a contact as it was recorded.

    Example: escalation contacts show CON-2026-000001
    """
    _show(Family.CONTACT, name, as_json=as_json)


@feedback.command("show", cls=Served)
def show_feedback(name: Name, *, as_json: AsJson = False) -> None:
    """Show feedback as it was recorded.

    Example: escalation feedback show FBK-2026-000001
    """
    _show(Family.FEEDBACK, name, as_json=as_json)


Text = Annotated[str, typer.Argument(help="What is written to them.", metavar="TEXT")]


@contacts.command("answer", cls=Served)
def answer_contact(name: Name, text: Text, *, as_json: AsJson = False) -> None:
    """Answer who gave no name: they read it with their receipt.

    Example: escalation contacts answer CON-2026-000001 "It was posted on Monday"
    """
    _answer(Family.CONTACT, name, text, as_json=as_json)


@feedback.command("answer", cls=Served)
def answer_feedback(name: Name, text: Text, *, as_json: AsJson = False) -> None:
    """Answer who gave no name: they read it with their receipt.

    Example: escalation feedback answer FBK-2026-000001 "Thank you, we open earlier now"
    """
    _answer(Family.FEEDBACK, name, text, as_json=as_json)


@feedback.command("acknowledge", cls=Served)
def acknowledge_feedback(name: Name, text: Text, *, as_json: AsJson = False) -> None:
    """Tell who gave feedback that it arrived; once, and it stands on the record.

    Example: escalation feedback acknowledge FBK-2026-000001 "Thank you, the team has read it"
    """
    with at_service() as service:
        said = service.feedback.acknowledge(name, text)
    _told(said, as_json=as_json)


@contacts.command("raise", cls=Served)
def raise_contact(
    name: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Raise a contact into an issue, with everything that it carries; once.

    Example: escalation contacts raise CON-2026-000001 severity=high
    """
    _raise(Family.CONTACT, name, body_of(fields or (), file), as_json=as_json)


@feedback.command("raise", cls=Served)
def raise_feedback(
    name: Name, fields: Fields = None, file: Body = None, *, as_json: AsJson = False
) -> None:
    """Raise feedback into an issue, with everything that it carries; once.

    Example: escalation feedback raise FBK-2026-000001 agency=rivers function=payroll
    """
    _raise(Family.FEEDBACK, name, body_of(fields or (), file), as_json=as_json)


def _desk(service: Service, family: Family) -> RegisterDesk:
    return service.contacts if family is Family.CONTACT else service.feedback


def _record(family: Family, sent: bytes, *, as_json: bool) -> None:
    with at_service() as service:
        said = _desk(service, family).record(sent)
    _told(said, as_json=as_json)
    _tell_code(said, as_json=as_json)


def _answer(family: Family, name: str, text: str, *, as_json: bool) -> None:
    with at_service() as service:
        said = _desk(service, family).answer(name, text)
    _told(said, as_json=as_json)


def _tell_code(view: Mapping[str, Any], *, as_json: bool) -> None:
    code = view.get("receipt_code")
    if code is not None and not as_json:
        tell(f"Its raiser comes back with {code}. It is not shown again.")


def _list(family: Family, asked: Mapping[str, Any], limit: int, *, as_json: bool) -> None:
    given = {name: value for name, value in asked.items() if value is not None}
    with at_service() as service:
        page = _desk(service, family).first(limit, **given)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit, "total": page.total}})
        return
    columns = ("reference", "received", "kind", "party", "issue", "text")
    table(None, columns, [_row(each) for each in page.data])
    if page.total is not None and page.total > len(page.data):
        tell(f"{len(page.data)} of {page.total}; --limit shows more.")


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
    with at_service() as service:
        said = _desk(service, family).show(name)
    _told(said, as_json=as_json)


def _told(said: Mapping[str, Any], *, as_json: bool) -> None:
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
            "region": said["region"],
            "key result area": said.get("key_result_area"),
            "may be quoted": said.get("quote"),
            "about": None if said.get("about") is None else said["about"]["reference"],
            "received": instant(said["received_at"]),
            "recorded by": said["recorded_by"],
            "acknowledged": instant(said.get("acknowledged_at")),
            "issue": None if issue is None else issue["reference"],
        }
    )
    say(said["text"])
    for each in said.get("messages", ()):
        by = "raiser" if each["from"] == "you" else "answer"
        say(f"{instant(each['at'])} {by}: {each['text']}")


def _raise(family: Family, name: str, sent: bytes, *, as_json: bool) -> None:
    with at_service() as service:
        desk = _desk(service, family)
        said = desk.show(name)
        issue = desk.raise_(name, sent)
    if as_json:
        say_json(issue)
        return
    say(f"{said['reference']} was raised as {issue['reference']}: {issue['title']}")
    _tell_code(issue, as_json=as_json)

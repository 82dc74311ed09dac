"""``escalation issues``: the same acts as the API."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from escalation.api import body
from escalation.api.schemas.acts import BODIES
from escalation.api.schemas.issues import LogIssue
from escalation.cli.fields import DEPTH, Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.issue_view import Shown, print_history, print_issue, print_list
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, say_json, tell
from escalation.cli.vacancies import vacancies
from escalation.routing.vocabulary import Severity
from escalation.services import at_hand, receipts
from escalation.services.reading import issues, timelines
from escalation.services.reading.issues import SORTS, Question
from escalation.services.reading.reader import Look
from escalation.workflow.states import Act, Status

app = group(
    "List, show and log issues, and act on them."
    "\n\nExample: escalation issues act SSI-2026-000001 acknowledge"
)

app.command()(vacancies)

PAGE = 200
"""Entries of a history that are read at once."""

Issue = Annotated[str, typer.Argument(help="Its reference or its id.", metavar="ISSUE")]


@app.command("list")
def list_(  # noqa: PLR0913 - the options of a command
    *,
    status: Annotated[
        list[Status] | None, typer.Option(help="Only these; may be repeated.")
    ] = None,
    severity: Annotated[
        list[Severity] | None, typer.Option(help="Only these; may be repeated.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Only of this agency.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only of this provider.")] = None,
    rung: Annotated[str | None, typer.Option(help="Only on this rung.")] = None,
    holder: Annotated[str | None, typer.Option(help="Only where this person holds a seat.")] = None,
    past_target: Annotated[
        bool | None,
        typer.Option("--past-target/--in-time", help="Only past an agreed time, or not."),
    ] = None,
    words: Annotated[
        str | None, typer.Option("-q", "--words", help="Only with these words.")
    ] = None,
    sort: Annotated[
        str, typer.Option(help=f"By {', '.join(SORTS)}; a minus before it turns the order.")
    ] = "due_at",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List issues, by default what is due first.

    Example: escalation issues list --status open --agency rivers
    """
    if sort.removeprefix("-") not in SORTS:
        raise typer.BadParameter(f"--sort takes {', '.join(SORTS)}, found {sort}")
    one = {"agency": agency, "provider": provider, "rung": rung}
    among: dict[str, Sequence[str]] = {name: [value] for name, value in one.items() if value}
    among |= {"status": status} if status else {}
    among |= {"severity": severity} if severity else {}
    question = Question(
        among=among,
        holder=holder,
        past_target=past_target,
        words=(words or "").split(),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=limit,
        total=True,
    )
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        page = issues.page(look, question)
        shown = [Shown.of(look, view) for view in page.items]
    if as_json:
        say_json({"data": page.items, "meta": {"limit": limit, "total": page.total}})
        return
    print_list(shown)
    if page.total is not None and page.total > len(shown):
        tell(f"{len(shown)} of {page.total}; --limit shows more.")


@app.command()
def show(
    issue: Issue,
    *,
    history: Annotated[
        bool, typer.Option("--history", help="With everything that happened, oldest first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an issue: where it stands, who must act and by when, and what happens next.

    Example: escalation issues show SSI-2026-000001 --history
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        shown = Shown.of(look, issues.one(look, issue))
        entries = list(_history(look, issue)) if history else None
    if as_json:
        say_json({**shown.view, **({} if entries is None else {"timeline": entries})})
        return
    print_issue(shown)
    if entries is not None:
        print_history(shown, entries)


def _history(look: Look, issue: str) -> Iterator[Mapping[str, Any]]:
    after: int | None = 0
    while after is not None:
        page = timelines.page(look, issue, after=after, limit=PAGE)
        yield from page.items
        after = None if page.after is None else int(str(page.after[0]))


@app.command()
def log(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Log an issue; the answer says on which rung it stands, who holds it, and why.

    Example: escalation issues log title="Pay is late" agency=rivers function=payroll
    raiser.type=staff raiser.name="Ana Reid" channel=phone
    """
    sent = body.read(body_of(fields or (), file), LogIssue, DEPTH)
    with at_the_desk() as container:
        made = receipts.make(container.ids) if sent.raiser.anonymous else None
        kept = None if made is None else made.kept
        answer = at_hand.done(container.desk, sent.command(), me(), receipt=kept)
        with at_hand.look(container.desk, me()) as look:
            shown = Shown.of(look, json.loads(answer.body))
    if made is not None:
        shown = replace(shown, view={**shown.view, "receipt_code": made.code})
        tell(f"Its raiser comes back with {made.code}. It is not shown again.")
    _told(shown, as_json=as_json)


@app.command()
def act(
    issue: Issue,
    act: Annotated[Act, typer.Argument(help="What is done.", metavar="ACT")],
    fields: Fields = None,
    file: Body = None,
    *,
    version: Annotated[
        int | None, typer.Option(min=1, help="Only if the issue is still at this version.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Act on an issue; `issues show` says which acts are open now.

    Example: escalation issues act SSI-2026-000001 hold until=2026-12-01T09:00:00+10:00
    awaiting=raiser reason="The form is to come"
    """
    sent = body.read(body_of(fields or (), file), BODIES[act], DEPTH)
    with at_the_desk() as container:
        answer = at_hand.done(
            container.desk, sent.command(), me(), issue=issue, other=sent.other, version=version
        )
        with at_hand.look(container.desk, me()) as look:
            shown = Shown.of(look, json.loads(answer.body))
    _told(shown, as_json=as_json)


def _told(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        say_json(shown.view)
    else:
        print_issue(shown)

"""``escalation issues``: the same acts as the API."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from escalation.cli.fields import Body, Fields, body_of
from escalation.cli.groups import group
from escalation.cli.issue_view import Shown, print_history, print_issue, print_list
from escalation.cli.screen import AsJson, say_json, tell
from escalation.cli.service import Served, at_service
from escalation.cli.vacancies import vacancies
from escalation.routing.vocabulary import Severity
from escalation.services.reading.issues import SORTS
from escalation.workflow.states import Act, Status

app = group(
    "List, show and log issues, and act on them."
    "\n\nExample: escalation issues act SSI-2026-000001 acknowledge"
)

app.command()(vacancies)

Issue = Annotated[str, typer.Argument(help="Its reference or its id.", metavar="ISSUE")]


@app.command("list", cls=Served)
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
    filters: dict[str, Any] = {
        "status": status,
        "severity": severity,
        "agency": agency,
        "provider": provider,
        "rung": rung,
        "holder": holder,
        "past_target": past_target,
        "q": words,
        "sort": sort,
    }
    given = {name: value for name, value in filters.items() if value not in (None, [])}
    with at_service() as service:
        page = service.issues.first(limit, **given)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit, "total": page.total}})
        return
    print_list([Shown(view) for view in page.data])
    if page.total is not None and page.total > len(page.data):
        tell(f"{len(page.data)} of {page.total}; --limit shows more.")


@app.command(cls=Served)
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
    with at_service() as service:
        shown = Shown(service.issues.show(issue))
        entries = list(service.issues.timeline(issue)) if history else None
    if as_json:
        say_json({**shown.view, **({} if entries is None else {"timeline": entries})})
        return
    print_issue(shown)
    if entries is not None:
        print_history(shown, entries)


@app.command(cls=Served)
def log(fields: Fields = None, file: Body = None, *, as_json: AsJson = False) -> None:
    """Log an issue; the answer says on which rung it stands, who holds it, and why.

    Example: escalation issues log title="Pay is late" agency=rivers function=payroll
    raiser.type=staff raiser.name="Ana Reid" channel=phone
    """
    sent = body_of(fields or (), file)
    with at_service() as service:
        view = service.issues.log(sent)
    if code := view.get("receipt_code"):
        tell(f"Its raiser comes back with {code}. It is not shown again.")
    _told(view, as_json=as_json)


@app.command(cls=Served)
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
    sent = body_of(fields or (), file)
    with at_service() as service:
        view = service.issues.act(issue, act.value, sent, version=version)
    _told(view, as_json=as_json)


def _told(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
    else:
        print_issue(Shown(view))

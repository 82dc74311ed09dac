"""``escalation reports``: what planning takes from a period."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from escalation.cli.groups import group
from escalation.cli.screen import AsJson, Out, give, say_json, zoned
from escalation.cli.service import Served, at_service
from escalation.errors import Broken
from escalation.reports import as_csv, as_markdown, as_xlsx
from escalation.reports.outcomes_page import outcomes_page

app = group(
    "Tell what issues came to, for planning and training."
    "\n\nExample: escalation reports outcomes --format csv --out outcomes.csv"
)


class Format(StrEnum):
    """What a report can be shown as."""

    MARKDOWN = "md"
    CSV = "csv"
    XLSX = "xlsx"


Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When the period began; default its quarter's beginning."),
]
At = Annotated[str | None, typer.Option(metavar="INSTANT", help="When it ends; default now.")]
As = Annotated[Format, typer.Option("--format", help="As what it is shown.")]
Plan = Annotated[str | None, typer.Option(help="Only what feeds this plan.")]


@app.command("outcomes", cls=Served)
def outcomes_(
    since: Since = None,
    as_at: At = None,
    plan: Plan = None,
    format_: As = Format.MARKDOWN,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell outcomes with cause, remedy, cost effect, further action, plan and cycle.

    Example: escalation reports outcomes --since 2026-07-01T00:00:00+10:00 --format xlsx
    --out outcomes.xlsx
    """
    query = _query(since, as_at, plan)
    with at_service() as service:
        found = service.reports.outcomes(**query)
    _tell(found, None if as_json else format_, out)


@app.command(cls=Served)
def training(
    since: Since = None,
    as_at: At = None,
    plan: Plan = None,
    format_: As = Format.MARKDOWN,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell outcomes for want of skills, and the actions that train people.

    Example: escalation reports training --format csv
    """
    query = _query(since, as_at, plan)
    with at_service() as service:
        found = service.reports.training(**query)
    _tell(found, None if as_json else format_, out)


def _query(since: str | None, as_at: str | None, plan: str | None) -> dict[str, Any]:
    return {
        "since": None if since is None else zoned(since, "--since"),
        "as_at": None if as_at is None else zoned(as_at, "--as-at"),
        "plan": plan,
    }


def _tell(found: Mapping[str, Any], format_: Format | None, out: Path | None) -> None:
    if format_ is None:
        say_json(found)
        return
    page = outcomes_page(found)
    if format_ is Format.XLSX:
        if out is None:
            raise Broken("A screen cannot show a workbook; name a file with --out.")
        give(as_xlsx.page(page, found["as_at"], "Period"), out)
        return
    give(as_csv.page(page) if format_ is Format.CSV else as_markdown.page(page), out)

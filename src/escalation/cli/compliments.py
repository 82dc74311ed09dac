"""``escalation feedback compliments``: what was said well, by team and never by person."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from escalation.cli.opening import at_the_desk
from escalation.cli.screen import AsJson, Out, give, zoned
from escalation.reports import as_csv, as_html, as_markdown
from escalation.reports.feedback_page import compliments as laid_out
from escalation.reports.pages import Page
from escalation.services.asked_digests import Request
from escalation.services.reading.compliments import compliments as reported


class Format(StrEnum):
    """What the report can be shown as."""

    MARKDOWN = "md"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


_WRITTEN: Mapping[Format, Callable[[Page], bytes]] = {
    Format.MARKDOWN: as_markdown.page,
    Format.HTML: as_html.page,
    Format.CSV: as_csv.page,
}
Code = Annotated[str | None, typer.Option(metavar="CODE", help="Only of this one.")]
At = Annotated[str | None, typer.Option(metavar="INSTANT", help="Default now.")]
Since = Annotated[str | None, typer.Option(metavar="INSTANT", help="Default its quarter.")]


def compliments(  # noqa: PLR0913 - each is an option of its own
    party: Code = None,
    function: Code = None,
    region: Code = None,
    since: Since = None,
    as_at: At = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="As what it is shown.")] = (
        Format.MARKDOWN
    ),
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Report the compliments of a period by team, never by person, with what may be quoted.

    Example: escalation feedback compliments --party meridian --format csv --out compliments.csv
    """
    given = {"party": party, "function": function, "region": region}
    of = {name: code for name, code in given.items() if code is not None}
    request = Request(
        since=None if since is None else zoned(since, "--since"),
        as_at=None if as_at is None else zoned(as_at, "--as-at"),
    )
    with at_the_desk() as container:
        found = reported(container.desk, of, request)
    if as_json or form is Format.JSON:
        give(json.dumps(found, ensure_ascii=False, indent=2).encode(), out, nl=True)
    else:
        give(_WRITTEN[form](laid_out(found)), out)

"""``escalation learnings``: what others can learn of issues that were resolved or closed."""

from typing import Annotated

import typer

from escalation.cli.groups import group
from escalation.cli.screen import AsJson, instant, say_json, table
from escalation.cli.service import Served, at_service

app = group(
    "Find what was learned of issues, and what other clusters shared."
    "\n\nExample: escalation learnings list -q allowance"
)


@app.command("list", cls=Served)
def list_(
    words: Annotated[
        str | None, typer.Option("-q", "--words", help="Only with these words.")
    ] = None,
    shared: Annotated[
        bool | None, typer.Option("--shared/--not-shared", help="Only shared ones, or not.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List what was learned, the newest first.

    Example: escalation learnings list --shared
    """
    with at_service() as service:
        page = service.learnings.first(limit, q=words, shared=shared)
    if as_json:
        say_json({"data": page.data, "meta": {"limit": limit}})
        return
    rows = [
        (
            each["issue"]["reference"] if each["issue"] else None,
            instant(each["at"]),
            each["cluster"],
            each["function"],
            "yes" if each["shared"] else "no",
            each["text"],
        )
        for each in page.data
    ]
    table(None, ("Issue", "When", "Cluster", "Function", "Shared", "What was learned"), rows)

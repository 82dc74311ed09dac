"""The root of the command line."""

from typing import Annotated

import typer

import escalation
from escalation.cli import (
    actions,
    audit,
    database,
    digests,
    directory,
    forums,
    hooks,
    interactions,
    issues,
    keys,
    ladders,
    learnings,
    mail,
    measures,
    meetings,
    reports,
    retention,
    surveys,
    themes,
)
from escalation.cli.compliments import compliments
from escalation.cli.doctor import doctor
from escalation.cli.groups import Root
from escalation.cli.replay import replay
from escalation.cli.serve import serve
from escalation.cli.worker import worker

app = typer.Typer(
    cls=Root,
    name="escalation",
    help="Log issues, see who must act on them and by when, and let the engine do the rest."
    "\n\nBegin with: escalation serve --demo",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(worker)
app.add_typer(database.app, name="db")
app.add_typer(ladders.app, name="ladders")
app.add_typer(directory.app, name="directory")
app.add_typer(issues.app, name="issues")
app.add_typer(interactions.contacts, name="contacts")
interactions.feedback.command("compliments")(compliments)
app.add_typer(interactions.feedback, name="feedback")
app.add_typer(surveys.app, name="surveys")
app.add_typer(forums.app, name="forums")
app.add_typer(meetings.app, name="meetings")
app.add_typer(digests.app, name="digests")
app.add_typer(measures.app, name="measures")
app.add_typer(reports.app, name="reports")
app.add_typer(actions.app, name="actions")
app.add_typer(themes.app, name="themes")
app.add_typer(learnings.app, name="learnings")
app.add_typer(audit.app, name="audit")
app.command()(doctor)
app.add_typer(retention.app, name="retention")
app.command()(replay)
app.add_typer(keys.app, name="keys")
app.add_typer(mail.app, name="mail")
app.add_typer(hooks.app, name="webhooks")  # both directions


def _version(wanted: bool) -> None:  # noqa: FBT001 - a callback of typer takes the option's value
    if wanted:
        typer.echo(f"escalation {escalation.__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Options before any command."""

"""How groups of commands behave: every expected error is caught here, once."""

from typing import Any

import typer
from typer.core import TyperGroup

from escalation.cli.screen import fail
from escalation.errors import EscalationError


class Root(TyperGroup):
    """The outermost group: an error raised on purpose is printed, and the exit status is 1."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own classes are not to be named
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except EscalationError as error:
            fail(error)
            raise typer.Exit(1) from error


def group(about: str) -> typer.Typer:
    """A group of commands that shows its help when none of them is named."""
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode="rich")

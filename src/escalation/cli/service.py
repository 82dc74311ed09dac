"""What commands work at: the database itself, or a service that answers at a URL.

A command that can do both is a :class:`Served` one; it calls the same methods of either, those of
the client, and prints what they answer by the same functions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from escalation.cli import here
from escalation.cli.desks import Service
from escalation.cli.opening import at_the_desk, load
from escalation.client import Client
from escalation.errors import Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """A service that answers elsewhere, and how it is reached."""

    server: str
    key_file: Path | None
    ca_file: Path | None
    plain_http: bool

    def client(self) -> Client:
        """A client of it.

        Raises:
            Broken: there is no key for it.
            Invalid: the address or the key cannot be used.
        """
        return Client(
            self.server, self._key(), authorities=self.ca_file, plain_http=self.plain_http
        )

    def _key(self) -> str:
        if self.key_file is not None:
            try:
                return self.key_file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise Broken(f"{self.key_file} cannot be read: {error}.") from error
        key = load().key
        if key is None:
            raise Broken("There is no key: set ESCALATION_KEY, or name a file with --key-file.")
        return key


_far: ContextVar[Far | None] = ContextVar("far", default=None)


@contextmanager
def at_service() -> Iterator[Service]:
    """The service that the command was given, else the database itself."""
    far = _far.get()
    if far is None:
        with at_the_desk() as container:
            yield here.Here(container)
    else:
        with far.client() as client:
            yield client


def _options(
    server: Annotated[
        str | None,
        typer.Option(
            help="Work at the service that answers there, by its API, in place of the database.",
            metavar="URL",
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the key for --server; without it, ESCALATION_KEY is.", metavar="FILE"
        ),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            help="Certificates to believe --server by, beside public ones.", metavar="FILE"
        ),
    ] = None,
    *,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Let the key travel to --server unencrypted.")
    ] = False,
) -> None:
    """What a command takes that can work at a service elsewhere."""


_alone = typer.Typer(add_completion=False)
_alone.command()(_options)
OPTIONS = tuple(get_command(_alone).params)
"""The options of ``--server``, as typer has them."""


class Served(TyperCommand):
    """A command that works at the database, or with ``--server`` at a service elsewhere."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - typer's own
        """As typer makes it, with the options of ``--server``."""
        super().__init__(*args, **named)
        self.params = [*self.params, *OPTIONS]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own classes are not to be named
        """Run it where it was told to."""
        asked = {str(each.name): ctx.params.pop(str(each.name)) for each in OPTIONS}
        if asked["server"] is None:
            stray = [f"--{n.replace('_', '-')}" for n, value in asked.items() if value]
            if stray:
                raise typer.BadParameter(f"{stray[0]} goes with --server.")
            return super().invoke(ctx)
        token = _far.set(Far(**asked))
        try:
            return super().invoke(ctx)
        finally:
            _far.reset(token)

"""What commands work at: the database itself, or a service that answers at a URL.

A command that can do both is a :class:`Served` one; it calls the same methods of either, those of
the client, and prints what they answer by the same functions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, Unpack

import typer
from typer.core import TyperCommand
from typer.main import get_command

from escalation.cli import here
from escalation.cli.opening import at_the_desk, load
from escalation.client import Client
from escalation.client.listing import Page
from escalation.client.shapes.issues import IssueFilters
from escalation.errors import Broken

View = Mapping[str, Any]


class IssueDesk(Protocol):
    """Where issues are logged, read and acted upon."""

    def first(self, limit: int, /, **filters: Unpack[IssueFilters]) -> Page:
        """The first so many that fit, and how many do."""

    def show(self, issue: str) -> View:
        """One issue as it is now."""

    def timeline(self, issue: str) -> Iterator[View]:
        """What happened to it, oldest first."""

    def log(self, body: bytes, /) -> View:
        """Log one."""

    def act(self, issue: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Act on one; the issue as it then is."""


class RegisterDesk(Protocol):
    """Where contacts or feedback are recorded, read and raised."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""

    def show(self, said: str) -> View:
        """One of them, with what was written since."""

    def record(self, body: bytes, /) -> View:
        """Record one."""

    def answer(self, said: str, text: str) -> View:
        """Answer who gave no name."""

    def raise_(self, said: str, body: bytes, /) -> View:
        """Raise one into an issue."""


class FeedbackDesk(RegisterDesk, Protocol):
    """The same of feedback, whose giver is told that it arrived."""

    def acknowledge(self, said: str, text: str) -> View:
        """Tell its giver; once."""


class MeetingDesk(Protocol):
    """Where meetings are planned, read and held."""

    def first(self, limit: int, forum: str, *, past: bool) -> Page:
        """The first so many of a forum."""

    def show(self, meeting: str) -> View:
        """One meeting."""

    def schedule(self, forum: str, body: bytes, /) -> View:
        """Plan one in between."""

    def act(self, meeting: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Do what it does; the issue that it is about, else the meeting."""

    def agenda(self, meeting: str, accept: str) -> bytes:
        """Its agenda, by media type."""

    def minutes(self, meeting: str, accept: str) -> bytes:
        """Its minutes, by media type."""


class DigestDesk(Protocol):
    """Where digests are made and read."""

    def build(self, body: Mapping[str, Any], /) -> tuple[View, bool]:
        """Make one or find it; whether it is new."""

    def file(self, digest: str, kind: str) -> bytes:
        """The file itself."""


class EndpointDesk(Protocol):
    """Where endpoints of webhooks are kept, and what was sent to them."""

    def list(self) -> Iterator[View]:
        """Every endpoint, without its secrets."""

    def show(self, endpoint: str) -> View:
        """One endpoint."""

    def add(self, url: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Add one; the answer has its secret."""

    def change(self, endpoint: str, /, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Change one; what is not named stays."""

    def rotate(self, endpoint: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Give one a new secret; the answer has it."""

    def remove(self, endpoint: str) -> None:
        """Remove one."""

    def ping(self, endpoint: str) -> View:
        """Have one asked to answer; the delivery."""

    def deliveries(self, endpoint: str | None, *, state: str | None = None) -> Iterator[View]:
        """What was sent to one, or to all."""

    def delivery(self, delivery: str) -> View:
        """One delivery with its attempts."""

    def redeliver(self, delivery: str) -> View:
        """Send it again."""

    def redeliver_since(self, endpoint: str, since: str, *, dead_only: bool = False) -> int:
        """Send all since an instant again; how many."""

    def drop(self, delivery: str) -> View:
        """Give up a dead one."""


class HookDesk(Protocol):
    """Where it is kept what tools have sent."""

    def list(self, *, source: str | None = None, state: str | None = None) -> Iterator[View]:
        """What came, the latest first."""

    def replay(self, delivery: str) -> View:
        """Read one again."""

    def replay_left(self, source: str) -> Iterator[View]:
        """Read again whatever of a source had no effect."""


class KeyDesk(Protocol):
    """Where keys are made and taken back."""

    def list(self) -> Iterator[View]:
        """Every key, without the keys themselves."""

    def create(self, *, name: str, role: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Make one; the answer has it."""

    def rotate(self, key: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Make the one that follows it; the answer has it."""

    def revoke(self, key: str) -> None:
        """Take one back."""


class ActionDesk(Protocol):
    """Where the register of actions is kept."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""

    def show(self, action: str) -> View:
        """One action."""

    def done(self, action: str, note: str | None) -> View:
        """Say that it is done."""

    def reopen(self, action: str, note: str | None) -> View:
        """Open it again."""

    def change(self, action: str, body: bytes, /) -> View:
        """Say what it serves."""


class ThemeDesk(Protocol):
    """Where the register of themes is kept."""

    def first(self, limit: int, /, **query: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many."""

    def show(self, theme: str, **query: Any) -> View:  # noqa: ANN401 - as above
        """One theme."""

    def record(self, body: bytes, /) -> View:
        """Take one into the register."""

    def change(self, theme: str, body: bytes, /) -> View:
        """Give it other values."""

    def suggest(self, **query: Any) -> View:  # noqa: ANN401 - as above
        """Words that stand in more issues than they used to."""


class LearningDesk(Protocol):
    """Where it is found what was learned."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit."""


class Service(Protocol):
    """All of them."""

    @property
    def actions(self) -> ActionDesk:
        """What forums asked of people."""

    @property
    def themes(self) -> ThemeDesk:
        """What keeps coming up."""

    @property
    def learnings(self) -> LearningDesk:
        """What was learned."""

    @property
    def issues(self) -> IssueDesk:
        """Issues."""

    @property
    def contacts(self) -> RegisterDesk:
        """Contacts."""

    @property
    def feedback(self) -> FeedbackDesk:
        """Feedback."""

    @property
    def meetings(self) -> MeetingDesk:
        """Meetings."""

    @property
    def digests(self) -> DigestDesk:
        """Digests."""

    @property
    def endpoints(self) -> EndpointDesk:
        """Where events are sent."""

    @property
    def hooks(self) -> HookDesk:
        """What tools have sent."""

    @property
    def keys(self) -> KeyDesk:
        """Keys."""


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

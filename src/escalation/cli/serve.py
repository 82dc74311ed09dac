"""``escalation serve``: the API and the worker."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Annotated

import structlog
import typer

from escalation.bootstrap import Container, allowances_of, database_of, hooks_of, opened
from escalation.cli import processes, web
from escalation.cli.listening import Front, address_of, listener, require_safe, unix_listener
from escalation.cli.memory import without_core_dumps
from escalation.cli.opening import load, me
from escalation.cli.screen import instant, out, say, tell
from escalation.cli.stopping import Stopping, on_signals
from escalation.errors import Broken, Refused
from escalation.services import demo as demonstration
from escalation.services import framework, keys
from escalation.settings import Settings
from escalation.worker.jobs import worker_of
from escalation.worker.loop import Worker

FIRST_KEY_LASTS = timedelta(days=7)

_log = structlog.get_logger(__name__)


Proxy = Annotated[
    str | None,
    typer.Option(
        metavar="NETWORK",
        help="The network of the proxy with TLS before it, such as 10.0.0.0/8; it is believed"
        " about who calls.",
    ),
]
Certificate = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate.")
]
CertificateKey = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The key of the certificate.")
]
Socket = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Serve on a socket in the file system.")
]


@dataclass(frozen=True, slots=True)
class Serving:
    """What was asked of `serve`."""

    host: str
    port: int
    unix_socket: Path | None
    front: Front
    demo: bool
    worker: bool
    processes: int


def serve(  # noqa: PLR0913 - the options of a command
    *,
    host: Annotated[str | None, typer.Option(help="The address to serve on. (127.0.0.1)")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="The port; 0 takes a free one. (8080)"),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="On an empty database, begin with a cluster and issues.")
    ] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Answer requests only; clocks are fired elsewhere.")
    ] = False,
    process_count: Annotated[
        int, typer.Option("--processes", min=1, max=64, help="How many answer; needs PostgreSQL.")
    ] = 1,
    behind_proxy: Proxy = None,
    tls_certificate: Certificate = None,
    tls_key: CertificateKey = None,
    unix_socket: Socket = None,
) -> None:
    """Serve the API, and fire clocks as they end.

    An SQLite database is made and migrated by itself. The first time, a key is made and shown.

    Example: escalation serve --demo
    """
    settings = load(quiet=False)
    asked = Serving(
        host=host or settings.host,
        port=settings.port if port is None else port,
        unix_socket=unix_socket or settings.unix_socket,
        front=Front(
            behind_proxy or settings.behind_proxy or None,
            tls_certificate or settings.tls_certificate,
            tls_key or settings.tls_key,
        ),
        demo=demo,
        worker=not no_worker,
        processes=process_count,
    )
    if demo:  # the demonstration may send webhooks to this machine
        here = f"{settings.webhook_networks},127.0.0.0/8,::1/128"
        settings = settings.model_copy(update={"webhook_networks": here})
    _require_possible(settings, asked)
    with on_signals() as stopping:
        _serve(settings, asked, stopping)
    tell("Stopped.")


def _require_possible(settings: Settings, asked: Serving) -> None:
    require_safe(asked.host, asked.front, demo=asked.demo, unix_socket=asked.unix_socket)
    hooks_of(settings).check()
    allowances_of(settings)
    if asked.processes > 1 and database_of(settings) is not None:
        raise Refused(
            "One process serves an SQLite file, because one alone may write its checkpoints."
            " Leave --processes out, or let ESCALATION_DATABASE_URL name a PostgreSQL database.",
            "needs_postgresql",
        )


def _serve(settings: Settings, asked: Serving, stopping: Stopping) -> None:
    without_core_dumps()
    with (
        _bound(asked) as bound,
        opened(settings, owner=True, application="escalation serve") as container,
    ):
        if asked.demo:
            demonstration.prepare(container.desk, settings.config_dir)
        address = address_of(bound, asked.host, asked.front)
        tell_unknown_codes(container)

        def ready() -> None:
            announce(container, address)

        with working(container, wanted=asked.worker):
            if asked.processes > 1:
                child = processes.Child(bound, asked.front)
                processes.supervise(child, asked.processes, stopping, ready=ready)
            else:
                web.run(container, bound, stopping, asked.front, ready=ready)


def tell_unknown_codes(container: Container) -> None:
    """Log what the table of the roles of tokens names and the directory does not have."""
    directory = framework.in_force(container.desk).directory
    if container.tokens is not None and directory is not None:
        for line in container.tokens.table.unknown_codes(directory):
            _log.warning("oidc_unknown_code", setting="ESCALATION_OIDC_ROLES", line=line)


def _bound(asked: Serving) -> socket.socket:
    if asked.unix_socket is not None:
        return unix_listener(asked.unix_socket)
    return listener(asked.host, asked.port)


@contextmanager
def working(container: Container, *, wanted: bool) -> Iterator[None]:
    """The worker in a thread of its own for the length of the block, where it is wanted."""
    if not wanted:
        yield
        return
    engine = worker_of(container)
    thread = Thread(target=_work, args=(engine,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        engine.stop()
        thread.join()


def _work(engine: Worker) -> None:
    try:
        engine.run()
    except Broken as error:
        _log.critical("worker_ended", reason=str(error))


def announce(container: Container, address: str) -> None:
    """Say where it serves and what next; the first time, make the first key and show it."""
    screen = out()
    screen.print(f"[bold]escalation serves on {address}[/bold]")
    say(f"  interface      {address}/openapi.json")
    say(f"  ready or not   {address}/readyz")
    known = framework.in_force(container.desk)
    if known.directory is None:
        say("  next           escalation directory apply FILE")
    if known.publication is None:
        say('  next           escalation ladders publish FILE --mode new-only --reason "..."')
    else:
        say(f"  ladders        {known.publication.label}")
    _show_first_key(container, address)
    say("Ctrl+C stops it.")
    screen.file.flush()


def _show_first_key(container: Container, address: str) -> None:
    desk = container.desk
    now = desk.clock.now()
    there = keys.every(desk)
    if there:
        live = any(key.live(now) for key in there)
        words = "another key  " if live else "no live key  "
        say(f"  {words}  escalation keys create --role admin --name NAME")
        return
    until = now + FIRST_KEY_LASTS
    made = keys.create(
        desk, name="first key", role=keys.KeyRole.ADMIN, actor=me(), expires_at=until
    )
    say(f"The first key, for an admin, until {instant(until)}. It is not shown again:")
    say(f"  {made.secret}")
    say("With it as KEY:")
    say(f"  curl -H 'Authorization: Bearer KEY' {address}/v1/issues")

"""A furnished database, desks on it, and commands for them, as entry points would make them."""

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from escalation.clock import Clock
from escalation.ids import IdSource
from escalation.routing.vocabulary import Channel, IssueKind
from escalation.services import framework
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.services.references import References
from escalation.services.registry import Registry
from escalation.store import grants, migrate, wall
from escalation.store.access import Slot
from escalation.store.engine import make_engine
from escalation.store.transaction import write
from escalation.workflow.commands import Ask, Log
from escalation.workflow.facts import Actor
from tests.fakes import virtual_clock
from tests.postgres import Server

CLERK = Actor(kind="person", name="Clerk")
CONFIG = Path(__file__).resolve().parents[1] / "config"
LADDERS, DIRECTORY = "escalation_ladders.yaml", "directory.yaml"
PATIENCE = 120
"""Seconds after which a test gives up waiting for an answer: far beyond any slow machine."""

_numbers = itertools.count(1)


@contextmanager
def desk_on(
    url: str,
    clock: Clock | None = None,
    *,
    ids: IdSource | None = None,
    kind: type[Desk] = Desk,
    owner: bool = True,
    start: bool = True,
    **options: Any,
) -> Iterator[Desk]:
    """A desk of its own engine on the database, serving (unless told not to) for the block."""
    engine = make_engine(url, owner=owner, application="test")
    registry = Registry(timedelta(minutes=10))
    clock, ids = clock or virtual_clock(), ids or IdSource()
    desk = kind(engine, clock, ids, registry, References("SSI"), **options)
    try:
        if start:
            desk.start()
        yield desk
    finally:
        if desk._thread.ident is not None:
            desk.stop()
        engine.dispose()


def furnish(url: str) -> None:
    """Migrate a database, and put the example directory and ladders in force."""
    engine = make_engine(url, owner=True)
    migrate.upgrade(engine)
    engine.dispose()
    with desk_on(url) as desk:
        directory, ladders = (CONFIG / DIRECTORY).read_bytes(), (CONFIG / LADDERS).read_bytes()
        framework.apply_directory(desk, directory, DIRECTORY, actor=CLERK)
        framework.publish(desk, ladders, LADDERS, mode="new-only", reason="first", actor=CLERK)


def wall_in(url: str, role: str | None = None) -> None:
    """Build the second wall in a PostgreSQL database: for a role, or whoever connects here."""
    engine = make_engine(url)
    role = role or engine.url.username
    assert role is not None
    with write(engine) as connection:
        grants.give(connection, wall.statements(engine, role))
    engine.dispose()


def complaint(**changes: Any) -> Log:
    """A complaint about payroll that one agreement covers; it enters at the service managers."""
    log = Log(
        kind=IssueKind.COMPLAINT,
        title="The pay is late",
        description="It did not come on Thursday.",
        channel=Channel.PHONE,
        agency="rivers",
        provider="meridian",
        function="payroll",
        raiser={"type": "staff", "name": "Ana"},
    )
    return replace(log, **changes)


def job(desk: Desk, ask: Log | Ask, issue: str | None = None, **changes: Any) -> Job:
    """A command as an entry point hands it in."""
    return Job(stem=desk.stem(), actor=CLERK, ask=ask, issue=issue, **changes)


def keyed(key: str, body: str = "body", *, path: str = "/v1/issues") -> dict[str, Any]:
    """What a call with an ``Idempotency-Key`` and this body adds to its job."""
    slot = Slot("clerk", "POST", path, key)
    return {"slot": slot, "body_hash": sha256(body.encode()).hexdigest()}


def ask(desk: Desk, what: Log | Ask, issue: str | None = None, **changes: Any) -> dict[str, Any]:
    """Have one command done; the issue as it then is."""
    return shown(desk.submit(job(desk, what, issue, **changes)).result(PATIENCE))


def shown(answer: Answer) -> dict[str, Any]:
    """The issue of an answer."""
    view: dict[str, Any] = json.loads(answer.body)
    return view


def ask_all(desk: Desk, jobs: list[Job]) -> list[Answer | BaseException]:
    """Have commands done in one turn of the desk (up to 128); what came of each, in order.

    The desk is kept busy by a chore until all of them wait.
    """
    with gathered(desk):
        futures = [desk.submit(each) for each in jobs]
    return [_came(future) for future in futures]


@contextmanager
def gathered(desk: Desk) -> Iterator[None]:
    """Whatever is handed in within the block is looked at when the block ends, together."""
    if not desk.alive:
        yield
        desk.start()
        return
    with desk._wake:
        yield


def _came(future: "Future[Answer]") -> Answer | BaseException:
    error = future.exception(PATIENCE)
    return error if error is not None else future.result()


def at(text: str) -> datetime:
    """An instant of a view, as a value."""
    return datetime.fromisoformat(text)


def copied_sqlite(template: Path, path: Path) -> str:
    """A copy of the furnished file: its URL."""
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def copied_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the furnished database, dropped afterwards: its URL."""
    server: Server = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("furnished_postgres")
    with postgres_copy(server, template) as url:
        yield url


@contextmanager
def postgres_copy(server: Server, template: str) -> Iterator[str]:
    """A copy of a database for the length of the block: its URL."""
    name = f"copy_{os.getpid()}_{next(_numbers)}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
    try:
        yield server.url(name)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(server: Server, statement: str) -> None:
    """Run a statement that must stand outside a transaction."""
    engine: Engine = make_engine(server.url(), single=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()

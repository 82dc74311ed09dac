"""Several processes that answer on one socket, kept alive by the one that started them."""

import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import allow_connection_pickling, get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from threading import Event

import structlog

from escalation.bootstrap import opened
from escalation.cli import web
from escalation.cli.opening import load
from escalation.cli.screen import fail
from escalation.cli.stopping import Stopping, on_signals
from escalation.clock import monotonic
from escalation.errors import Broken, EscalationError

_log = structlog.get_logger(__name__)

TOO_SOON = 10.0
"""A process that ends sooner, in seconds, cannot serve at all: starting it again is no help."""
LOOK = 0.5
"""Seconds between two looks at whether it is time to stop."""


@dataclass(frozen=True, slots=True)
class Child:
    """What a process needs to answer beside its siblings."""

    bound: socket.socket
    behind_proxy: str | None

    def run(self) -> None:
        """Answer requests until told to stop; the whole life of a process."""
        try:
            settings = load(quiet=False)
            with (
                on_signals() as stopping,
                opened(settings, application="escalation serve") as container,
            ):
                web.run(container, self.bound, stopping, behind_proxy=self.behind_proxy)
        except EscalationError as error:
            fail(error)
            raise SystemExit(1) from error


def supervise(child: Child, count: int, stopping: Stopping, *, ready: Callable[[], None]) -> None:
    """Keep ``count`` processes answering until a signal comes, then let each finish.

    Raises:
        Broken: a process ended as soon as it had begun.
    """
    ending = Event()
    stopping.calls(ending.set)
    allow_connection_pickling()
    child.bound.listen(2_048)
    family = [_started(child) for _ in range(count)]
    ready()
    try:
        while not ending.is_set():
            wait([process.sentinel for process, _ in family], LOOK)
            family = [_kept(child, process, since, ending) for process, since in family]
    finally:
        for process, _ in family:
            process.terminate()
        for process, _ in family:
            process.join()


def _started(child: Child) -> tuple[SpawnProcess, float]:
    process = get_context("spawn").Process(target=child.run, name="escalation serve")
    process.start()
    return process, monotonic()


def _kept(
    child: Child, process: SpawnProcess, since: float, ending: Event
) -> tuple[SpawnProcess, float]:
    """The process, or another in its place where it has died."""
    if process.is_alive() or ending.is_set():
        return process, since
    if monotonic() - since < TOO_SOON and process.exitcode not in {
        -signal.SIGKILL,
        -signal.SIGTERM,
    }:
        raise Broken(f"A process ended with status {process.exitcode} as soon as it had begun.")
    _log.error("process_died", pid=process.pid, status=process.exitcode)
    return _started(child)

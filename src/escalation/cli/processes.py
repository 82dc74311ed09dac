"""Several processes that answer on one socket, kept alive by the one that started them."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import allow_connection_pickling, get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event as SharedEvent
from threading import Event, Thread

import structlog

from escalation.bootstrap import opened
from escalation.cli import web
from escalation.cli.listening import Front
from escalation.cli.memory import without_core_dumps
from escalation.cli.opening import load
from escalation.cli.screen import fail
from escalation.cli.stopping import Stopping, on_signals
from escalation.errors import Broken, EscalationError

_log = structlog.get_logger(__name__)

LOOK = 0.5
"""Seconds between two looks at whether it is time to stop."""


@dataclass(frozen=True, slots=True)
class Child:
    """What a process needs to answer beside its siblings."""

    bound: socket.socket
    front: Front

    def run(self, serving: SharedEvent) -> None:
        """Answer requests until told to stop; the whole life of a process."""
        without_core_dumps()
        Thread(target=_end_with_parent, name="parent", daemon=True).start()
        try:
            settings = load(quiet=False)
            with (
                on_signals() as stopping,
                opened(settings, application="escalation serve") as container,
            ):
                web.run(
                    container,
                    self.bound,
                    stopping,
                    self.front,
                    ready=serving.set,
                )
        except EscalationError as error:
            fail(error)
            raise SystemExit(1) from error


@dataclass(frozen=True, slots=True)
class _Member:
    """A process that was started, and whether it serves by now."""

    process: SpawnProcess
    serving: SharedEvent


def supervise(child: Child, count: int, stopping: Stopping, *, ready: Callable[[], None]) -> None:
    """Keep ``count`` processes answering until a signal comes, then let each finish.

    Raises:
        Broken: a process ended before it served.
    """
    ending = Event()
    stopping.calls(ending.set)
    allow_connection_pickling()
    family = [_started(child) for _ in range(count)]
    announced = False
    try:
        while not ending.is_set():
            wait([member.process.sentinel for member in family], LOOK)
            family = [_kept(child, member, ending) for member in family]
            if not announced and all(member.serving.is_set() for member in family):
                ready()
                announced = True
    finally:
        for member in family:
            member.process.terminate()
        for member in family:
            member.process.join()


def _started(child: Child) -> _Member:
    context = get_context("spawn")
    serving = context.Event()
    process = context.Process(target=child.run, args=(serving,), name="escalation serve")
    process.start()
    return _Member(process, serving)


def _kept(child: Child, member: _Member, ending: Event) -> _Member:
    """The process, or another in its place where it has died."""
    process = member.process
    if process.is_alive() or ending.is_set():
        return member
    if not member.serving.is_set():
        raise Broken(f"A process ended with status {process.exitcode} before it served.")
    _log.error("process_died", pid=process.pid, status=process.exitcode)
    return _started(child)


def _end_with_parent() -> None:
    """Without the process that keeps this one there is nobody to end it: it ends by itself."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

"""What races: each a process with a desk of its own, all after the same clocks or meetings."""

from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier

from escalation.clock import VirtualClock
from escalation.errors import Busy
from escalation.workflow.commands import Skip
from tests.builders import PATIENCE, desk_on, job
from tests.crash.ledger import say


def sweep(url: str, instants: Sequence[datetime], together: Barrier, pipe: Pipe) -> None:
    """At each instant, with all the others, fire what is due until nothing is; say how much."""
    clock = VirtualClock(instants[0])
    with desk_on(url, clock, owner=False) as desk:
        for instant in instants:
            clock.move_to(instant)
            together.wait(PATIENCE)
            looked = 0
            while True:
                try:
                    found = desk.sweep(250).result(PATIENCE)
                except Busy:  # the database asked to come again
                    continue
                looked += found
                if not found:
                    break
            say(pipe.fileno(), key="looked", hash=looked)
            together.wait(PATIENCE)


UP = Skip(to="business_manager_forum", reason="many agencies have it")


def table(url: str, rounds: Sequence[Sequence[str]], together: Barrier, pipe: Pipe) -> None:
    """Round by round, with whoever cancels its meeting, put issues before the forum one by one."""
    with desk_on(url, owner=False) as desk:
        for issues in rounds:
            together.wait(PATIENCE)
            for issue in issues:
                desk.submit(job(desk, UP, issue)).result(PATIENCE)
            say(pipe.fileno(), key="tabled", hash=len(issues))
            together.wait(PATIENCE)

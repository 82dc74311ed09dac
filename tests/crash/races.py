"""Workers that race: each a process with a desk of its own, all sweeping the same clocks."""

from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier

from escalation.clock import VirtualClock
from escalation.errors import Busy
from tests.builders import PATIENCE, desk_on
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

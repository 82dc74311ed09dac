"""Doing a transaction again where the database says that this is right."""

from collections.abc import Callable
from time import sleep
from typing import TypeVar

import structlog

from escalation.store.failures import Again, Clash

_log = structlog.get_logger(__name__)

TRIES = 6
"""How often work that the database refused for the moment is done at most."""
PAUSE = 0.02
"""Seconds before the second try, doubled for each later one."""

Came = TypeVar("Came")


def tried(once: Callable[[int], Came]) -> Came:
    """Do work, and again where that is right; it is told how many tries were made before.

    Raises:
        Again: it was refused each time.
        Clash: something like it is there already, and was there on the second try too.
    """
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE * 2**attempt)
        try:
            return once(attempt)
        except Again as error:
            if attempt == TRIES - 1:
                raise
            _log.warning("done_again", attempt=attempt + 1, error=str(error))
        except Clash as error:
            # Another process was first with the same key; the next try sees what it wrote.
            if attempt or not error.extra["unique"]:
                raise
    raise AssertionError("unreachable")

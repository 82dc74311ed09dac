from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from escalation.bootstrap import Container, opened
from escalation.clock import SystemClock, VirtualClock
from escalation.settings import Settings
from tests.delivery.evil import answer
from tests.delivery.receiver import Behaviour, Receiver, receiving

Open = Callable[..., Container]


@pytest.fixture
def open_on(clock: VirtualClock, tmp_path: Path) -> Iterator[Open]:
    """Opens everything on a database; this machine may be sent to. ``real`` is the real time."""
    with ExitStack() as stack:

        def make(url: str, *, real: bool = False, **settings: Any) -> Container:
            plain = {"data_dir": tmp_path / "data", "webhook_networks": "127.0.0.0/8"}
            given = Settings(_env_file=None, database_url=url, **{**plain, **settings})
            time = SystemClock() if real else clock
            inside = stack.enter_context(opened(given, owner=True, clock=time))
            inside.outgoing.hand_on()  # what furnishing it told
            return inside

        yield make


@pytest.fixture
def inside(furnished_url: str, open_on: Open) -> Container:
    """Everything, on a furnished database of this test's own, once on each database."""
    return open_on(furnished_url)


@pytest.fixture
def moods() -> dict[str, Behaviour]:
    """How the receiver behaves by path, until a test changes it; at others it takes all."""
    return {"/ill": answer("500 Oops")}


@pytest.fixture
def receiver(moods: dict[str, Behaviour]) -> Iterator[Receiver]:
    """A receiver that behaves so."""
    with receiving(moods) as found:
        yield found

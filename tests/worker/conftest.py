from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from escalation.bootstrap import Container, opened
from escalation.clock import VirtualClock
from escalation.settings import Settings

Open = Callable[..., Container]


@pytest.fixture
def open_on(clock: VirtualClock, tmp_path: Path) -> Iterator[Callable[..., Container]]:
    """Opens everything on a database, with settings of the test's own."""
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Container:
            given = Settings(
                _env_file=None, database_url=url, data_dir=tmp_path / "data", **settings
            )
            return stack.enter_context(opened(given, owner=True, clock=clock))

        yield make

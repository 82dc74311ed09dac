"""Every answer is as the OpenAPI document tells: some calls here, more by a command."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from escalation.services.keys import KeyRole
from tests.access.estate import UNLIMITED
from tests.access.schemas import Held, hold, operations
from tests.api.service import Service, serving
from tests.builders import copied_sqlite

EXAMPLES = 50
"""Calls of each operation at most; more by the command of `tests.access.schemas`."""

PARTS = 4
"""Of the operations, so that nobody waits long for the last of them."""


@pytest.fixture
def unlimited(
    furnished_sqlite: Path, furnished_postgres_url: str, tmp_path: Path
) -> Iterator[Sequence[Service]]:
    """A service on each database."""
    urls = {
        "sqlite": copied_sqlite(furnished_sqlite, tmp_path / "escalation.db"),
        "postgres": furnished_postgres_url,
    }
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(url, data_dir=tmp_path / name, **UNLIMITED))
            for name, url in urls.items()
        ]


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.postgres
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_answered_is_what_the_document_tells(
    unlimited: Sequence[Service], part: int
) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(Held.by(each, KeyRole.ADMIN)) for each in unlimited]
        chosen = operations(unlimited[0], (part, PARTS))
        assert sum(hold(each, held, EXAMPLES) for each in chosen) > 1_000 // PARTS

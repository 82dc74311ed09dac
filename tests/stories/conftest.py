from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.service import serving
from tests.builders import copied_postgres, copied_sqlite
from tests.stories.teller import Story


@pytest.fixture
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """A story of the example organisation, on SQLite or wherever ``on_both`` says."""
    for url in _database(request, tmp_path):
        with serving(url) as service:
            yield Story(service)


def _database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if getattr(request, "param", "sqlite") == "postgres":
        yield from copied_postgres(request)
    else:
        template: Path = request.getfixturevalue("furnished_sqlite")
        yield copied_sqlite(template, tmp_path / "escalation.db")

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.service import Service, serving
from tests.builders import copied_postgres, copied_sqlite

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


@pytest.fixture(scope="session", params=BOTH)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that tests share which only look or are refused, once on each database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("furnished_sqlite")
        url = copied_sqlite(template, tmp_path_factory.mktemp("shared") / "escalation.db")
        with serving(url) as service:
            yield service
        return
    for url in copied_postgres(request):
        with serving(url) as service:
            yield service


@pytest.fixture(scope="session")
def sqlite_service(
    furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service for tests to which the database is all the same."""
    url = copied_sqlite(furnished_sqlite, tmp_path_factory.mktemp("api") / "escalation.db")
    with serving(url) as service:
        yield service

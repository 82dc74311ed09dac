"""Databases for tests: a migrated template is made once, and each test gets a copy of its own."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine

from escalation.clock import VirtualClock
from escalation.store import migrate
from escalation.store.engine import make_engine
from tests.builders import copied_postgres, copied_sqlite, execute, furnish, wall_in
from tests.fakes import forbid_writes_in_reads, virtual_clock
from tests.postgres import NoPostgres, Server, postgres

ALLOW_NO_POSTGRES = "ESCALATION_ALLOW_NO_PG"
OUR_OWN = {
    ALLOW_NO_POSTGRES,
    "ESCALATION_TEST_POSTGRES_URL",
    "ESCALATION_FUZZED_HOOKS",
    "ESCALATION_PERMUTATIONS",
    "ESCALATION_SHARED_DATA",
    "ESCALATION_DIFFERENTIAL_CASES",
    "ESCALATION_DIFFERENTIAL_SEED",
    "ESCALATION_OBSERVERS",
    "ESCALATION_TAMPERINGS",
}
TEMPLATE = "escalation_template"

# What a developer has set for running the product must not change what the tests see.
for _name in [name for name in os.environ if name.startswith("ESCALATION_")]:
    if _name not in OUR_OWN:
        del os.environ[_name]

_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
_ROOM = 4 << 30
"""Bytes that are free where files lie in memory: there no commit of a test waits for a disk."""

if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the long tests: none is left over at the end.

    xdist gives each worker a like part of the list, in its order.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    items[:] = [item for worker in range(workers) for item in items[worker::workers]]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command configures the log of its process; the next test has it as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server; each xdist worker has its own, which starts in under a second."""
    try:
        with postgres() as server:
            yield server
    except NoPostgres as error:
        if os.environ.get(ALLOW_NO_POSTGRES) == "1":
            pytest.skip(f"{ALLOW_NO_POSTGRES}=1: {error}")
        raise


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied and never opened."""
    path = tmp_path_factory.mktemp("template") / "escalation.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """The name of a migrated database, to be copied and never connected to."""
    name = f"{TEMPLATE}_{os.getpid()}"
    execute(postgres_server, f"CREATE DATABASE {name}")
    _migrated(postgres_server.url(name))
    yield name
    execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an SQLite database of this test's own, migrated."""
    path = tmp_path / "escalation.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own, migrated."""
    yield from _database(postgres_server, f"TEMPLATE {postgres_template} STRATEGY file_copy")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of this test's own: the test runs once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it, once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _database(request.getfixturevalue("postgres_server"), "")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database of this test's own, once on each database."""
    engine = make_engine(database_url, owner=True, application="test")
    forbid_writes_in_reads(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> VirtualClock:
    """The tests' Monday, until a test moves it."""
    return virtual_clock()


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> Iterator[None]:
    """The log in plain lines: drawn with every local variable, a failure takes seconds to tell."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def furnished_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished SQLite file, to be copied and never opened."""
    path = tmp_path_factory.mktemp("furnished") / "escalation.db"
    furnish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def furnished_postgres(postgres_server: Server) -> Iterator[str]:
    """The name of a furnished PostgreSQL database, to be copied and never connected to.

    Its second wall is built: what tests show of who sees what holds with it.
    """
    name = f"furnished_{os.getpid()}_{next(_numbers)}"
    execute(postgres_server, f"CREATE DATABASE {name}")
    furnish(postgres_server.url(name))
    wall_in(postgres_server.url(name))
    yield name
    execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def furnished_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a furnished database of this test's own, once on each database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("furnished_sqlite")
        yield copied_sqlite(template, tmp_path / "escalation.db")
    else:
        yield from copied_postgres(request)


@pytest.fixture
def furnished_postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a furnished PostgreSQL database of this test's own."""
    yield from copied_postgres(request)


def _migrated(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


def _database(server: Server, how: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    execute(server, f"CREATE DATABASE {name} {how}")
    yield server.url(name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")

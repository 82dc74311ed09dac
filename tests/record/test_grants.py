"""On PostgreSQL a role that serves can do all its work, and change nothing of the record."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import delete, make_url, text, update

from escalation.errors import Broken
from escalation.routing.retention import read_schedule
from escalation.services import framework, keys
from escalation.services.record.retention import Keeper
from escalation.store import grants, models
from escalation.store.engine import make_engine
from escalation.store.transaction import read, write
from tests.builders import CLERK, CONFIG, DIRECTORY, desk_on, execute
from tests.postgres import Server
from tests.record.recorded import an_issue, sealer_of, verifier_of

pytestmark = pytest.mark.postgres
_numbers = count(1)


@pytest.fixture
def role(postgres_server: Server, furnished_postgres_url: str) -> Iterator[str]:
    """A role that may serve on the furnished database: the URL with it."""
    name = f"serving_{next(_numbers)}"
    execute(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD 'serving'")
    owner = make_engine(furnished_postgres_url)
    with write(owner) as connection:
        grants.give(connection, grants.statements(owner, name))
    owner.dispose()
    url = make_url(furnished_postgres_url).set(username=name, password="serving")  # noqa: S106 - a test's
    yield url.render_as_string(hide_password=False)
    drop = make_engine(furnished_postgres_url)
    with write(drop) as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
    drop.dispose()
    execute(postgres_server, f"DROP ROLE {name}")


def test_the_role_does_all_that_serving_does(role: str) -> None:
    with desk_on(role) as desk:
        an_issue(desk)
        keys.create(desk, name="k", role=keys.KeyRole.OPERATOR, actor=CLERK)
        directory = (CONFIG / DIRECTORY).read_bytes()
        framework.apply_directory(desk, directory, DIRECTORY, actor=CLERK)
        assert desk.reseat().result() == 0
        assert desk.sweep().result() == 0
        assert sealer_of(desk).seal() > 5
        assert sealer_of(desk).rotate(CLERK).number == 2
        assert verifier_of(desk).all().ok


@pytest.mark.parametrize("name", grants.KEPT)
def test_the_role_cannot_change_what_is_kept(name: str, role: str) -> None:
    table = models.metadata.tables[name]
    column = next(column for column in table.columns if not column.primary_key)
    with desk_on(role, start=False) as desk:
        for statement in (
            update(table).values({column: column}), delete(table), text(f"TRUNCATE {name}"),
        ):  # fmt: skip
            with pytest.raises(Exception, match="permission denied"), write(desk.engine) as to:
                to.execute(statement)


def test_what_a_role_could_change_is_told(role: str, furnished_postgres_url: str) -> None:
    for url, expected in ((role, []), (furnished_postgres_url, list(grants.KEPT))):
        engine = make_engine(url)
        with read(engine) as connection:
            assert grants.changeable(connection) == expected
            assert grants.unreadable(connection) == []
        engine.dispose()


def test_the_role_does_not_dispose_of_the_record(role: str) -> None:
    schedule = read_schedule((CONFIG / "retention.yaml").read_bytes(), "retention.yaml")
    with desk_on(role) as desk, pytest.raises(Broken, match="owns the tables"):
        Keeper(desk, schedule).dispose("complaints", CLERK)

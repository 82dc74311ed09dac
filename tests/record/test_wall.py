"""On PostgreSQL what is others' is not there for who may not see it, whatever a statement says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import func, make_url, or_, select, text
from sqlalchemy.exc import ProgrammingError

from escalation.services.callers import Caller
from escalation.services.reading.reader import Look, Reader
from escalation.services.viewers import viewer_of
from escalation.store import grants, migrate, models, wall
from escalation.store.engine import make_engine
from escalation.store.transaction import Connection, read, snapshot, write
from escalation.workflow.viewing import Viewer
from tests.access.estate import RIVERS, SCHOOLS, UNLIMITED, Matter, matter
from tests.api.principals import FOREIGN, OWN, Given
from tests.api.service import Service, serving
from tests.builders import execute, postgres_copy
from tests.postgres import Server

pytestmark = pytest.mark.postgres
ROLE = "serving_behind_the_wall"
FILLED = {"agenda_item", "clock", "decision", "event", "external_ref"}
"""Tables of the wall that a matter of the tests has rows in."""


@dataclass(frozen=True)
class Estate:
    """A service under a role that owns nothing, with two matters; the owner's URL too."""

    service: Service
    rivers: Matter
    schools: Matter
    owner: str

    @contextmanager
    def look(self, given: Given) -> Iterator[Look]:
        """What whoever holds such a key is shown, before any predicate is asked."""
        inside = self.service.container
        role, person, scopes = given
        known = inside.registry.known
        assert known is not None
        viewer = viewer_of(Held(role, person, scopes), known.directory, self.service.clock.now())
        caller = Caller("k", "k", role, viewer, person)
        with Reader(inside.engine, inside.registry, inside.clock, inside.ids).look(caller) as look:
            yield look


@dataclass(frozen=True)
class Held:
    """What a key is for."""

    role: str
    person: str | None
    scopes: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def estate(
    postgres_server: Server, furnished_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    execute(postgres_server, f"CREATE ROLE {ROLE} LOGIN PASSWORD 'serving'")
    with postgres_copy(postgres_server, furnished_postgres) as owner:
        _built(owner, ROLE)
        url = make_url(owner).set(username=ROLE, password="serving")  # noqa: S106 - a test's
        shown, folder = url.render_as_string(hide_password=False), tmp_path_factory.mktemp("wall")
        with serving(shown, data_dir=folder, **UNLIMITED) as service:
            rivers, schools = matter(service, RIVERS, "quokka"), matter(service, SCHOOLS, "wombat")
            yield Estate(service, rivers, schools, owner)
    execute(postgres_server, f"DROP ROLE {ROLE}")


def _built(owner: str, role: str) -> None:
    engine = make_engine(owner)
    with write(engine) as connection:
        grants.give(connection, grants.statements(engine, role))
        assert grants.give_if_permitted(connection, wall.statements(engine, role))
    engine.dispose()


def _issues(connection: Connection) -> set[str]:
    return set(connection.scalars(select(models.issue.c.id)))


def _naming(connection: Connection, matter: Matter) -> set[str]:
    """The tables with rows that name the issue of a matter, as the connection has them."""
    found = set()
    for name, columns in wall.HANGS.items():
        table = models.metadata.tables[name]
        names = or_(*(table.c[column] == matter.names["issue"] for column in columns))
        if connection.scalar(select(func.count()).select_from(table).where(names)):
            found.add(name)
    return found


@pytest.mark.parametrize("who", FOREIGN)
def test_a_statement_without_the_predicate_finds_nothing_of_others(
    estate: Estate, who: str
) -> None:
    with estate.look(FOREIGN[who]) as look:
        assert estate.rivers.names["issue"] not in _issues(look.connection)
        assert _naming(look.connection, estate.rivers) == set()
    with read(estate.service.container.engine) as connection:
        assert _naming(connection, estate.rivers) >= FILLED


def test_what_is_theirs_is_there(estate: Estate) -> None:
    with estate.look(FOREIGN["operator of another agency"]) as look:
        assert _issues(look.connection) == {estate.schools.names["issue"]}
        assert _naming(look.connection, estate.schools) >= FILLED


@pytest.mark.parametrize(
    "who", [name for name, (_, person, of) in OWN.items() if not (person or of)]
)
def test_who_sees_all_is_not_behind_it(estate: Estate, who: str) -> None:
    with estate.look(OWN[who]) as look:
        assert look.connection.scalar(text("SELECT current_user")) == ROLE
        assert _issues(look.connection) == {each.names["issue"] for each in _both(estate)}


def _both(estate: Estate) -> tuple[Matter, Matter]:
    return estate.rivers, estate.schools


@pytest.mark.parametrize("statement", ["SELECT hash FROM api_key", "UPDATE issue SET title = 'x'"])
def test_nothing_is_written_and_no_secret_read_behind_it(estate: Estate, statement: str) -> None:
    viewer = _limited(estate)
    with estate.service.container.engine.connect() as connection:
        wall.stand_behind(connection, viewer)
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(statement)


def _limited(estate: Estate) -> Viewer:
    with estate.look(FOREIGN["operator of another agency"]) as look:
        return look.viewer


def test_the_next_to_use_a_connection_is_not_behind_it(estate: Estate) -> None:
    engine = make_engine(estate.owner)
    with engine.connect() as connection:
        wall.stand_behind(connection, _limited(estate))
        assert len(_issues(connection)) == 1
        connection.rollback()
        assert len(_issues(connection)) == 2
    engine.dispose()


def test_the_role_itself_without_a_reach_sees_nothing(estate: Estate) -> None:
    engine = make_engine(estate.owner)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET LOCAL ROLE {wall.ROLE}")
        assert _issues(connection) == set()
    engine.dispose()


def test_a_role_that_inherits_it_sees_all(estate: Estate, postgres_server: Server) -> None:
    execute(postgres_server, "CREATE ROLE inheriting INHERIT")
    execute(postgres_server, f"GRANT {wall.ROLE} TO inheriting")
    engine = make_engine(estate.owner)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL ROLE inheriting")
        assert len(_issues(connection)) == 2
        assert wall.stands(connection)
    engine.dispose()
    execute(postgres_server, "DROP ROLE inheriting")


def test_who_may_make_no_roles_is_told_and_nothing_is_half_built(estate: Estate) -> None:
    with write(estate.service.container.engine) as connection:
        wanted = wall.statements(estate.service.container.engine, ROLE)
        assert not grants.give_if_permitted(connection, [*wanted[:2], *wanted[-1:]])
        assert connection.scalar(text("SELECT 1")) == 1


def test_without_the_wall_the_predicate_holds_alone(
    postgres_server: Server, postgres_template: str
) -> None:
    with postgres_copy(postgres_server, postgres_template) as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            assert not wall.stands(connection)
            before = connection.scalar(text("SELECT current_user"))
            wall.stand_behind(connection, Viewer(reach=()))
            assert connection.scalar(text("SELECT current_user")) == before
        engine.dispose()


def test_a_migration_takes_the_wall_out_of_its_way_and_puts_it_up_again(
    postgres_server: Server, postgres_template: str
) -> None:
    execute(postgres_server, "CREATE ROLE serving_through_an_upgrade")
    with postgres_copy(postgres_server, postgres_template) as url:
        _built(url, "serving_through_an_upgrade")
        engine = make_engine(url, owner=True)
        migrate.downgrade(engine, "0026")
        with write(engine) as connection:
            assert not wall.stands(connection)
            wall.put_up_again(connection)
        migrate.upgrade(engine)
        with snapshot(engine) as connection:
            assert wall.stands(connection)
            assert wall.unreadable(connection) == []
            wall.stand_behind(connection, Viewer(reach=()))
            assert connection.scalar(text("SELECT current_user")) == wall.ROLE
            assert _issues(connection) == set()
        engine.dispose()
    execute(postgres_server, "DROP ROLE serving_through_an_upgrade")

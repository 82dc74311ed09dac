"""What is sent without waiting: it is kept or refused as what is waited for."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, Table, select, text
from sqlalchemy.exc import DBAPIError

from escalation.store.bulk import insert_rows
from escalation.store.driver import answered, sent
from escalation.store.engine import make_engine
from escalation.store.failures import Again, Clash
from escalation.store.transaction import part, read, write
from tests.store.conftest import SHELF


def put(connection: Connection, *names: str) -> None:
    for name in names:
        insert_rows(connection, SHELF, [{"id": name, "at": None, "said": None}])


def put_and_fail(connection: Connection, *names: str) -> None:
    put(connection, *names)
    raise LookupError


def kept(engine: Engine) -> list[str]:
    with read(engine) as connection:
        return list(connection.scalars(select(SHELF.c.id).order_by(SHELF.c.id)))


def test_what_is_sent_is_kept_in_its_order(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        put(connection, "a", "b")
        connection.execute(shelf.update().values(id=shelf.c.id + "1"))
        put(connection, "a", "b")
        connection.execute(shelf.delete().where(shelf.c.id == "a1"))
        put(connection, "c")
    assert kept(engine) == ["a", "b", "b1", "c"]


def test_a_reader_in_the_same_transaction_sees_what_was_sent(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        put(connection, "a", "b")
        assert answered(connection, "SELECT count(*) FROM shelf", ()) == [(2,)]
        put(connection, "c")
        assert len(connection.execute(select(shelf.c.id)).all()) == 3


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("after", [(), ("b",), ("b", "c", "d")])
def test_what_is_refused_is_an_error_though_more_was_sent(
    engine: Engine, after: tuple[str, ...]
) -> None:
    with pytest.raises(Clash) as refused, write(engine) as connection:
        put(connection, "a", "a", *after)
    assert refused.value.extra["unique"]
    assert kept(engine) == []
    with write(engine) as connection:
        put(connection, "a")
    assert kept(engine) == ["a"]


@pytest.mark.usefixtures("shelf")
def test_a_part_that_is_refused_undoes_nothing_else(engine: Engine) -> None:
    with write(engine) as connection:
        put(connection, "a")
        with pytest.raises(DBAPIError), part(connection):
            put(connection, "b", "a", "c")
        with pytest.raises((DBAPIError, LookupError)), part(connection):
            put_and_fail(connection, "d", "a")
        put(connection, "e")
    assert kept(engine) == ["a", "e"]


@pytest.mark.usefixtures("shelf")
def test_a_block_that_raises_by_itself_raises_just_that(engine: Engine) -> None:
    with pytest.raises(LookupError), write(engine) as connection:
        put_and_fail(connection, "a")
    assert kept(engine) == []


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    with write(engine) as connection:
        SHELF.create(connection)
    yield engine
    engine.dispose()


def pass_over_a_failure(connection: Connection, *after: str) -> None:
    put(connection, "a")
    with pytest.raises(DBAPIError):
        answered(connection, "SELECT 1 / 0", ())
    put(connection, *after)


@pytest.mark.postgres
@pytest.mark.parametrize("after", [(), ("b",)])
def test_a_failure_that_was_passed_over_is_never_committed(
    postgres: Engine, after: tuple[str, ...]
) -> None:
    with pytest.raises(DBAPIError, match="a statement has failed"), write(postgres) as connection:
        pass_over_a_failure(connection, *after)
    assert kept(postgres) == []


def hang_up(connection: Connection) -> None:
    put(connection, "a")
    sent(connection, "SELECT pg_terminate_backend(pg_backend_pid())", ())
    put(connection, "b")


@pytest.mark.postgres
def test_what_is_sent_is_not_waited_for(postgres: Engine) -> None:
    with write(postgres) as connection:
        put(connection, "a")
    with write(postgres) as second:
        with write(postgres) as first:
            first.execute(SHELF.update().values(at=None))
            sent(second, "UPDATE shelf SET id = $1", ["b"])  # it has to wait for the first
            put(second, "c")
        assert answered(second, "SELECT count(*) FROM shelf", ()) == [(2,)]
    assert kept(postgres) == ["b", "c"]


@pytest.mark.postgres
def test_a_server_that_hangs_up_on_what_was_sent_is_called_again(postgres: Engine) -> None:
    with pytest.raises(Again), write(postgres) as connection:
        hang_up(connection)
    assert kept(postgres) == []
    with write(postgres) as connection:
        put(connection, "a")
        connection.execute(text("SELECT 1"))
    assert kept(postgres) == ["a"]

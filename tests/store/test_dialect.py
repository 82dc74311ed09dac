from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, select

from escalation.clock import SystemClock
from escalation.store import dialect
from escalation.store.transaction import read, write
from tests.fakes import MONDAY, virtual_clock


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/escalation.db", Path("var/escalation.db")),
        ("sqlite:////srv/escalation.db", Path("/srv/escalation.db")),
        ("sqlite://", None),
        ("postgresql+psycopg://postgres@/x?host=/tmp", None),
    ],
)
def test_the_file_of_a_database_is_known(url: str, path: Path | None) -> None:
    assert dialect.database_file(url) == path


def test_an_insert_can_pass_over_what_is_there_and_say_what_it_kept(
    engine: Engine, shelf: Table
) -> None:
    with write(engine) as connection:
        statement = dialect.insert(connection, shelf).on_conflict_do_nothing()
        first = connection.execute(statement.returning(shelf.c.id), [{"id": "a"}, {"id": "b"}])
        assert sorted(first.scalars()) == ["a", "b"]
        again = connection.execute(statement.returning(shelf.c.id), [{"id": "b"}, {"id": "c"}])
        assert again.scalars().all() == ["c"]


@pytest.mark.parametrize("wanted", [[], ["b"], ["a", "c", "nowhere"]])
def test_any_of_finds_exactly_the_named(engine: Engine, shelf: Table, wanted: list[str]) -> None:
    with write(engine) as connection:
        connection.execute(shelf.insert(), [{"id": one} for one in "abc"])
        chosen = select(shelf.c.id).where(dialect.any_of(connection, shelf.c.id, wanted))
        assert sorted(connection.execute(chosen).scalars()) == sorted({*wanted} & {*"abc"})


def test_any_of_takes_instants(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        connection.execute(shelf.insert().values(id="a", at=MONDAY))
        chosen = select(shelf.c.id).where(dialect.any_of(connection, shelf.c.at, [MONDAY]))
        assert connection.execute(chosen).scalars().all() == ["a"]


def test_a_virtual_clock_is_what_time_it_is(engine: Engine) -> None:
    with write(engine) as connection:
        assert dialect.now(connection, virtual_clock()) == MONDAY


def test_otherwise_it_is_now_in_utc(engine: Engine) -> None:
    clock = SystemClock()
    with read(engine) as connection:
        told = dialect.now(connection, clock)
    assert told.tzinfo is UTC
    assert abs(told - clock.now()) < timedelta(seconds=30)

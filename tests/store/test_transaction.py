import threading

import pytest
from sqlalchemy import Connection, Engine, Table, func, select, text

from escalation.store.engine import make_engine
from escalation.store.failures import Again, Clash, Unavailable
from escalation.store.transaction import read, snapshot, write
from tests.fakes import failing_commits


def count(connection: Connection, shelf: Table) -> int:
    return connection.execute(select(func.count()).select_from(shelf)).scalar_one()


def put(connection: Connection, shelf: Table, *ids: str) -> None:
    connection.execute(shelf.insert(), [{"id": one} for one in ids])


def put_and_fail(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        put(connection, shelf, "a")
        raise LookupError


def test_a_block_that_ends_is_kept(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        put(connection, shelf, "a", "b")
    with read(engine) as connection:
        assert count(connection, shelf) == 2


def test_a_block_that_raises_keeps_nothing(engine: Engine, shelf: Table) -> None:
    with pytest.raises(LookupError):
        put_and_fail(engine, shelf)
    with read(engine) as connection:
        assert count(connection, shelf) == 0


def test_a_commit_that_fails_raises_and_keeps_nothing(engine: Engine, shelf: Table) -> None:
    with failing_commits(engine) as failed, pytest.raises(Unavailable), write(engine) as connection:
        put(connection, shelf, "a")
    assert failed == [1]
    with write(engine) as connection:
        assert count(connection, shelf) == 0


def test_a_part_of_a_transaction_can_be_undone(engine: Engine, shelf: Table) -> None:
    with write(engine) as connection:
        put(connection, shelf, "a")
        part = connection.begin_nested()
        put(connection, shelf, "b")
        part.rollback()
    with read(engine) as connection:
        assert connection.execute(select(shelf.c.id)).scalars().all() == ["a"]


def test_the_same_key_twice_is_a_clash_that_says_so(engine: Engine, shelf: Table) -> None:
    with pytest.raises(Clash) as refused, write(engine) as connection:
        put(connection, shelf, "a", "a")
    assert refused.value.extra["unique"] is True


def test_a_reader_does_not_wait_for_a_writer_and_does_not_see_its_work(
    engine: Engine, shelf: Table
) -> None:
    with write(engine) as writer:
        put(writer, shelf, "a")
        with read(engine) as reader:
            assert count(reader, shelf) == 0


def test_read_sees_what_is_committed_between_its_statements(engine: Engine, shelf: Table) -> None:
    with read(engine) as reader:
        assert count(reader, shelf) == 0
        with write(engine) as writer:
            put(writer, shelf, "a")
        assert count(reader, shelf) == 1


def test_a_snapshot_stays_at_its_first_statement(engine: Engine, shelf: Table) -> None:
    with snapshot(engine) as reader:
        assert count(reader, shelf) == 0
        with write(engine) as writer:
            put(writer, shelf, "a")
        assert count(reader, shelf) == 0
    with snapshot(engine) as reader:
        assert count(reader, shelf) == 1


@pytest.mark.parametrize("way", [read, snapshot])
def test_tests_watch_that_nothing_is_written_while_reading(
    engine: Engine, shelf: Table, way: type
) -> None:
    with pytest.raises(AssertionError, match="INSERT"), way(engine) as connection:
        put(connection, shelf, "a")


def test_a_connection_writes_again_after_it_was_read_from(engine: Engine, shelf: Table) -> None:
    for way in (read, snapshot):
        with way(engine) as connection:
            count(connection, shelf)
    with pytest.raises(LookupError):
        put_and_fail(engine, shelf)
    with read(engine) as connection:
        assert count(connection, shelf) == 0


def test_a_fault_of_the_program_is_left_as_it_is(engine: Engine) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised, read(engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert type(raised.value).__module__ == "sqlalchemy.exc"


@pytest.mark.postgres
def test_of_two_that_lock_each_other_out_one_is_told_to_try_again(postgres_url: str) -> None:
    from_two_sides = Deadlock(postgres_url)
    assert from_two_sides.outcomes() == ["Again", "done"]


class Deadlock:
    """Two transactions that take two rows in opposite order."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.both = threading.Barrier(2, timeout=20)
        with write(self.engine) as connection:
            connection.execute(text("CREATE TABLE pair (id text PRIMARY KEY, n integer)"))
            connection.execute(text("INSERT INTO pair VALUES ('a', 0), ('b', 0)"))

    def outcomes(self) -> list[str]:
        found: list[str] = []
        threads = [
            threading.Thread(target=self.take, args=(order, found)) for order in ("ab", "ba")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.engine.dispose()
        return sorted(found)

    def take(self, order: str, found: list[str]) -> None:
        update = text("UPDATE pair SET n = n + 1 WHERE id = :id")
        try:
            with write(self.engine) as connection:
                connection.execute(update, {"id": order[0]})
                self.both.wait()
                connection.execute(update, {"id": order[1]})
        except Again:
            found.append("Again")
        else:
            found.append("done")

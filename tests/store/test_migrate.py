import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, inspect, text

from escalation.errors import Broken
from escalation.services import feeds, keys
from escalation.services.keys import KeyRole
from escalation.services.once import NOBODY
from escalation.store import migrate
from escalation.store.engine import make_engine
from escalation.store.models import metadata
from escalation.store.transaction import read, write
from tests.api.principals import FORUM
from tests.architecture.sources import ROOT
from tests.builders import CLERK, desk_on
from tests.fakes import seeded_ids, virtual_clock


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url, owner=True)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    with read(engine) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_an_empty_database_comes_to_the_tables_of_the_models(empty: Engine) -> None:
    assert migrate.revision(empty).current is None
    assert migrate.upgrade(empty).is_current
    assert tables(empty) == set(metadata.tables)
    assert migrate.differences(empty) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = migrate.revision(engine)
    assert migrate.upgrade(engine) == before


def test_going_down_and_up_again_ends_where_it_began(engine: Engine) -> None:
    migrate.downgrade(engine, "base")
    assert tables(engine) == set()
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []


def test_of_two_that_migrate_at_once_one_does_and_one_finds_it_done(empty: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(migrate.upgrade, [empty, empty]))
    assert all(revision.is_current for revision in ended)
    assert migrate.differences(empty) == []


def test_a_database_of_another_version_is_refused(empty: Engine) -> None:
    with pytest.raises(Broken, match="escalation db upgrade"):
        migrate.require_current(empty)
    migrate.upgrade(empty)
    migrate.require_current(empty)


def test_a_table_that_the_models_do_not_have_is_told(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(text("CREATE TABLE stray (n INTEGER)"))
    [difference] = migrate.differences(engine)
    assert "stray" in difference


def test_a_migration_that_leaves_rows_without_their_parent_is_undone(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with write(engine) as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (id INTEGER REFERENCES parent (id))"))
    loose = make_engine(sqlite_url, single=True)
    with write(loose) as connection:
        connection.execute(text("INSERT INTO child VALUES (7)"))
    with pytest.raises(Broken, match="child row 1 names a missing parent"):
        migrate.upgrade(engine)
    engine.dispose()


@pytest.mark.slow
def test_the_wheel_carries_the_migrations(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own build
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    there = {path.name for path in migrate.folder().rglob("*.py")}
    assert {"escalation/_migrations/env.py", "escalation/_migrations/script.py.mako"} <= set(names)
    assert {
        n.rsplit("/", 1)[1] for n in names if "/_migrations/" in n and n.endswith(".py")
    } == there


def test_who_made_a_calendar_feed_is_found_in_the_record_of_an_older_database(
    furnished_url: str,
) -> None:
    clock = virtual_clock()
    with desk_on(furnished_url, clock, ids=seeded_ids()) as desk:
        made = keys.create(desk, name="n", role=KeyRole.OPERATOR, actor=CLERK).stored
        by_key = replace(CLERK, key=made.id)
        tokens = [feeds.create(desk, FORUM, "f", each, NOBODY).token for each in (by_key, CLERK)]
        engine = make_engine(furnished_url, owner=True)
        migrate.downgrade(engine, "0029")
        migrate.upgrade(engine)
        engine.dispose()
        assert [feeds.opened(desk, FORUM, token) for token in tokens] == [True, True]
        keys.revoke(desk, made.id, actor=CLERK)
        assert [feeds.opened(desk, FORUM, token) for token in tokens] == [False, True]

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from escalation.settings import Settings
from escalation.store import upkeep
from escalation.store.engine import make_engine
from escalation.store.ownership import own
from tests.cli.conftest import Run, plain
from tests.cli.test_issues import logged
from tests.postgres import preferred


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def sqlite_furnished(furnished_sqlite: Path, tmp_path: Path) -> str:
    shutil.copyfile(furnished_sqlite, tmp_path / "escalation.db")
    return f"sqlite:///{tmp_path / 'escalation.db'}"


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the server that the tests start are the first to be found."""
    monkeypatch.setenv("PATH", str(preferred().folder / "bin"), prepend=os.pathsep)


def references(run: Run) -> list[str]:
    listed = json.loads(run("issues", "list", "--json").stdout)
    return [each["reference"] for each in listed["data"]]


def test_an_empty_database_is_brought_to_the_present_tables(
    run: Run, empty_database_url: str
) -> None:
    wanting = run("db", "check", database=empty_database_url)
    assert wanting.exit_code == 1
    assert "escalation db upgrade" in wanting.stderr
    done = json.loads(run("db", "upgrade", "--json").stdout)
    assert done["from"] is None
    again = run("db", "upgrade")
    assert "Nothing to do" in again.stdout
    found = json.loads(run("db", "check", "--json").stdout)
    assert (found["sound"], found["revision"]) == (True, done["to"])
    assert found["faults"] == []


def test_tables_that_differ_are_told(run: Run, sqlite_url: str) -> None:
    connection = sqlite3.connect(file_of(sqlite_url))
    connection.execute("ALTER TABLE issue_link ADD COLUMN stray TEXT")
    connection.close()
    told = run("db", "check", database=sqlite_url)
    assert told.exit_code == 1
    assert "stray" in told.stderr


@pytest.mark.parametrize(
    ("version", "warned"),
    [("3.40.1", True), ("3.51.2", True), ("3.51.3", False), ("3.54.0", False)],
)
def test_an_sqlite_that_may_damage_its_file_is_warned_of(
    run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, version: str, warned: bool
) -> None:
    monkeypatch.setattr(upkeep, "server_version", lambda _: version)
    found = json.loads(run("db", "check", "--json", database=sqlite_url).stdout)
    assert found["sound"]
    assert bool(found["warnings"]) is warned


@pytest.mark.usefixtures("programs")
def test_a_backup_restores_what_was_there(run: Run, furnished_url: str, tmp_path: Path) -> None:
    before = logged(run, database=furnished_url)["reference"]
    file = tmp_path / "backups" / "monday"
    made = run("db", "backup", str(file), "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["bytes"] == file.stat().st_size
    logged(run)
    refused = run("db", "restore", str(file))
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert len(references(run)) == 2
    restored = run("db", "restore", str(file), "--force")
    assert restored.exit_code == 0, restored.output
    assert references(run) == [before]
    assert run("db", "check").exit_code == 0


def test_a_backup_is_not_written_over_another(
    run: Run, sqlite_furnished: str, tmp_path: Path
) -> None:
    file = tmp_path / "monday"
    file.write_text("precious", encoding="utf-8")
    refused = run("db", "backup", str(file), database=sqlite_furnished)
    assert refused.exit_code == 1
    assert file.read_text(encoding="utf-8") == "precious"
    assert run("db", "backup", str(file), "--force").exit_code == 0
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_a_backup_is_made_while_another_process_owns_the_database(
    run: Run, sqlite_furnished: str
) -> None:
    with own(file_of(sqlite_furnished)):
        assert run("db", "backup", "live.db", database=sqlite_furnished).exit_code == 0
        refused = run("db", "restore", "live.db", "--force")
    assert refused.exit_code == 1
    assert "owned by process" in plain(refused.stderr)


def test_a_backup_is_not_restored_over_a_database_that_a_program_has_open(
    run: Run, sqlite_furnished: str
) -> None:
    assert run("db", "backup", "b.db", database=sqlite_furnished).exit_code == 0
    connection = sqlite3.connect(file_of(sqlite_furnished))
    connection.execute("SELECT count(*) FROM issue").fetchall()
    refused = run("db", "restore", "b.db", "--force")
    connection.close()
    assert refused.exit_code == 1
    assert "open" in refused.stderr
    assert run("db", "restore", "b.db", "--force").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100], ids=["empty", "text"])
def test_what_is_no_backup_is_not_restored(
    run: Run, sqlite_furnished: str, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "wrong").write_bytes(content)
    told = run("db", "restore", "wrong", "--force", database=sqlite_furnished)
    assert told.exit_code == 1
    assert "no database of this product" in plain(told.stderr)
    assert run("db", "check").exit_code == 0


def test_a_damaged_or_a_newer_backup_is_not_restored(
    run: Run, sqlite_furnished: str, tmp_path: Path
) -> None:
    assert run("db", "backup", "b.db", database=sqlite_furnished).exit_code == 0
    whole = (tmp_path / "b.db").read_bytes()
    (tmp_path / "cut.db").write_bytes(whole[: len(whole) // 2])
    assert run("db", "restore", "cut.db", "--force").exit_code == 1
    connection = sqlite3.connect(tmp_path / "b.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    newer = run("db", "restore", "b.db", "--force")
    assert newer.exit_code == 1
    assert "newer" in newer.stderr
    assert run("db", "check").exit_code == 0


def test_a_damaged_database_is_found_and_replaced(run: Run, sqlite_furnished: str) -> None:
    reference = logged(run, database=sqlite_furnished)["reference"]
    assert run("db", "backup", "b.db").exit_code == 0
    path = file_of(sqlite_furnished)
    raw = bytearray(path.read_bytes())
    raw[8_192:40_960] = b"\xff" * 32_768
    path.write_bytes(raw)
    assert run("db", "check").exit_code == 1
    assert run("db", "restore", "b.db", "--force").exit_code == 0
    assert references(run) == [reference]


@pytest.mark.postgres
def test_without_postgresqls_programs_the_command_to_run_is_told(
    run: Run, furnished_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    told = run("db", "backup", "b.dump", database=furnished_postgres_url)
    assert told.exit_code == 1
    assert "pg_dump --format=custom" in plain(told.stderr)
    assert not Path("b.dump").exists()


def test_a_password_is_not_among_the_arguments_that_everybody_sees() -> None:
    url = Settings(_env_file=None, database_url="postgresql://me:s3:cret@db.example/x").database_url
    bare, password = upkeep.libpq(url)
    assert (bare, password) == ("postgresql://me@db.example/x", "s3:cret")


@pytest.mark.postgres
@pytest.mark.usefixtures("programs")
def test_postgresql_is_not_restored_while_others_use_it(
    run: Run, furnished_postgres_url: str
) -> None:
    assert run("db", "backup", "b.dump", database=furnished_postgres_url).exit_code == 0
    engine = make_engine(furnished_postgres_url, application="escalation serve")
    with engine.connect():
        refused = run("db", "restore", "b.dump", "--force")
    engine.dispose()
    assert refused.exit_code == 1
    assert "escalation serve" in refused.stderr

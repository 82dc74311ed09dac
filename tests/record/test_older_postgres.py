"""The second wall is built on each PostgreSQL of this machine, and not on the newest alone."""

import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url, text

from escalation.store import migrate, wall
from escalation.store.engine import make_engine
from escalation.store.transaction import snapshot
from escalation.workflow.viewing import Viewer
from tests.builders import execute, wall_in
from tests.postgres import SUPERUSER, Installation, Server, installations, start

INSTALLED = list(installations())
ROLE = "serving_on_it"


@pytest.mark.postgres
@pytest.mark.parametrize("installed", INSTALLED[1:], ids=lambda each: each.folder.name)
def test_whoever_is_limited_is_read_for_as_the_role_behind_the_wall(
    installed: Installation,
) -> None:
    with TemporaryDirectory() as name:
        running = start(Path(name), installed, fsync=False)
        try:
            base = f"postgresql+psycopg://{SUPERUSER}@"
            server = Server(base, f"?host={name}", running.pid, Path(name))
            owner = make_engine(server.url())
            migrate.upgrade(owner)
            owner.dispose()
            execute(server, f"CREATE ROLE {ROLE} LOGIN")
            wall_in(server.url(), ROLE)
            wall_in(server.url(), ROLE)  # again, as after an upgrade
            url = make_url(server.url()).set(username=ROLE)
            engine = make_engine(url.render_as_string(hide_password=False))
            with snapshot(engine) as connection:
                wall.stand_behind(connection, Viewer(reach=()))
                assert connection.scalar(text("SELECT current_user")) == wall.ROLE
            engine.dispose()
        finally:
            running.send_signal(signal.SIGQUIT)
            running.wait()

import json
import os
import shutil
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from escalation.bootstrap import opened
from escalation.clock import SystemClock, monotonic
from escalation.services import framework
from escalation.settings import Settings
from escalation.store import timeline
from escalation.store.transaction import read
from tests.builders import CLERK, LADDERS, complaint, shown
from tests.builders import job as job_of
from tests.cli.conftest import LADDERS as LADDER_FILE
from tests.cli.processes import PATIENCE, Running, done, running, serving

BODY = {
    "title": "The pay is late",
    "agency": "rivers",
    "provider": "meridian",
    "function": "payroll",
    "channel": "phone",
    "raiser": {"type": "staff", "name": "Ana"},
}


def until(seen: Callable[[], Any]) -> Any:
    """What ``seen`` answers, once it answers anything."""
    limit = monotonic() + PATIENCE
    while not (found := seen()):
        assert monotonic() < limit, "it never came to that"
        sleep(0.05)
    return found


def hurried(url: str) -> None:
    """Let the first rung have one minute, at any hour."""
    text = Path(LADDER_FILE).read_text(encoding="utf-8")
    old = "target: {critical: 4 business hours, high: 1 business day, medium: 2 business days,"
    assert old in text
    text = text.replace(old, "target: {critical: 1 minute, high: 1 minute, medium: 1 minute,", 1)
    text = text.replace("target: {high: 6 business hours, medium: 1 business day}", "clause: x", 1)
    text = text.replace("            clause: OLA Rivers, cl 8.2(a)\n", "", 1)
    text = text.replace("            warnings: [50%, 2 business hours]\n", "", 1)
    text = text.replace("label:", "label: hurried # ", 1)
    with opened(Settings(_env_file=None, database_url=url)) as container:
        framework.publish(
            container.desk, text, LADDERS, mode="new-only", reason="a test", actor=CLERK
        )


def long_ago(url: str, seconds: float) -> dict[str, Any]:
    """An issue that was logged some seconds ago, beside whatever serves."""
    with opened(Settings(_env_file=None, database_url=url)) as container:
        at = SystemClock().now() - timedelta(seconds=seconds)
        desk = container.desk
        return shown(desk.submit(job_of(desk, complaint(), at=at)).result(PATIENCE))


@pytest.fixture
def furnished(furnished_sqlite: Path, tmp_path: Path) -> str:
    """A furnished SQLite database of this test's own, hurried."""
    shutil.copyfile(furnished_sqlite, tmp_path / "escalation.db")
    return f"sqlite:///{tmp_path / 'escalation.db'}"


@pytest.mark.slow
def test_it_begins_with_an_empty_folder_and_keeps_what_it_took(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as first:
        [key] = first.keys
        with first.client(key) as client:
            made = client.post("/v1/issues", json=BODY)
            assert made.status_code == 201, made.text
            listed = client.get("/v1/issues", params={"include_total": "true"}).json()
            assert listed["meta"]["total"] == 13
        assert first.end() == 0, first.said
        assert key not in "".join(first.err)
    with serving(tmp_path, "--demo") as second:
        assert second.keys == []
        with second.client(key) as client:
            assert client.get(made.headers["Location"]).json()["id"] == made.json()["id"]
            listed = client.get("/v1/issues", params={"include_total": "true"}).json()
            assert listed["meta"]["total"] == 13
        assert second.end(signal.SIGINT) == 0, second.said


@pytest.mark.slow
def test_an_issue_goes_on_climbing_after_a_restart(tmp_path: Path, furnished: str) -> None:
    hurried(furnished)
    with serving(tmp_path, database_url=furnished) as first:
        [key] = first.keys
        with first.client(key) as client:
            young = client.post("/v1/issues", json=BODY).json()
        assert [c["budget"] for c in young["clocks"] if c["kind"] == "rung"] == ["1 minute"]
        old = long_ago(furnished, 58)
        assert old["rung"]["id"] == "service_manager"
        assert first.end() == 0
    with serving(tmp_path, database_url=furnished) as second, second.client(key) as client:

        def climbed() -> dict[str, Any] | None:
            view: dict[str, Any] = client.get(f"/v1/issues/{old['id']}").json()
            return view if view["rung"]["id"] != "service_manager" else None

        view = until(climbed)
        assert (view["status"], view["rung"]["id"]) == ("open", "function_director")
        now = client.get(f"/v1/issues/{young['id']}").json()
        assert now["rung"]["id"] == "service_manager"
        assert second.end() == 0
    with opened(Settings(_env_file=None, database_url=furnished)) as container:
        assert container.desk.sweep().result(PATIENCE) == 0


@pytest.mark.slow
def test_one_process_serves_an_sqlite_file_and_commands_go_on_beside_it(
    tmp_path: Path, furnished: str
) -> None:
    with serving(tmp_path, database_url=furnished) as service:
        for words in (["serve", "--port", "0"], ["worker"], ["worker", "--once"]):
            refused = done(tmp_path, *words, database_url=furnished)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert f"owned by process {service.process.pid}" in refused.stderr.replace("\n", " ")
            assert "Traceback" not in refused.stderr
        made = done(
            tmp_path, "keys", "create", "--role", "admin", "--name", "x", "--json",
            database_url=furnished,
        )  # fmt: skip
        with service.client(json.loads(made.stdout)["key"]) as client:
            assert client.get("/v1/issues").status_code == 200
        logged = done(
            tmp_path, "issues", "log", "title=Late", "agency=rivers", "function=payroll", "--json",
            database_url=furnished,
        )  # fmt: skip
        with service.client(service.keys[0]) as client:
            found = client.get(f"/v1/issues/{json.loads(logged.stdout)['reference']}")
            assert found.status_code == 200
        assert done(tmp_path, "db", "backup", "b.db", database_url=furnished).returncode == 0
        restore = done(tmp_path, "db", "restore", "b.db", "--force", database_url=furnished)
        assert restore.returncode == 1
        assert service.end() == 0


@pytest.mark.slow
def test_killed_in_the_middle_of_its_first_start_it_begins_again(tmp_path: Path) -> None:
    for wait in (0.4, 0.8, 1.2, 1.6):
        with running(tmp_path, "serve", "--demo", "--port", "0") as process:
            process.readers[0].join(wait)
            if process.keys:
                break
    with serving(tmp_path, "--demo") as service:
        made = done(tmp_path, "keys", "create", "--role", "admin", "--name", "x", "--json")
        with service.client(json.loads(made.stdout)["key"]) as client:
            total = client.get("/v1/issues?include_total=true").json()["meta"]["total"]
            assert total == 12
            assert client.get("/readyz").status_code == 200
        assert service.end() == 0


@pytest.mark.slow
def test_without_a_ladder_it_serves_and_says_what_to_do(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-worker", log_format="json") as service:
        assert "escalation ladders publish" in "".join(service.out)
        assert "escalation directory apply" in "".join(service.out)
        told = httpx.get(f"{service.address}/readyz")
        assert told.status_code == 503
        assert "publish" in told.text
        assert httpx.get(f"{service.address}/livez").status_code == 200
        assert service.end() == 0
        assert "worker_started" not in service.said


@pytest.mark.slow
def test_the_log_is_one_object_a_line_where_machines_read_it(
    tmp_path: Path, furnished: str
) -> None:
    with serving(tmp_path, database_url=furnished, log_format="json") as service:
        service.wait_for("worker_started")
        assert service.end() == 0
    lines = [json.loads(line) for line in service.err if line.strip() != "Stopped."]
    assert {"worker_started", "worker_stopped"} <= {line["event"] for line in lines}
    assert all(line["timestamp"].endswith("Z") and line["level"] for line in lines)


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = done(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert told.returncode == 1
    assert "--port 0" in told.stderr.replace("\n", " ")
    assert not (tmp_path / "var").exists()


def test_the_demonstration_says_which_file_it_misses(tmp_path: Path) -> None:
    told = done(tmp_path, "serve", "--demo", "--port", "0", config_dir=str(tmp_path))
    assert told.returncode == 1
    assert "directory.yaml" in told.stderr
    assert "ESCALATION_CONFIG_DIR" in told.stderr


@pytest.mark.slow
@pytest.mark.postgres
def test_several_processes_answer_on_one_port_and_the_dead_are_replaced(
    tmp_path: Path, furnished_postgres_url: str
) -> None:
    with serving(tmp_path, "--processes", "2", database_url=furnished_postgres_url) as service:
        [key] = service.keys
        answered = until(lambda: _reached(service, key))
        assert answered == 201
        before = children(service)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(alive := children(service)) == 2 and before[0] not in alive)
        assert until(lambda: _reached(service, key)) == 201
        family = children(service)
        assert service.end() == 0, service.said
        assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def children(service: Running) -> list[int]:
    """The processes that answer for a service."""
    pid = service.process.pid
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    words = {int(each): Path(f"/proc/{each}/cmdline") for each in found}
    return sorted(
        each for each, file in words.items() if "spawn_main" in file.read_text(encoding="utf-8")
    )


def _reached(service: Running, key: str) -> int | None:
    try:
        with service.client(key) as client:
            return client.post("/v1/issues", json=BODY).status_code
    except httpx.TransportError:
        return None


@pytest.mark.slow
@pytest.mark.postgres
def test_two_workers_on_one_server_fire_each_clock_once(
    tmp_path: Path, furnished_postgres_url: str
) -> None:
    issues = []
    hurried(furnished_postgres_url)
    with opened(Settings(_env_file=None, database_url=furnished_postgres_url)) as container:
        desk, at = container.desk, SystemClock().now() - timedelta(seconds=90)
        jobs = [job_of(desk, complaint(), at=at) for _ in range(80)]
        issues = [shown(desk.submit(each).result(PATIENCE))["id"] for each in jobs]
    with (
        running(tmp_path, "worker", database_url=furnished_postgres_url, batch_size="5") as one,
        running(tmp_path, "worker", database_url=furnished_postgres_url, batch_size="5") as two,
        opened(Settings(_env_file=None, database_url=furnished_postgres_url)) as container,
    ):
        until(lambda: _idle(tmp_path, furnished_postgres_url))
        assert (one.end(), two.end()) == (0, 0)
        assert container.desk.sweep().result(PATIENCE) == 0
        with read(container.engine) as connection:
            for issue in issues:
                types = [entry.type for entry in timeline.entries(connection, issue)]
                assert types.count("issue.escalated") == 1


def _idle(folder: Path, url: str) -> bool:
    told = done(folder, "issues", "list", "--rung", "service_manager", "--json", database_url=url)
    return bool(json.loads(told.stdout)["meta"]["total"] == 0)

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from escalation.cli.app import app
from tests.delivery.receiver import Receiver


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Any:
    set_ = {
        "ESCALATION_DATABASE_URL": sqlite_url,
        "ESCALATION_DATA_DIR": str(tmp_path / "data"),
        "ESCALATION_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }

    def run(*words: str, status: int = 0) -> Any:
        done = CliRunner().invoke(app, [*words, "--json"], env=set_)
        assert done.exit_code == status, done.output
        return json.loads(done.stdout) if status == 0 else done.output

    return run


def test_an_endpoint_from_its_beginning_to_its_end(run: Any, receiver: Receiver) -> None:
    made = run("webhooks", "endpoints", "add", receiver.url(), "--type", "ping")
    name = made["id"]
    assert made["secret"].startswith("whsec_")
    assert [each["id"] for each in run("webhooks", "endpoints", "list")["data"]] == [name]
    assert run("webhooks", "endpoints", "ping", name)["state"] == "waiting"
    assert run("worker", "--once")["done"]["deliveries"] == 1
    [sent] = run("webhooks", "deliveries", name)["data"]
    assert sent["state"] == "delivered"
    assert run("webhooks", "redeliver", sent["id"])["state"] == "waiting"
    run("worker", "--once")
    assert len(receiver.got) == 2
    assert run("webhooks", "endpoints", "rotate", name)["secret"] != made["secret"]
    assert run("webhooks", "endpoints", "disable", name)["state"] == "disabled"
    assert "disabled" in run("webhooks", "endpoints", "ping", name, status=1)
    assert run("webhooks", "endpoints", "enable", name)["state"] == "enabled"
    assert run("webhooks", "endpoints", "show", name)["types"] == ["ping"]
    run("webhooks", "endpoints", "remove", name)
    assert run("webhooks", "endpoints", "list")["data"] == []
    run("webhooks", "endpoints", "show", name, status=1)

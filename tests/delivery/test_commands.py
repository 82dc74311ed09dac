import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from escalation.cli.app import app
from tests.delivery.receiver import Receiver


@pytest.fixture
def set_(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "ESCALATION_DATABASE_URL": sqlite_url,
        "ESCALATION_DATA_DIR": str(tmp_path / "data"),
        "ESCALATION_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }


@pytest.fixture
def run(set_: dict[str, str]) -> Any:
    def run(*words: str, status: int = 0) -> Any:
        done = CliRunner().invoke(app, [*words, "--json"], env=set_)
        assert done.exit_code == status, done.output
        return json.loads(done.stdout) if status == 0 else done.output

    return run


@pytest.fixture
def run_plain(set_: dict[str, str]) -> Any:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words, env=set_)
        assert done.exit_code == 0, done.output
        return done.output

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


def test_an_endpoint_is_narrowed_and_given_headers_that_are_not_shown(
    run: Any, receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "headers"
    file.write_text("Authorization: Basic c2VjcmV0\n\nX-Tenant: rivers\n")
    made = run(
        "webhooks", "endpoints", "add", receiver.url(), "--headers", str(file),
        "--only", "severity=critical", "--only", "severity=high",
    )  # fmt: skip
    assert made["filters"]["severities"] == ["critical", "high"]
    assert made["header_names"] == ["authorization", "x-tenant"]
    change = ("webhooks", "endpoints", "change", made["id"])
    assert run(*change, "--description", "x")["filters"] == made["filters"]
    assert run(*change, "--every-issue")["filters"]["severities"] == []
    refused = run(*change, "--only", "severety=high", status=1)
    assert "the nearest is `severity`" in refused
    assert "the nearest is `high`" in run(*change, "--only", "severity=hihg", status=1)
    run("webhooks", "endpoints", "ping", made["id"])
    run("worker", "--once")
    [got] = receiver.got
    assert (got.headers["authorization"], got.headers["x-tenant"]) == ("Basic c2VjcmV0", "rivers")
    file.write_text("no header")
    assert "Header 1" in run(*change, "--headers", str(file), status=1)


def test_an_endpoint_reads_in_words(run_plain: Any, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text("X-Tenant: rivers\n")
    add = ("webhooks", "endpoints", "add", receiver.url(), "--headers", str(file))
    run_plain(*add, "--only", "severity=high")
    [name] = re.findall(r"whe_\w+", run_plain("webhooks", "endpoints", "list"))[:1]
    shown = run_plain("webhooks", "endpoints", "show", name)
    assert "severities: high" in shown
    assert "x-tenant" in shown


def test_a_format_is_previewed_and_taken_from_a_file(
    run: Any, run_plain: Any, receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "format.json"
    file.write_text(json.dumps({"kind": "template", "body": "{{ headline | tojson }}"}))
    shown = run("webhooks", "endpoints", "preview", str(file), "--type", "issue.held")["data"]
    assert [each["type"] for each in shown] == ["issue.held", "ping", "recovery.summary"]
    assert "it was put on hold" in shown[0]["requests"][0]["body"]
    assert "POST" in run_plain("webhooks", "endpoints", "preview", "slack")
    made = run("webhooks", "endpoints", "add", receiver.url(), "--format", str(file))
    assert made["format"]["kind"] == "template"
    run("webhooks", "endpoints", "ping", made["id"])
    run("worker", "--once")
    assert json.loads(receiver.got[0].body).startswith("an endpoint was asked")
    refused = run("webhooks", "endpoints", "add", receiver.url(), "--format", "slak", status=1)
    assert "slack" in refused


def test_all_since_an_instant_is_sent_again_and_a_delivery_is_shown(
    run: Any, run_plain: Any, receiver: Receiver
) -> None:
    add = ("webhooks", "endpoints", "add", receiver.url(), "--rate", "6000", "--concurrency", "1")
    name = run(*add)["id"]
    ping = run("webhooks", "endpoints", "ping", name)["id"]
    run("worker", "--once")
    assert run("webhooks", "delivery", ping)["attempts"][0]["answer"] == "ok"
    assert "accepted, HTTP 200, ok" in run_plain("webhooks", "delivery", ping)
    since = ("webhooks", "redeliver", "--endpoint", name, "--since")
    assert run(*since, "2026-01-01T00:00:00Z") == {"count": 1, "left_unconfirmed": 0}
    assert "0 deliveries" in run_plain(*since, "2199-01-01T00:00:00Z")
    assert "zone" in run(*since, "2026-01-01T00:00:00", status=2)
    run("webhooks", "redeliver", status=2)
    assert run("webhooks", "endpoints", "drain", name)["state"] == "draining"

"""Digests as people ask for them: over REST and on the command line."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from escalation.cli.app import app
from tests.api.service import Service, serving

BMF = "bmf-southern-cross"


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def test_a_digest_is_made_once_and_read_in_each_format(service: Service) -> None:
    asked = {"forum": BMF, "as_at": "2026-03-01T00:00:00Z", "known_at": "2026-03-02T00:00:00Z"}
    made = service.post("/v1/digests", asked)
    again = service.post("/v1/digests", {**asked, "format_options": {}})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    path = made.headers["location"]
    whole = service.get(path)
    assert whole.json()["content_hash"] == made.json()["content_hash"]
    file = service.get(f"{path}.json")
    assert sha256(file.content).hexdigest() == made.json()["content_hash"]
    assert json.loads(file.content) == whole.json()["document"]
    page = service.get(path, accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page.headers["content-type"].startswith("text/html")
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert page.content == service.get(f"{path}.html").content
    assert service.get(path, accept="text/markdown").content == service.get(f"{path}.md").content
    assert service.get(path, accept="image/png").headers["content-type"] == "application/json"
    named = service.get(f"/v1/digests/{made.json()['number']}")
    assert named.json()["id"] == made.json()["id"]


@pytest.mark.parametrize(
    ("kind", "media_type", "begins", "shown"),
    [
        ("pdf", "application/pdf", b"%PDF-", "inline"),
        ("csv", "text/csv", b'\xef\xbb\xbf"Section"', "attachment"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
            "attachment",
        ),
    ],
)
def test_a_file_comes_by_its_ending_or_its_media_type(
    service: Service, kind: str, media_type: str, begins: bytes, shown: str
) -> None:
    made = service.post("/v1/digests", {"forum": BMF, "marking": "OFFICIAL"}).json()
    file = service.get(made["formats"][kind])
    assert file.content.startswith(begins)
    assert file.content == service.get(f"/v1/digests/{made['id']}", accept=media_type).content
    assert file.headers["content-type"].partition(";")[0] == media_type
    name = f"{made['number']}.{kind}"
    assert file.headers["content-disposition"] == f'{shown}; filename="{name}"'


def test_digests_are_listed_page_by_page(service: Service) -> None:
    for day in (1, 2):
        for forum in (BMF, "ceo-board"):
            body = {"profile": f"forum:{forum}", "as_at": f"2026-02-0{day}T00:00:00Z"}
            assert service.post("/v1/digests", body).status_code == 201
    first = service.get(f"/v1/digests?forum={BMF}&limit=1").json()
    rest = service.get(first["links"]["next"]).json()
    assert [d["forum"] for d in (*first["data"], *rest["data"])] == [BMF, BMF]
    assert "next" not in rest["links"]
    assert len(service.get("/v1/digests").json()["data"]) == 4


def test_a_repeat_with_its_key_is_answered_as_the_first(service: Service) -> None:
    first = service.post("/v1/digests", {"forum": BMF}, idempotency_key="once")
    again = service.post("/v1/digests", {"forum": BMF}, idempotency_key="once")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


def test_what_cannot_be_is_refused(service: Service) -> None:
    for body, status in (
        ({"forum": "nobody"}, 422),
        ({"forum": BMF, "known_at": "2090-01-01T00:00:00Z"}, 422),
        ({"profile": "plan:rivers"}, 409),
        ({"forum": BMF, "format_options": {"paper": "A3"}}, 422),
    ):
        assert service.post("/v1/digests", body).status_code == status, body
    assert service.get("/v1/digests/dig_nothing").status_code == 404
    made = service.post("/v1/digests", {"forum": BMF}).json()
    assert service.get(f"/v1/digests/{made['id']}.docx").status_code == 404
    assert service.post("/v1/digests", {"forum": BMF, "marking": "a\nb"}).status_code == 422


def test_the_command_line_builds_shows_and_verifies(
    furnished_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALATION_DATABASE_URL", furnished_url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["digests", *words])
        assert result.exit_code == 0, result.output
        return result.output

    made = json.loads(run("build", "--forum", BMF, "--json"))
    instants = ("--as-at", made["as_at"], "--known-at", made["known_at"])
    assert made["number"] in run("build", "--profile", f"forum:{BMF}", *instants)
    out = f"{tmp_path}/digest.html"
    run("show", made["number"], "--format", "html", "--out", out)
    paper = Path(f"{tmp_path}/digest.pdf")
    run("show", made["number"], "--format", "pdf", "--out", str(paper))
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "Southern Cross business manager forum" in run("show", made["id"])
    assert json.loads(run("show", made["id"], "--json"))["schema"] == "digest/1"
    verdict = json.loads(run("verify", made["number"], "--json"))
    assert verdict["ok"]
    assert "Built again, it is the same: yes" in run("verify", made["number"])
    refused = CliRunner().invoke(app, ["digests", "show", made["id"], "--out", f"{tmp_path}/no/x"])
    assert refused.exit_code == 1

"""The inbox, reading again and previews at the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from escalation.cli.app import app
from escalation.services.inbound import receiving
from escalation.services.inbound.receiving import Known
from tests.builders import copied_sqlite, desk_on
from tests.inbound.conftest import config_in
from tests.inbound.hooked import SAMPLES, shipped
from tests.inbound.lives import life


@pytest.fixture
def here(tmp_path: Path, furnished_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a comment that waits for its ticket, and a config folder."""
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with desk_on(url) as desk:
        known = Known("jira", shipped()["jira"])
        receiving.receive(desk, known, [life("jira", "RIV-9")[1]]).result()
        receiving.receive(desk, known, [life("jira", "RIV-8")[0]]).result()
    monkeypatch.setenv("ESCALATION_DATABASE_URL", url)
    monkeypatch.setenv("ESCALATION_CONFIG_DIR", str(config_in(tmp_path)))
    monkeypatch.setenv("ESCALATION_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["webhooks", *words])
    return result.exit_code, result.output


@pytest.mark.usefixtures("here")
def test_the_inbox_shows_what_came_and_what_became_of_it() -> None:
    status, said = run("inbox", "--json")
    assert status == 0, said
    assert sorted(each["state"] for each in json.loads(said)["data"]) == ["done", "waiting"]
    [done] = [each for each in json.loads(said)["data"] if each["state"] == "done"]
    assert done["reference"].startswith("SSI-")
    shown = run("inbox")[1]
    assert done["reference"] in shown, "which issue is to be looked at, or withdrawn"
    assert done["issue"] not in shown
    status, said = run("inbox", "jira", "--left", "--json")
    [left] = json.loads(said)["data"]
    assert (left["about"], left["state"]) == ("RIV-9", "waiting")
    assert "Nothing has come of jirra" in run("inbox", "jirra")[1]
    status, said = run("inbox", "--state", "waiting")
    assert (status, "RIV-9" in said) == (0, True)


@pytest.mark.usefixtures("here")
def test_deliveries_are_read_again_by_id_or_all_of_a_source() -> None:
    [left] = json.loads(run("inbox", "--left", "--json")[1])["data"]
    status, said = run("replay", left["id"], "--json")
    assert (status, json.loads(said)["data"][0]["state"]) == (0, "waiting")
    status, said = run("replay", "--source", "jira")
    assert (status, "RIV-9" in said) == (0, True)
    assert run("replay")[0] == 2
    status, said = run("replay", "--source", "jirra")
    assert (status, "the nearest is `jira`" in " ".join(said.split())) == (1, True)


def test_a_preview_shows_each_expression_and_without_a_database_goes_by_the_rules(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(SAMPLES / "github" / "opened.json")
    status, said = run("preview", "github", file, "--header", "X-GitHub-Delivery: d-1", "--json")
    assert status == 0, said
    [reading] = json.loads(said)["data"]
    assert (reading["key"], reading["about"]) == ("d-1", "rivers/reports#17")
    status, said = run("preview", "github", file)
    assert status == 0
    assert "body.repository.full_name" in said
    assert "log" in said
    status, said = run("preview", "github", str(SAMPLES / "github" / "ping.json"))
    assert "It is GitHub's own test." in said
    assert run("preview", "github", file, "--header", "nonsense")[0] == 1
    waits = str(SAMPLES / "jira" / "comment-to-customer.json")
    assert "waiting" in run("preview", "jira", waits)[1]
    monkeypatch.setenv("ESCALATION_DATABASE_URL", f"sqlite:///{here / 'none.db'}")
    status, said = run("preview", "jira", waits)
    assert status == 0
    assert "Read by the rules alone" in said
    assert not (here / "none.db").exists(), "to look makes no database"
    assert "waiting" not in said


def test_a_preview_says_what_is_wrong_with_the_source_file(here: Path) -> None:
    file = here / "config" / "webhook_sources.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("preset: jira", "preset: jiira"))
    status, said = run("preview", "jira", str(SAMPLES / "jira" / "created.json"))
    assert status == 1
    assert "the nearest is `jira`" in " ".join(said.split())

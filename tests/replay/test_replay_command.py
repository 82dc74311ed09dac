import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from escalation.cli.groups import Root
from escalation.cli.replay import replay
from tests.replay.stories import CONFIG, PLAIN, SAMPLES, row, written

Run = Callable[..., Result]

LOG = [
    row("a", "2020-03-02T09:00", "queued", severity="bad"),
    row("a", "2020-03-02T10:00", "working", "two"),
    row("b", "2020-03-20T09:00", "closed"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Runs the command in a folder with a plain log and its mapping."""
    (tmp_path / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    written(tmp_path, LOG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESCALATION_CONFIG_DIR", str(CONFIG))
    before, level = structlog.get_config(), logging.getLogger().level
    handlers = logging.getLogger().handlers[:]
    app = typer.Typer(cls=Root, pretty_exceptions_enable=False)
    app.command()(replay)
    app.command("other")(lambda: None)

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, ["replay", *words])

    yield call
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def test_a_replay_prints_what_happened_the_same_each_time(run: Run) -> None:
    first, second = (run("log.csv", "--mapping", "plain.yaml") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert first.stdout.startswith("log.csv as A plain log, seed 1\n")
    for line in (
        "moves of the log up        1",
        "clock mismatches           0",
        "business_manager_forum  past target      1",
        "bmf-southern-cross  2020-04-14T00:00:00Z      1  1 tabled",
    ):
        assert line in first.stdout
    assert first.stderr == ""


def test_the_same_as_json_with_options(run: Run) -> None:
    result = run(
        "log.csv", "--mapping", "plain.yaml", "--json", "--follow", "--limit", "1", "--seed", "5"
    )
    told = json.loads(result.stdout)["replay"]
    assert told == {
        "follow": True,
        "ladders": told["ladders"],
        "limit": 1,
        "log": "log.csv",
        "mapping": "A plain log",
        "seed": 5,
    }


def test_a_database_is_kept_where_asked_and_not_used_twice(run: Run, tmp_path: Path) -> None:
    words = ("log.csv", "--mapping", "plain.yaml", "--keep", "kept.db")
    assert run(*words).exit_code == 0
    assert (tmp_path / "kept.db").stat().st_size > 0
    again = run(*words)
    assert again.exit_code == 1
    assert "holds 2 issues" in again.stderr


def test_a_shipped_mapping_is_found_by_its_name(run: Run) -> None:
    sample = str(SAMPLES / "helpdesk_italian.csv")
    result = run(sample, "--mapping", "helpdesk_italian", "--limit", "2", "--json")
    assert json.loads(result.stdout)["log"]["cases"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("log.csv", "--mapping", "plan"), "--mapping: found `plan`, expected `helpdesk_italian`"),
        (("none.csv", "--mapping", "plain.yaml"), "The log none.csv cannot be opened"),
        (("log.csv", "--mapping", "uci_servicenow"), "names columns that log.csv does not have"),
    ],
)
def test_what_cannot_be_replayed_is_told_with_status_1(
    run: Run, words: tuple[str, ...], told: str
) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert told in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_configuration_that_is_not_there_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESCALATION_CONFIG_DIR", str(tmp_path))
    result = run("log.csv", "--mapping", "plain.yaml")
    assert result.exit_code == 1
    assert "escalation_ladders.yaml cannot be read" in result.stderr

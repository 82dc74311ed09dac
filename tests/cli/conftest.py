import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from escalation.cli.app import app
from tests.builders import CONFIG

Run = Callable[..., Result]
LADDERS = str(CONFIG / "escalation_ladders.yaml")
DIRECTORY = str(CONFIG / "directory.yaml")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Runs a command in a folder of the test's own, on the database that was set last."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    before = structlog.get_config()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level

    def call(*words: str, sent: str | None = None, database: str | None = None) -> Result:
        if database is not None:
            monkeypatch.setenv("ESCALATION_DATABASE_URL", database)
        return CliRunner().invoke(app, list(words), input=sent, prog_name="escalation")

    yield call
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def plain(text: str) -> str:
    """Text without line breaks and frames, for looking for sentences."""
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)

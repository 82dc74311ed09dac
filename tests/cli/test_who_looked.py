"""Whoever reads a sealed issue on the command line is on the record as over REST."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from escalation.store import journal
from escalation.store.transaction import read
from tests.builders import ask, complaint, desk_on
from tests.cli.conftest import Run


@pytest.fixture
def looked(run: Run, furnished_url: str) -> Callable[..., list[dict[str, Any]]]:
    """Runs a command, and answers what is on the record of who looked."""

    def call(*words: str) -> list[dict[str, Any]]:
        done = run(*words, database=furnished_url)
        assert done.exit_code == 0, done.output
        with desk_on(furnished_url) as desk, read(desk.engine) as connection:
            return [json.loads(entry.payload) for entry in journal.entries(connection, "access")]

    return call


def test_sealed_issues_that_are_shown_or_listed_are_on_the_record(
    looked: Callable[..., list[dict[str, Any]]], furnished_url: str
) -> None:
    with desk_on(furnished_url) as desk:
        plain = ask(desk, complaint())
        sealed = ask(desk, complaint(sensitive=("privacy",)))
    assert looked("issues", "show", plain["reference"]) == []
    [shown] = looked("issues", "show", sealed["reference"])
    assert shown["issues"] == [sealed["id"]]
    assert shown["actor"]["name"]
    assert len(looked("issues", "list")) == 2
    assert len(looked("issues", "list", "--sort", "created_at")) == 3
    assert looked("issues", "show", sealed["id"], "--history")[-1]["issues"] == [sealed["id"]]

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from escalation.cli.app import app
from tests.cli.conftest import Run, plain


def commands(group: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield (*words, name), command


EVERY = dict(commands(get_command(app)))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_says_what_it_does_with_an_example(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words, "--help")
    assert told.exit_code == 0
    assert f"Example: escalation {' '.join(words)}" in plain(told.stdout)


def test_every_option_and_argument_is_explained() -> None:
    silent = [
        f"{' '.join(words)} {parameter.name}"
        for words, command in EVERY.items()
        for parameter in command.params
        if not parameter.help
    ]
    assert silent == []


def test_every_command_that_prints_a_result_prints_it_for_machines_too() -> None:
    without = {
        " ".join(words)
        for words, command in EVERY.items()
        if not any("--json" in parameter.opts for parameter in command.params)
    }
    files = {
        "ladders schema",
        "audit export",
        "directory export",
        "forums feed show",
    }  # they print a file as it is
    assert without == {"serve", *files}

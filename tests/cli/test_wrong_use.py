import subprocess
import sys

import pytest

import escalation
from tests.cli.conftest import Run, plain


def test_the_version_is_told(run: Run) -> None:
    told = run("--version")
    assert (told.exit_code, told.stdout) == (0, f"escalation {escalation.__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--prot"],
        ["sevre"],
        ["keys", "creat"],
        ["keys", "create", "--role", "king", "--name", "x"],
        ["keys", "create", "--role", "admin"],
        ["keys", "create", "--role", "admin", "--name", "x", "--expires-in", "0"],
        ["serve", "--port", "70000"],
        ["serve", "--processes", "0"],
        ["ladders", "check", "no-such-file.yaml"],
        ["ladders", "publish", "/dev/null", "--mode", "now", "--reason", "x"],
        ["issues", "act", "SSI-2026-000001", "acknowlege"],
        ["issues", "act", "SSI-2026-000001", "note", "text"],
        ["issues", "log", "raiser=Ana", "raiser.name=Ana"],
        ["issues", "log", "--body", "no-such-file.json"],
        ["issues", "list", "--sort", "colour"],
        ["issues", "list", "--status", "lost"],
        ["db", "restore", "no-such-file.db"],
        ["forums", "decisions", "ceo-board", "--year", "0"],
        ["actions", "list", "--year", "99999"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_status_2_and_says_why_on_standard_error(
    run: Run, words: list[str]
) -> None:
    told = run(*words)
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert len(told.stderr) > 20
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("words", [[], ["keys"], ["ladders"], ["db"], ["directory"], ["issues"]])
def test_a_group_without_a_command_shows_its_help(run: Run, words: list[str]) -> None:
    told = run(*words)
    assert told.exit_code == 2
    assert "Usage: escalation" in told.output
    assert "Example: escalation" in plain(told.output) or not words


def test_settings_that_are_wrong_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALATION_PORT", "eighty")
    told = run("keys", "list")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "ESCALATION_PORT: " in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_was_never_made_says_what_to_do(run: Run) -> None:
    told = run("keys", "list")
    assert told.exit_code == 1
    assert "escalation db upgrade" in told.stderr


def test_an_address_that_others_reach_is_refused_with_the_reason(run: Run) -> None:
    told = run("serve", "--host", "0.0.0.0")  # noqa: S104 - it is to be refused
    assert told.exit_code == 1
    assert "without TLS" in plain(told.stderr)
    assert "--behind-proxy" in told.stderr


def test_a_proxy_that_is_no_network_is_refused(run: Run) -> None:
    told = run("serve", "--host", "0.0.0.0", "--behind-proxy", "our-proxy")  # noqa: S104 - as above
    assert told.exit_code == 1
    assert "--behind-proxy takes networks" in told.stderr


def test_several_processes_are_refused_on_sqlite_with_the_reason(run: Run) -> None:
    told = run("serve", "--processes", "2", "--port", "0")
    assert told.exit_code == 1
    assert "PostgreSQL" in told.stderr


def test_it_is_a_module_too_and_honours_no_color() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "escalation", "keys", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"NO_COLOR": "1", "FORCE_COLOR": "1", "COLUMNS": "100"},
    )
    assert ended.returncode == 0
    assert "Example: escalation keys create" in plain(ended.stdout)
    assert "\x1b[3" not in ended.stdout

"""The set-up says what it does, what failed, and what mends it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tools import bootstrap
from tools.bootstrap import Step


def test_wrong_use_tells_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 2
    assert bootstrap.main(["tests"]) == 2
    assert "setup | run | test | check | bench" in capsys.readouterr().out


def test_a_python_that_is_too_old_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    assert bootstrap.main(["setup"]) == 1
    assert "Python 99.0 or later is needed" in capsys.readouterr().out


def test_a_python_without_ensurepip_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "BIN", tmp_path)
    monkeypatch.setattr(bootstrap, "MAKES_ENVIRONMENTS", ("venv", "no_such_module"))
    told = bootstrap.unfit()
    assert told is not None
    assert "lacks no_such_module" in told
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in told


def test_every_step_runs_and_the_first_failure_is_the_status(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "BIN", Path(sys.executable).parent)
    python = Path(sys.executable).name
    steps = [
        Step("good", (python, "-c", "print('hello')")),
        Step("bad", (python, "-c", "raise SystemExit(3)")),
        Step("absent", ("no-such-program",)),
    ]
    assert bootstrap.all_of(tuple(steps)) == 3
    told = capfd.readouterr().out
    assert re.search(r"ok +good .* s\nFAILED bad .* s\nFAILED absent .* s\n", told)
    assert f"again: .venv/bin/{python} -c 'raise SystemExit(3)'" in told


def test_it_starts_with_the_standard_library_alone() -> None:
    command = [sys.executable, "-I", "-S", str(ROOT / "tools" / "bootstrap.py")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "usage:" in ended.stdout


def test_every_target_of_make_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [listed] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^([a-z]+):.*## \w", makefile, re.MULTILINE)) == sorted(
        listed.split()
    )

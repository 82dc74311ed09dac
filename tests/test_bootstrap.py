"""The set-up says what it does, what failed, and what mends it."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def test_what_a_check_beside_the_tests_prints_is_said_in_one_piece_and_its_failure_counts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "BIN", Path(sys.executable).parent)
    python = Path(sys.executable).name
    checks = (
        Step("bad", (python, "-c", "print('line'); print('too long'); raise SystemExit(4)")),
        Step("absent", ("no-such-program",)),
    )
    assert bootstrap.all_of((Step("good", (python, "-c", "print('hello')")),), checks) == 4
    told = capfd.readouterr().out
    assert re.search(r"==> bad: .*\nline\ntoo long\n", told)
    assert re.search(r"==> absent: .*\n.* is not there\n", told)
    assert re.search(r"FAILED bad .* s\nFAILED absent .* s\nok +good .* s\n", told)


def test_a_step_keeps_compiled_code_for_the_processes_that_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    tells = "import sys; raise SystemExit(int(sys.dont_write_bytecode))"
    assert bootstrap.execute(Step("tells", (sys.executable, "-c", tells)))[0] == 0


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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_setup_still_works_the_day_after_a_dependency_is_released(name: str) -> None:
    """An old pip looks for `coverage[toml]` anew unless the lock says the extra with its name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    locked = [
        Requirement(line) for line in re.findall(r"^([a-z0-9][^ ]*==[^ ]+)", text, re.MULTILINE)
    ]
    extras = {canonicalize_name(each.name): each.extras for each in locked}
    asked = [
        Requirement(line)
        for package in extras
        for line in (_requires(package) if _installed(package) else ())
    ]
    without = [
        str(each)
        for each in asked
        if each.extras - extras.get(canonicalize_name(each.name), each.extras)
        and (each.marker is None or each.marker.evaluate({"extra": ""}))
    ]
    assert len(locked) > 10
    assert without == []


def _installed(package: str) -> bool:
    return bool(list(metadata.distributions(name=package)))


def _requires(package: str) -> list[str]:
    return metadata.requires(package) or []

"""An export is verified by the sample script alone, with nothing of the product."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from escalation.errors import NotFound
from escalation.services.desk import Desk
from escalation.services.record import exporting
from escalation.store.transaction import write
from tests.architecture.sources import ROOT
from tests.builders import CLERK, desk_on
from tests.record.forging import let_go
from tests.record.recorded import an_issue, noted, sealer_of

SCRIPT = ROOT / "samples" / "verify_export.py"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def verified(tmp_path: Path) -> Run:
    """Runs the script on lines, in a folder where the product is not."""

    def run(lines: Iterable[str], *key: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "export.jsonl").write_text("".join(f"{line}\n" for line in lines))
        command = [sys.executable, "-I", str(SCRIPT), "export.jsonl", *key]
        return subprocess.run(  # noqa: S603 - our own script
            command, cwd=tmp_path, check=False, capture_output=True, text=True
        )

    return run


def _a_past(desk: Desk) -> str:
    issue = an_issue(desk)
    sealer_of(desk).seal()
    an_issue(desk)
    noted(desk, issue)
    sealer_of(desk).rotate(CLERK)
    sealer_of(desk).seal()
    noted(desk, issue, "Not sealed yet.")
    return issue


def test_an_export_of_everything_verifies_by_itself(furnished_url: str, verified: Run) -> None:
    with desk_on(furnished_url) as desk:
        _a_past(desk)
        lines = list(exporting.everything(desk.engine))
    ended = verified(lines)
    assert ended.returncode == 0, ended.stderr
    sealed = [line for line in map(json.loads, lines) if line.get("seal")]
    assert f"{len(sealed)} of the {len(sealed)} entries under 2 seals" in ended.stdout
    key = json.loads(lines[0])["keys"][0]["public"]
    assert verified(lines, key).returncode == 0
    assert "the first key is another" in verified(lines, "00" * 32).stderr


def test_one_issue_is_proven_without_showing_the_others(furnished_url: str, verified: Run) -> None:
    with desk_on(furnished_url) as desk:
        issue = _a_past(desk)
        lines = list(exporting.of_issue(desk.engine, issue))
    shown = {line["aggregate"] for line in map(json.loads, lines) if line["kind"] == "entry"}
    assert shown == {issue}
    assert verified(lines).returncode == 0


def test_an_export_may_begin_after_a_seal(furnished_url: str, verified: Run) -> None:
    with desk_on(furnished_url) as desk:
        _a_past(desk)
        lines = list(exporting.everything(desk.engine, since=1))
        assert verified(lines).returncode == 0
        with pytest.raises(NotFound, match="no seal 7"):
            list(exporting.everything(desk.engine, since=7))
        with pytest.raises(NotFound, match="no issue SSI-1"):
            list(exporting.of_issue(desk.engine, "SSI-1"))


@pytest.mark.parametrize("column", ["payload", "salt", "type", "visibility", "effective_at"])
def test_a_changed_line_of_an_export_is_noticed(
    column: str, furnished_url: str, verified: Run
) -> None:
    with desk_on(furnished_url) as desk:
        issue = _a_past(desk)
        lines = list(exporting.of_issue(desk.engine, issue))
    at, told = next(
        (n, told) for n, told in enumerate(map(json.loads, lines)) if told["kind"] == "entry"
    )
    told[column] = told[column][:-1] + "!"
    ended = verified([*lines[:at], json.dumps(told), *lines[at + 1 :]])
    assert ended.returncode == 1
    assert issue in ended.stderr


def test_what_was_changed_in_the_database_is_noticed_in_its_export(
    furnished_url: str, verified: Run
) -> None:
    with desk_on(furnished_url) as desk:
        issue = _a_past(desk)
        let_go(desk.engine)
        with write(desk.engine) as connection:
            connection.exec_driver_sql(
                "UPDATE event SET type = 'issue.withdrawn' WHERE type = 'issue.escalated'"
            )
        ended = verified(exporting.of_issue(desk.engine, issue))
    assert "was changed" in ended.stderr

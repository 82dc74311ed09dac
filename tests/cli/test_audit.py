import json
from pathlib import Path

import pytest

from escalation.store import models
from escalation.store.engine import make_engine
from escalation.store.transaction import write
from tests.cli.conftest import Run
from tests.record.forging import let_go


@pytest.fixture
def at_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    place = tmp_path / "elsewhere" / "seals.jsonl"
    monkeypatch.setenv("ESCALATION_SEAL_PLACE", str(place))
    return place


def test_a_record_is_sealed_verified_and_exported(
    run: Run, furnished_url: str, at_place: Path
) -> None:
    assert "2 entries" in run("audit", "seal", database=furnished_url).stdout
    assert json.loads(run("audit", "rotate-key", "--json").stdout)["number"] == 2
    assert json.loads(run("audit", "seal", "--json").stdout) == {"entries": 2}
    assert len(at_place.read_text().splitlines()) == 2
    ended = run("audit", "verify")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "4 entries under 2 seals" in ended.stdout
    assert "The record is whole." in ended.stdout
    told = json.loads(run("audit", "verify", "--since", "1", "--json").stdout)
    assert (told["ok"], told["seals"]) == (True, 1)
    ended = run("audit", "export", "--out", "record.jsonl")
    assert "7 lines" in ended.stderr
    assert run("audit", "export").stdout == Path("record.jsonl").read_text()


def test_what_was_tampered_with_is_named_and_ends_with_1(run: Run, furnished_url: str) -> None:
    run("audit", "seal", database=furnished_url)
    engine = make_engine(furnished_url)
    let_go(engine)
    with write(engine) as connection:
        event = models.event
        connection.execute(
            event.update().where(event.c.aggregate == "ladders").values(payload="{}")
        )
    engine.dispose()
    ended = run("audit", "verify")
    assert ended.exit_code == 1
    assert "seal 1, ladders, entry 1, event evt_" in ended.stdout
    assert "1 findings" in ended.stdout
    assert "No sealing place is named" in ended.stderr
    told = json.loads(run("audit", "verify", "--json").stdout)
    assert (told["ok"], told["findings"][0]["code"]) == (False, "entry_changed")


def test_an_issue_and_a_seal_together_are_wrong_use(run: Run, furnished_url: str) -> None:
    words = ["audit", "verify", "--since", "1", "--issue", "SSI-1"]
    assert run(*words, database=furnished_url).exit_code == 2
    ended = run("audit", "verify", "--issue", "SSI-1")
    assert (ended.exit_code, "There is no issue SSI-1." in ended.stderr) == (1, True)


def test_an_export_that_cannot_be_written_says_so(run: Run, furnished_url: str) -> None:
    ended = run("audit", "export", "--out", "no/such/folder.jsonl", database=furnished_url)
    assert (ended.exit_code, "cannot be written" in ended.stderr) == (1, True)

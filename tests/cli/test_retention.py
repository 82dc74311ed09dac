import json

import pytest

from tests.builders import CONFIG, ask, complaint, desk_on
from tests.cli.conftest import Run


@pytest.fixture
def retention(run: Run, furnished_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the commands with the schedule that is shipped, on a database with one issue."""
    monkeypatch.setenv("ESCALATION_CONFIG_DIR", str(CONFIG))
    with desk_on(furnished_url) as desk:
        ask(desk, complaint())
    monkeypatch.setenv("ESCALATION_DATABASE_URL", furnished_url)
    return lambda *words: run("retention", *words)


def test_what_is_due_is_counted_by_class(retention: Run) -> None:
    told = json.loads(retention("due", "--json").stdout)
    assert [(row["class"], row["due"], row["held"]) for row in told["classes"]] == [
        ("public-interest", 0, 0), ("complaints", 0, 0), ("enquiries", 0, 0),
        ("tool-deliveries", 0, 0), ("conduct-limits", 0, 0),
    ]  # fmt: skip
    assert "7 years" in retention("due").stdout


def test_disposal_only_counts_until_it_is_confirmed(retention: Run) -> None:
    counted = retention("dispose", "--class", "complaints")
    assert counted.stdout.startswith("0 matters are due under complaints: example")
    assert "Nothing was changed" in counted.stderr
    done = retention("dispose", "--class", "complaints", "--yes", "--json")
    assert json.loads(done.stdout) == {"class": "complaints", "disposed": 0}
    assert retention("dispose", "--class", "none").exit_code == 1


def test_a_hold_is_placed_listed_and_lifted(retention: Run) -> None:
    words = ["--reason", "Ombudsman 2026/114", "--until", "2099-01-01T00:00:00+10:00", "--json"]
    made = json.loads(retention("hold", "--class", "complaints", *words).stdout)
    assert (made["scope"], made["subject"]) == ("class", "complaints")
    assert "stands" in retention("holds").stdout
    lifted = retention("lift", made["id"], "--reason", "Closed")
    assert (lifted.exit_code, "is lifted" in lifted.stdout) == (0, True)
    [row] = json.loads(retention("holds", "--json").stdout)["data"]
    assert row["lifted_at"]
    assert retention("hold", "--reason", "Neither").exit_code == 2


def test_without_a_schedule_everything_is_kept(run: Run, furnished_url: str) -> None:
    refused = run("retention", "due", database=furnished_url)
    assert refused.exit_code == 1
    assert "everything is kept for ever" in refused.stderr

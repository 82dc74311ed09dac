"""Themes, what was learned, outcomes and changes of the ladder file at the command line."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import CONFIG, copied_sqlite
from tests.cli.conftest import Run, plain

THEME = ("code=late-payment", "title=Invoices paid late", "key_result_area=customers",
         "layer=service", "words=late payment, overdue")  # fmt: skip
OUTCOME = {"summary": "Paid", "reasons": "It was owed", "cause": "skills_and_training",
           "plan": "Payroll plan"}  # fmt: skip


@pytest.fixture
def called(run: Run, furnished_sqlite: Path, tmp_path: Path) -> Run:
    """Runs a command on a database of the test's own."""
    url = copied_sqlite(furnished_sqlite, tmp_path / "e.db")
    return lambda *words, sent=None: run(*words, sent=sent, database=url)


def told(called: Run, *words: str, sent: str | None = None) -> Any:
    answer = called(*words, "--json", sent=sent)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def resolved(called: Run, title: str) -> dict[str, Any]:
    """An issue of the theme that came to something and taught something."""
    logged = told(called, "issues", "log", f"title={title}", "agency=rivers", "provider=meridian",
                  "function=payroll", "themes=overdue")  # fmt: skip
    body = {"outcome": OUTCOME, "learning": {"text": "Ask the bank first", "shared": True}}
    act = ("issues", "act", logged["reference"], "resolve", "--body", "-")
    found: dict[str, Any] = told(called, *act, sent=json.dumps(body))
    return found


def test_a_theme_is_recorded_changed_counted_and_shown(called: Run) -> None:
    assert told(called, "themes", "record", *THEME)["words"] == ["late payment", "overdue"]
    resolved(called, "The pay is late")
    changed = told(called, "themes", "change", "late-payment", "owner=priya-nair", "reason=Hers")
    assert (changed["owner"], changed["version"]) == ("priya-nair", 2)
    [listed] = told(called, "themes", "list")["data"]
    assert (listed["code"], listed["frequency"]["now"]["issues"]) == ("late-payment", 1)
    found = told(called, "themes", "show", "late-payment")
    assert [each["version"] for each in found["versions"]] == [1, 2]
    assert told(called, "themes", "suggest")["suggestions"] == []
    for words in (("list",), ("show", "late-payment"), ("suggest",)):
        assert called("themes", *words).exit_code == 0, words
    assert "priya-nair" in called("themes", "show", "late-payment").stdout
    wrong = called("themes", "change", "late-payment", "layer=cellar")
    assert wrong.exit_code == 1
    assert "/layer" in plain(wrong.stderr)


def test_what_was_learned_and_what_it_came_to_is_told_in_each_format(
    called: Run, tmp_path: Path
) -> None:
    issue = resolved(called, "The pay is late")
    [learned] = told(called, "learnings", "list", "-q", "bank", "--shared")["data"]
    assert learned["issue"]["reference"] == issue["reference"]
    assert told(called, "learnings", "list", "--not-shared")["data"] == []
    assert "Ask the bank first" in called("learnings", "list").stdout
    found = told(called, "reports", "outcomes", "--plan", "Payroll plan")
    assert [each["reference"] for each in found["outcomes"]] == [issue["reference"]]
    assert told(called, "reports", "outcomes", "--plan", "Other")["outcomes"] == []
    assert len(told(called, "reports", "training")["outcomes"]) == 1
    assert issue["reference"] in called("reports", "training").stdout
    sheet = called("reports", "outcomes", "--format", "csv").stdout.lstrip("\ufeff")
    assert any(issue["reference"] in row for row in csv.reader(io.StringIO(sheet)))
    book = ("reports", "outcomes", "--format", "xlsx")
    assert "--out" in called(*book).stderr
    assert called(*book, "--out", "o.xlsx").exit_code == 0
    assert (tmp_path / "o.xlsx").read_bytes().startswith(b"PK")


def test_a_change_of_the_ladder_file_is_proposed_approved_and_withdrawn(
    called: Run, tmp_path: Path
) -> None:
    clause = "    clause: OLA Rivers, part 8\n"
    text = (CONFIG / "escalation_ladders.yaml").read_text(encoding="utf-8")
    for old, new in ((clause, f"{clause}    approval: parties\n"), ('"2026.2"', '"2026.3"')):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "next.yaml"
    file.write_text(text, encoding="utf-8")
    assert called("ladders", "propose", str(file), "--reason", " ").exit_code == 2
    made = told(called, "ladders", "propose", str(file), "--reason", "Floods")
    assert (made["status"], len(made["left"])) == ("proposed", 2)
    name = made["id"]
    shown = called("ladders", "changes").stdout
    assert "rivers" in shown
    whose = ("--seat", "agency", "--ola", "ola-rivers")
    approved = told(called, "ladders", "approve", name, *whose, "--note", "Good")
    assert (len(approved["left"]), approved["answers"][0]["note"]) == (1, "Good")
    assert "Floods" in called("ladders", "withdraw", name, "--note", "A slip").stdout
    assert [each["status"] for each in told(called, "ladders", "changes")["data"]] == ["withdrawn"]
    settled = called("ladders", "decline", name, *whose)
    assert settled.exit_code == 1
    assert "withdrawn" in plain(settled.stderr)

import json
from typing import Any

import pytest

from tests.cli.conftest import Run, plain

SENT = {
    "contacts": ("party=rivers", "function=payroll", "text=Where is my payslip?"),
    "feedback": (
        "kind=compliment",
        "party=rivers",
        "function=payroll",
        "text=That was quick",
        "themes=pay,people",
    ),
}


def recorded(run: Run, register: str, *more: str, database: str | None = None) -> dict[str, Any]:
    told = run(register, "record", *SENT[register], *more, "--json", database=database)
    assert told.exit_code == 0, told.output
    said: dict[str, Any] = json.loads(told.stdout)
    return said


@pytest.mark.parametrize("register", SENT)
def test_what_was_said_is_recorded_listed_shown_and_raised_once(
    run: Run, furnished_url: str, register: str
) -> None:
    said = recorded(run, register, database=furnished_url)
    shown = run(register, "show", said["reference"])
    assert said["text"] in plain(shown.stdout)
    told = run(register, "raise", said["reference"], "severity=high")
    assert f"{said['reference']} was raised as SSI-2026-000001" in plain(told.stdout)
    again = run(register, "raise", said["id"])
    assert again.exit_code == 1
    assert "SSI-2026-000001" in again.output
    listed = json.loads(run(register, "list", "--raised", "--json").stdout)
    assert [each["issue"]["reference"] for each in listed["data"]] == ["SSI-2026-000001"]
    assert "SSI-2026-000001" in run(register, "list").stdout
    recorded(run, register)
    assert "1 of 2" in run(register, "list", "--limit", "1").output


def test_a_raiser_without_a_name_gets_a_code_on_the_command_line_too(
    run: Run, furnished_url: str
) -> None:
    said = recorded(run, "contacts", "raiser.anonymous=true", database=furnished_url)
    assert len(said["receipt_code"]) == 24
    told = run("contacts", "record", "text=Late", "raiser.anonymous=true")
    assert "comes back with" in plain(told.output)
    answered = run("contacts", "answer", said["reference"], "It was posted")
    assert "answer: It was posted" in plain(answered.output)
    shown = json.loads(run("contacts", "show", said["id"], "--json").stdout)
    assert [each["text"] for each in shown["messages"]] == ["It was posted"]
    issue = json.loads(run("contacts", "raise", said["id"], "--json").stdout)
    assert "receipt_code" not in issue, "the code that they have leads to it"
    thanked = recorded(run, "feedback", "raiser.anonymous=true")
    assert run("feedback", "answer", thanked["id"], "Thank you").exit_code == 0
    fields = ("title=Late", "agency=rivers", "function=payroll", "raiser.anonymous=true")
    logged = json.loads(run("issues", "log", *fields, "--json").stdout)
    assert len(logged["receipt_code"]) == 24


def test_a_sealed_issue_is_sealed_and_its_people_named(run: Run, furnished_url: str) -> None:
    fields = ("title=Late", "agency=rivers", "function=payroll", "sensitive=privacy")
    issue = json.loads(run("issues", "log", *fields, "--json", database=furnished_url).stdout)
    named = run("issues", "act", issue["id"], "name", "person=mick-callaghan", "--json")
    assert [each["id"] for each in json.loads(named.stdout)["sealed"]["named"]] == [
        "mick-callaghan"
    ]

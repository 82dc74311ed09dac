"""Answers of a survey that was run elsewhere: a file brought in whole, once, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import CONFIG
from tests.cli.conftest import Run, plain

HEAD = "respondent,answered_on,provider,agency,function,region,channel,quote,overall,informed,words"
LINES = (
    "r1,2026-02-10,meridian,rivers,payroll,far-north,email,anonymous,5,4,Well done",
    'r2,2026-02-11T09:00:00+10:00,meridian,schools,payroll,,,no,2,,"Slow, and ""late"""',
    "r3,2026-02-12,meridian,rivers,,,,,3,,",
)


@pytest.fixture
def bring(run: Run, furnished_url: str, tmp_path: Path) -> Any:
    """Brings a file's lines in; what the command came to."""

    def call(*lines: str, period: str = "2026", survey: str = "client-yearly") -> Any:
        file = tmp_path / "answers.csv"
        file.write_bytes("\n".join(lines).encode())
        words = ("surveys", "import", str(file), "--survey", survey, "--period", period, "--json")
        return run(*words, database=furnished_url)

    (tmp_path / "config").symlink_to(CONFIG)
    return call


def told(answer: Any) -> dict[str, Any]:
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_a_file_is_brought_in_and_again_changes_nothing(bring: Any, run: Run) -> None:
    found = told(bring(HEAD, *LINES))
    assert (found["imported"], found["already"]) == (3, 0)
    assert (found["first"][-6:], found["last"][-6:]) == ("000001", "000003")
    again = told(bring(HEAD, *LINES))
    assert (again["imported"], again["already"], again["first"]) == (0, 3, None)
    more = told(bring(HEAD, *reversed(LINES), "r4,2026-02-13,,,,,,,1,,"))
    assert (more["imported"], more["already"]) == (1, 3)
    other = told(bring(HEAD, *LINES, period="2027"))
    assert other["imported"] == 3
    listed = json.loads(run("feedback", "list", "--json", "--limit", "20").stdout)
    assert listed["meta"]["total"] == 7
    [slow] = [
        e
        for e in listed["data"]
        if e["text"].startswith("Slow") and e["survey"]["period"] == "2026"
    ]
    assert slow["text"] == 'Slow, and "late"'
    assert slow["survey"]["answers"] == {"overall": 2, "words": 'Slow, and "late"'}
    shown = ("kind", "sentiment", "quote", "party", "function", "received_at")
    assert [slow[name] for name in shown] == [
        "survey", "negative", "no", "meridian", "payroll", "2026-02-10T23:00:00Z",
    ]  # fmt: skip


def test_other_answers_of_the_same_person_are_refused(bring: Any, run: Run) -> None:
    told(bring(HEAD, *LINES))
    answer = bring(HEAD, LINES[0].replace(",5,4,", ",1,4,"), "r9,2026-02-10,,,,,,,5,,")
    assert answer.exit_code == 1
    assert "answers.csv:2:1" in plain(answer.output).replace(" ", "")
    listed = json.loads(run("feedback", "list", "--json").stdout)
    assert listed["meta"]["total"] == 3, "the good line did not come in either"


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ((HEAD, "r1,2026-02-30,,,,,,,5,,"), 2, "`answered_on`"),
        ((HEAD, "r1,2126-02-10,,,,,,,5,,"), 2, "ahead of now"),
        ((HEAD, ",2026-02-10,,,,,,,5,,"), 2, "`respondent`"),
        ((HEAD, LINES[2], '"r1\n2",2026-02-10,,,,,,,6,,', LINES[0]), 3, "from 1 to 5"),
        ((HEAD, LINES[0], LINES[0]), 3, "again"),
        ((HEAD, "r1,2026-02-10,meridan,,,,,,5,,"), 2, "`meridian`"),
        ((HEAD, "r1,2026-02-10,,,,,fax,,5,,"), 2, "`channel`"),
        ((HEAD, "r1,2026-02-10,,,,,,named,5,,"), 2, "`quote`"),
        ((HEAD, "r1,2026-02-10,,,,,,,,,Words"), 2, "`overall`"),
        ((HEAD, "r1,2026-02-10,5"), 2, "3 cells"),
        ((HEAD + ",colour", LINES[0] + ",red"), 1, "colour"),
        ((HEAD + ",overall", LINES[0] + ",5"), 1, "twice"),
        (("respondent,overall", "r1,5"), 1, "`answered_on`"),
        ((HEAD,), 1, "no line of answers"),
        (("",), 1, "a line of columns"),
        ((HEAD, 'r1,2026-02-10,,,,,,,5,,"open'), 2, "no CSV"),
    ],
)
def test_every_bad_line_is_told_with_its_number(
    bring: Any, lines: tuple[str, ...], place: int, words: str
) -> None:
    answer = bring(*lines)
    assert answer.exit_code == 1
    shown = plain(answer.output)
    assert f"answers.csv:{place}:1" in shown.replace(" ", "")
    assert words in shown


def test_a_survey_that_there_is_none_of_is_named(bring: Any) -> None:
    answer = bring(HEAD, *LINES, survey="client-yearl")
    assert "client-yearly" in plain(answer.output)
    assert answer.exit_code == 1


def test_bytes_that_are_no_utf8_are_told_with_their_line(
    run: Run, furnished_url: str, tmp_path: Path
) -> None:
    (tmp_path / "config").symlink_to(CONFIG)
    file = tmp_path / "latin.csv"
    file.write_bytes(f"{HEAD}\nr1,2026-02-10,,,,,,,5,,caf".encode() + b"\xe9\n")
    words = ("surveys", "import", str(file), "--survey", "client-yearly", "--period", "1")
    answer = run(*words, database=furnished_url)
    assert "latin.csv:2:1" in plain(answer.output).replace(" ", "")


def test_the_surveys_are_listed_and_a_file_is_checked(
    run: Run, furnished_url: str, tmp_path: Path
) -> None:
    (tmp_path / "config").symlink_to(CONFIG)
    found = json.loads(run("surveys", "list", "--json", database=furnished_url).stdout)
    assert [each["id"] for each in found["data"]] == ["after-resolution", "client-yearly"]
    assert "client-yearly" in run("surveys", "list").stdout
    assert run("surveys", "check", str(CONFIG / "surveys.yaml")).exit_code == 0
    wrong = tmp_path / "wrong.yaml"
    text = (CONFIG / "surveys.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("answered-soon", "answered-son"), encoding="utf-8")
    answer = run("surveys", "check", str(wrong))
    assert answer.exit_code == 1
    assert "answered-soon" in plain(answer.output)
    assert json.loads(run("surveys", "invitations", "--json").stdout) == {"data": []}
    report = run("feedback", "compliments", "--format", "json")
    assert json.loads(report.stdout)["compliments"] == 0
    assert "Compliments" in run("feedback", "compliments").stdout

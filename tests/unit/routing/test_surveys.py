"""The survey file is read as strictly as the ladder file: every mistake, with its line."""

from pathlib import Path

import pytest

from escalation.errors import Invalid
from escalation.routing.directory import Directory
from escalation.routing.surveys import After, read

CONFIG = Path(__file__).resolve().parents[3] / "config"
FILE = """\
zone: Australia/Brisbane
surveys:
  after:
    title: How did we do?
    about: Tell us
    after: closed
    steps: [a, b, c, d, e]
    questions:
      - {id: overall, kind: rating, text: How?}
      - {id: words, kind: words, text: What?}
  yearly:
    title: Yearly
    about: Tell us
    steps: [a, b, c, d, e]
    questions:
      - {id: first, kind: words, text: What?}
      - {id: second, kind: rating, text: How?}
"""


def wrong(text: str, directory: Directory | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read(text, "s.yaml", directory)
    return [(fault.code, fault.file or "") for fault in refused.value.errors]


def test_what_ships_is_in_order_with_the_directory_that_ships() -> None:
    directory = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    found = read((CONFIG / "surveys.yaml").read_bytes(), "surveys.yaml", directory)
    following = found.following
    assert following is not None
    assert (following.name, following.after) == ("after-resolution", After.CLOSED)


def test_the_first_rating_measures_satisfaction_and_one_survey_follows_issues() -> None:
    found = read(FILE)
    assert [each.measure.id for each in found.surveys.values()] == ["overall", "second"]
    assert found.surveys["after"].question("words") is not None
    assert found.surveys["after"].question("none") is None
    assert read(FILE.replace("    after: closed\n", "")).following is None


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("zone: Australia/Brisbane", "zone: Brisbane", "wrong_value", "s.yaml:1:7"),
        ("after: closed", "after: reopened", "wrong_value", "s.yaml:6:12"),
        ("after: closed", "afterwards: closed", "unknown_key", "s.yaml:6:5"),
        ("[a, b, c, d, e]\n    questions:\n      - {id: overall",
         "[a, b, c]\n    questions:\n      - {id: overall", "wrong_value", "s.yaml:7:12"),
        ("id: words", "id: overall", "repeated", "s.yaml:10:14"),
        ("id: words", "id: respondent", "wrong_value", "s.yaml:10:14"),
        ("kind: rating, text: How?}\n      - {id: words",
         "kind: yes_no, text: How?}\n      - {id: words", "wrong_value", "s.yaml:4:5"),
        ("yearly:\n", "yearly:\n    after: resolved\n", "repeated", "s.yaml:12:12"),
        ("after: closed", 'after: closed\n    mail: {quiet_until: "08:00"}', "wrong_value",
         "s.yaml:7:11"),
        ("yearly:\n", "yearly:\n    mail: {}\n", "wrong_value", "s.yaml:12:5"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(old: str, new: str, code: str, place: str) -> None:
    assert FILE.count(old) == 1
    assert wrong(FILE.replace(old, new)) == [(code, place)]


def test_a_standard_that_the_charter_has_not_is_named_where_there_is_a_directory() -> None:
    directory = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    text = FILE.replace("text: What?}\n  yearly", "text: What?, standard: soon}\n  yearly")
    assert read(text).surveys
    assert wrong(text, directory) == [("unknown_reference", "s.yaml:10:57")]
    good = text.replace("standard: soon", "standard: answered-soon")
    assert read(good, "s.yaml", directory).surveys

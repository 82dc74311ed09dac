import json
from pathlib import Path

import pytest

from tests.cli.conftest import DIRECTORY, LADDERS, Run, plain


def spoilt(tmp_path: Path, name: str, *changes: tuple[str, str]) -> str:
    text = Path(LADDERS).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_in_order_is_told_with_what_stands_in_it(run: Run) -> None:
    told = run("ladders", "check", LADDERS, "--directory", DIRECTORY, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert "ssi-standard" in found["ladders"]
    assert "ola-rivers" in found["olas"]
    assert found["held_against"] == DIRECTORY


def test_without_a_database_a_file_is_checked_by_itself(run: Run, tmp_path: Path) -> None:
    told = run("ladders", "check", LADDERS)
    assert told.exit_code == 0, told.output
    assert "name one with --directory" in plain(told.stdout)
    assert not (tmp_path / "var").exists()


def test_every_mistake_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    file = spoilt(
        tmp_path,
        "bad.yaml",
        ("empty_seat: alarm ", "empty_seat: alarn "),
        ("review: 28 days", "review: 28 dayz"),
    )
    told = run("ladders", "check", file)
    assert (told.exit_code, told.stdout) == (1, "")
    lines = [line for line in told.stderr.splitlines() if line.startswith("bad.yaml:")]
    assert len(lines) == 2
    assert all(part.isdigit() for line in lines for part in line.split(":")[1:3])
    assert "alarm" in told.stderr


def test_a_file_that_does_not_fit_the_directory_in_force_is_refused(
    run: Run, tmp_path: Path, furnished_url: str
) -> None:
    file = spoilt(tmp_path, "strange.yaml", ("client: rivers", "client: rovers"))
    told = run("ladders", "check", file, database=furnished_url)
    assert told.exit_code == 1
    assert "strange.yaml:" in told.stderr
    assert "rivers" in told.stderr


def test_an_effective_ladder_is_shown_with_the_origin_of_every_value(
    run: Run, furnished_url: str
) -> None:
    told = run(
        "ladders", "show", "function", "--ola", "ola-rivers", "--json", database=furnished_url
    )
    values = {each["path"]: each for each in json.loads(told.stdout)["values"]}
    high = values["rungs.service_manager.target.high"]
    source = high["source"]
    assert (high["value"], source["set_by"]) == ("6 business hours", "ola")
    assert source["clause"] == "OLA Rivers, cl 8.2(a)"
    lines = Path(LADDERS).read_text(encoding="utf-8").splitlines()
    assert "6 business hours" in lines[source["line"] - 1]
    assert values["rungs.function_director.target.high"]["source"]["set_by"] == "ladder"
    people = run("ladders", "show", "ssi-standard")
    assert "service manager (leads)" in plain(people.stdout)


def test_a_ladder_that_is_not_there_names_the_nearest(run: Run) -> None:
    told = run("ladders", "show", "ssi-standart", "--file", LADDERS)
    assert told.exit_code == 1
    assert "ssi-standard" in told.stderr


def test_without_a_published_ladder_show_says_what_to_do(run: Run, database_url: str) -> None:
    told = run("ladders", "show", "function", database=database_url)
    assert told.exit_code == 1
    assert "ladders publish" in told.stderr


def test_publishing_tells_what_is_in_force_and_again_changes_nothing(
    run: Run, tmp_path: Path, database_url: str
) -> None:
    words = ["--mode", "new-only", "--reason", "first", "--json"]
    first = json.loads(run("ladders", "publish", LADDERS, *words, database=database_url).stdout)
    assert (first["changed"], first["mode"]) == (True, "new-only")
    again = json.loads(run("ladders", "publish", LADDERS, *words).stdout)
    assert again == {**first, "changed": False}
    other = spoilt(tmp_path, "other.yaml", ("review: 28 days", "review: 29 days"))
    refused = run("ladders", "publish", other, *words)
    assert refused.exit_code == 1
    assert "label" in refused.stderr


@pytest.mark.parametrize("mode", ["next-rung", "recompute"])
def test_modes_that_move_open_issues_are_refused_by_name(
    run: Run, furnished_url: str, mode: str
) -> None:
    words = ["ladders", "publish", LADDERS, "--mode", mode, "--reason", "x"]
    told = run(*words, database=furnished_url)
    assert told.exit_code == 1
    assert mode in told.stderr


def test_a_publication_without_a_reason_is_wrong_use(run: Run) -> None:
    told = run("ladders", "publish", LADDERS, "--mode", "new-only", "--reason", "  ")
    assert told.exit_code == 2


def test_the_schema_is_the_one_that_editors_read(run: Run) -> None:
    published = Path(LADDERS).with_name("escalation_ladders.schema.json")
    assert run("ladders", "schema").stdout == published.read_text(encoding="utf-8")


def test_a_directory_is_checked_and_applied_whole(run: Run, database_url: str) -> None:
    checked = run("directory", "check", DIRECTORY, "--json", database=database_url)
    assert json.loads(checked.stdout)["agencies"] == 8
    first = json.loads(run("directory", "apply", DIRECTORY, "--json").stdout)
    assert (first["epoch"], first["changed"]) == (1, True)
    again = json.loads(run("directory", "apply", DIRECTORY, "--json").stdout)
    assert again == {**first, "changed": False, "differences": []}


def test_a_directory_that_does_not_fit_the_ladders_is_refused(
    run: Run, tmp_path: Path, furnished_url: str
) -> None:
    text = Path(DIRECTORY).read_text(encoding="utf-8")
    assert "calendar: cairns" in text
    file = tmp_path / "moved.yaml"
    file.write_text(text.replace("calendar: cairns", "calendar: cains"), encoding="utf-8")
    for command in ("check", "apply"):
        told = run("directory", command, str(file), database=furnished_url)
        assert told.exit_code == 1
        assert "moved.yaml:" in told.stderr
        assert "cairns" in told.stderr
    against = run("directory", "check", DIRECTORY, "--ladders", LADDERS)
    assert "It fits" in against.stdout

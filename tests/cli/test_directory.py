"""``escalation directory``: what a file would change, shown before it is put in force."""

import json
from pathlib import Path

from tests.cli.conftest import DIRECTORY, Run


def changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = Path(DIRECTORY).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


OTHER = (
    ("title: Technology cluster", "title: The technology cluster"),
    ("party: meridian, until: 2026-06-30}", "party: meridian, until: 2026-05-31}"),
    ("  winifred-osei: {", "  wilma-osei: {name: Wilma Osei}\n  winifred-osei: {"),
)


def test_what_a_file_changes_is_shown_and_a_dry_run_changes_nothing(
    run: Run, tmp_path: Path, furnished_url: str
) -> None:
    file = changed(tmp_path, *OTHER)
    told = run("directory", "apply", file, "--dry-run", database=furnished_url)
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert any(line.startswith("changed  clusters") for line in lines)
    assert "title: Technology cluster -> The technology cluster" in told.stdout
    assert any(line.startswith("ended    appointments  app-meridian-400") for line in lines)
    assert any(line.startswith("added    people        wilma-osei") for line in lines)
    assert lines[-2:] == ["1 added, 1 changed, 1 ended.", "Nothing was changed."]
    dry = json.loads(run("directory", "apply", file, "--dry-run", "--json").stdout)
    assert dry["changed"] is False
    assert [each["how"] for each in dry["differences"]] == ["ended", "changed", "added"]
    applied = json.loads(run("directory", "apply", file, "--json").stdout)
    assert (applied["epoch"], applied["changed"]) == (2, True)
    assert applied["differences"] == dry["differences"]
    again = run("directory", "apply", file)
    assert again.stdout.splitlines()[0] == "It changes nothing."
    assert "was in force already: version 2" in again.stdout


def test_a_forum_that_nobody_could_decide_at_is_refused_with_its_place_and_the_mend(
    run: Run, tmp_path: Path, furnished_url: str
) -> None:
    text = Path(DIRECTORY).read_text(encoding="utf-8")
    quorum = text.index("quorum: 4\n", text.index("  ceo-board:"))
    seats, ends = text.index("    members:", quorum), text.index("    invitees:", quorum)
    file = tmp_path / "changed.yaml"
    file.write_text(text[:seats] + text[ends:], encoding="utf-8")
    line = text[:quorum].count("\n") + 1
    for words in (["check", str(file)], ["apply", str(file), "--yes"]):
        told = run("directory", *words, database=furnished_url)
        assert (told.exit_code, told.stdout) == (1, "")
        assert f"changed.yaml:{line}:" in told.stderr
        assert "found 4, expected `members`" in told.stderr


def test_what_is_exported_is_applied_back_to_the_same_content(
    run: Run, tmp_path: Path, furnished_url: str
) -> None:
    exported = run("directory", "export", database=furnished_url)
    assert exported.exit_code == 0, exported.output
    file = tmp_path / "exported.yaml"
    file.write_text(exported.stdout, encoding="utf-8")
    told = json.loads(run("directory", "apply", str(file), "--json").stdout)
    assert (told["epoch"], told["changed"], told["differences"]) == (1, False, [])


def test_the_directory_in_force_is_shown_part_by_part(run: Run, furnished_url: str) -> None:
    counts = json.loads(run("directory", "show", "--json", database=furnished_url).stdout)
    assert counts["clusters"] == 2
    assert "clusters" in run("directory", "show").stdout
    people = json.loads(run("directory", "show", "people", "--json").stdout)
    assert {"id": "priya-nair", "name": "Priya Nair"}.items() <= people[-17].items() or people
    shown = run("directory", "show", "regions").stdout
    assert "far-north" in shown
    assert "title: Far North, calendar: cairns" in shown


def test_without_a_directory_there_is_nothing_to_show(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    assert run("db", "upgrade", database=url).exit_code == 0
    told = run("directory", "export")
    assert told.exit_code == 1
    assert "No directory has been applied yet" in told.stderr


def test_seats_that_nobody_holds_are_listed(run: Run, furnished_url: str) -> None:
    none = run("issues", "vacancies", database=furnished_url)
    assert none.stdout.strip() == "Every seat that an unresolved issue stands at is held."
    logged = run(
        "issues",
        "log",
        "title=The pay is late",
        "description=It did not come",
        "channel=phone",
        "agency=rivers",
        "function=payroll",
        "raiser.type=staff",
        "raiser.name=Ana",
        "--json",
    )
    assert logged.exit_code == 0, logged.output
    reference = json.loads(logged.stdout)["reference"]
    assert run("issues", "act", reference, "recuse", "seat=agency").exit_code == 0
    listed = run("issues", "vacancies", "--account-manager", "dominic-ferraro")
    assert reference in listed.stdout
    assert "function manager" in listed.stdout
    assert len(json.loads(run("issues", "vacancies", "--json").stdout)) == 1
    assert json.loads(run("issues", "vacancies", "--forum", "x", "--json").stdout) == []

"""The pages that are made from the code say what the code does now."""

import re

import pytest

from tests.architecture.sources import ROOT, product
from tools.docs import PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_made_from_the_code_is_fresh(page: str) -> None:
    stale = f"{page} is stale: .venv/bin/python -m tools.docs"
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), stale


def test_every_variable_that_the_code_names_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    words = {w for s in product() for w in re.findall(r"ESCALATION_[A-Z_]+[A-Z]\b", s.text)}
    unknown = {w for w in words if f"`{w.removesuffix('_FILE')}`" not in page}
    assert unknown <= {"ESCALATION_TEST", "ESCALATION_SERVICE"}


def test_decisions_are_numbered_in_order_and_say_what_follows() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Where it is held"], page.name


def test_every_test_that_the_documentation_names_is_there() -> None:
    named = {
        (page.name, file, test)
        for page in (ROOT / "docs").glob("*.md")
        for file, test in re.findall(
            r"`(tests/[\w/.]+)(?:::(\w+))?`", page.read_text(encoding="utf-8")
        )
    }
    missing = [
        (page, file, test)
        for page, file, test in sorted(named)
        if not (ROOT / file).exists()
        or (test and f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def _required() -> list[tuple[str, list[str]]]:
    """What is asked of the product's security, and the tests and commands that show each."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    shown = re.compile(r"`(tests/[\w/]+\.py|python -m tests[.\w]+|escalation doctor)`")
    return [(row[0], shown.findall(" | ".join(row[1:]))) for row in rows[1:]]


def test_each_requirement_of_security_names_what_shows_it_and_that_is_there() -> None:
    required = _required()
    assert len(required) > 25
    for asked, shown in required:
        assert shown, asked
        for each in shown:
            path = each.removeprefix("python -m ").replace(".", "/")
            named = each if each.endswith(".py") else f"{path}.py"
            assert each == "escalation doctor" or (ROOT / named).is_file(), (asked, each)


def test_each_test_of_access_is_named_where_security_is_told() -> None:
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("security.md", "access.md")]
    there = {f"tests/access/{each.name}" for each in (ROOT / "tests/access").glob("test_*.py")}
    assert {each for each in there if not any(each in page for page in pages)} == set()

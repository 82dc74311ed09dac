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

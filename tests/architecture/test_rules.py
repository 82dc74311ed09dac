"""Rules of the code that neither ruff, mypy nor import-linter can state."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, Source, everything, product

FILE_LINES = 400
FUNCTION_LINES = 60

FORBIDDEN_NAMES = {
    "base_service",
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "util",
    "utils",
}

# A reason is text that follows the codes, after a dash or in a comment of its own.
BARE_WAIVER = re.compile(
    r"#\s*(?:noqa(?!:)|noqa:[ A-Z0-9,]*$|type: ignore(?:\[[\w, -]+\])?\s*$)", re.MULTILINE
)
UNFINISHED = re.compile(r"#\s*(?:TODO|FIXME|XXX|HACK)\b")


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_no_file_is_longer_than_400_lines() -> None:
    lines = {
        source.path: source.text.count("\n")
        for source in everything()
        if not source.path.startswith("migrations/versions/")
    }
    assert {path: n for path, n in lines.items() if n > FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in everything()
        if not source.path.startswith("migrations/versions/")
        for node in functions(source)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_only_the_transaction_module_commits() -> None:
    commits = [
        source.path
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert set(commits) == {"store/transaction.py"}


def test_only_ids_draws_randomness() -> None:
    draws = re.compile(r"\bsecrets\.(?!compare_digest)\w|from secrets|os\.urandom|\buuid[147]\(")
    assert [s.path for s in product() if draws.search(s.text)] == ["ids.py"]


def test_only_the_dialect_module_asks_which_database_it_is() -> None:
    asks = re.compile(r"dialect\.name|[=!]= ?\"(?:sqlite|postgresql)\"")
    assert [s.path for s in product() if asks.search(s.text)] == ["store/dialect.py"]


def test_correctness_rests_on_rows_and_keys_alone() -> None:
    words = re.compile(r"advisory|pg_notify|\bLISTEN\b|\bNOTIFY\b|CREATE TRIGGER", re.IGNORECASE)
    statements = {
        source.path
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for word in node.args
        if isinstance(word, ast.Constant) and words.search(str(word.value))
    }
    assert statements == {"store/dialect.py"}


def test_each_waiver_of_a_check_gives_its_reason() -> None:
    found = {source.path: BARE_WAIVER.findall(source.text) for source in everything()}
    assert {path: bare for path, bare in found.items() if bare} == {}


def test_nothing_is_left_unfinished() -> None:
    assert [s.path for s in everything() if UNFINISHED.search(s.text)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    words = {s.path: set(s.path.removesuffix(".py").split("/")) for s in everything()}
    assert [path for path, parts in words.items() if parts & FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.lock")), ids=lambda path: path.name)
def test_no_lock_file_names_an_address(path: object) -> None:
    assert "://" not in (ROOT / str(path)).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.lock")), ids=lambda path: path.name)
def test_every_locked_package_carries_hashes(path: object) -> None:
    text = (ROOT / str(path)).read_text(encoding="utf-8")
    assert re.findall(r"^[a-z0-9][^\\\n]*==[^\\\n]*$", text, re.MULTILINE) == []


STATEMENTS = {"text", "exec_driver_sql", "literal_column"}
"""What takes SQL as words."""
OF_CONSTANTS = {
    "store/engine.py": "settings of a connection, from a table of its own",
    "store/grants.py": "triggers and grants, of the tables that the product has",
    "store/selecting.py": "a number that it counts itself",
    "store/upkeep.py": "one of two statements of its own",
    "store/wall.py": "policies of the tables that the product has",
}
"""Modules that put words of their own together, and which."""


def test_no_statement_is_put_together_from_what_somebody_sent() -> None:
    """SQL in words is written down whole; only names in capitals, constants, stand within it."""
    found = [
        f"{source.path}:{node.lineno}"
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and node.args and _called(node) in STATEMENTS
        if not (_is_constant(node.args[0]) or source.path in OF_CONSTANTS)
        if source.path.startswith("store/")
    ]
    assert found == []


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))


def _is_constant(part: ast.expr) -> bool:
    """Whether an expression has nothing in it but words of the module's own."""
    if isinstance(part, ast.Constant):
        return True
    if isinstance(part, ast.Name):
        return part.id.strip("_").isupper()
    if isinstance(part, ast.Attribute):
        return _is_constant(part.value)
    if isinstance(part, ast.JoinedStr):
        return all(map(_is_constant, part.values))
    return isinstance(part, ast.FormattedValue) and _is_constant(part.value)


def test_no_finding_of_the_security_check_is_waived_without_a_word() -> None:
    waived = re.compile(r"#\s*nosec(?!\s+B\d+(?:,B\d+)*\s+\S)")
    found = [each.path for each in everything() if waived.search(each.text)]
    assert found == []

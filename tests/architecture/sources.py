"""The product's source files as the rules' tests see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "escalation"


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: where it stands, what it says, and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


@cache
def product() -> tuple[Source, ...]:
    """Every module of the package, by its path from the package's folder."""
    return tuple(_read(path, PACKAGE) for path in sorted(PACKAGE.rglob("*.py")))


@cache
def everything() -> tuple[Source, ...]:
    """Every Python file of the project, by its path from the project's folder."""
    folders = ("src", "tests", "tools", "migrations", "bench")
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_read(path, ROOT) for path in paths)


def imported(tree: ast.Module) -> Iterator[str]:
    """The full dotted name of each thing that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _read(path: Path, base: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(base).as_posix(), text, ast.parse(text, str(path)))

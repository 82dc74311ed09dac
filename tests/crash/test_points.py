"""Killed at each moment around a commit, one after the other; a run itself makes the list."""

import itertools
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.builders import copied_sqlite, postgres_copy
from tests.crash.cutting import Copy, cut_at, moments
from tests.crash.points import TABLES
from tests.postgres import Server

EVERY = 8
"""Of how many moments the ordinary run of the tests takes one; the campaign takes all."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Copy:
    """Gives a furnished database as often as asked, once on each kind."""
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres_server")
        template: str = request.getfixturevalue("furnished_postgres")
        return lambda: postgres_copy(server, template)
    file: Path = request.getfixturevalue("furnished_sqlite")
    numbers = itertools.count()
    return lambda: nullcontext(copied_sqlite(file, tmp_path / f"{next(numbers)}.db"))


@pytest.mark.slow
def test_killed_at_any_moment_a_story_told_again_comes_to_the_same_end(
    copy: Copy, request: pytest.FixtureRequest
) -> None:
    names, whole = moments(copy)
    for table in TABLES:
        writes = f"before INSERT INTO {table.name}"
        assert any(name.endswith(writes) for name in names), f"no moment writes {table.name}"
    for chapter in ("logged", "acted on", "swept", "decided"):
        for moment in ("before the commit", "after the commit", "after the answer"):
            assert f"{chapter}: {moment}" in names
    # Two in the same run: the one database takes those that the other leaves out.
    first = 1 if "sqlite" in request.node.name else 1 + EVERY // 2
    assert cut_at(copy, range(first, len(names) + 1, EVERY), whole) == []

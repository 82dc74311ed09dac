"""Which database a story is told on: SQLite, or where it says so each of the two."""

import pytest

on_both = pytest.mark.parametrize(
    "story", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Engine, LargeBinary, MetaData, Table

from escalation.store.base import Id, Json, UtcInstant
from escalation.store.transaction import write

SHELF = Table(
    "shelf",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", UtcInstant),
    Column("said", Json),
    Column("raw", LargeBinary),
)


@pytest.fixture
def shelf(engine: Engine) -> Iterator[Table]:
    """A table with a column of each type."""
    with write(engine) as connection:
        SHELF.create(connection)
    yield SHELF
    with write(engine) as connection:
        SHELF.drop(connection)

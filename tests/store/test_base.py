from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from escalation.store.base import (
    EPOCH,
    UtcInstant,
    canonical,
    canonical_document,
    epoch_microseconds,
)
from escalation.store.transaction import read, write

INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)
ANY_INSTANT = st.datetimes(timezones=st.just(UTC))
SQLITE_INSTANT: Any = UtcInstant.dialect_impl(sqlite.dialect())
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))  # jsonb refuses the NUL letter
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcé ", min_size=1), inner),
    max_leaves=20,
)


def kept(engine: Engine, shelf: Table, **values: Any) -> Any:
    with write(engine) as connection:
        connection.execute(shelf.delete())
        connection.execute(shelf.insert().values(id="a", **values))
    with read(engine) as connection:
        return connection.execute(select(*(shelf.c[name] for name in values))).one()


def test_an_instant_comes_back_in_utc_to_the_microsecond(engine: Engine, shelf: Table) -> None:
    brisbane = timezone(timedelta(hours=10))
    given = datetime(2026, 3, 2, 9, 30, 15, 123457, brisbane)
    [found] = kept(engine, shelf, at=given)
    assert found == given
    assert found.tzinfo is UTC


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(instant=INSTANTS, value=JSON)
def test_what_is_kept_is_what_was_given(
    engine: Engine, shelf: Table, instant: datetime, value: object
) -> None:
    assert kept(engine, shelf, at=instant, said=value) == (instant, value)


@given(st.lists(st.none() | ANY_INSTANT, min_size=1))
def test_a_whole_column_of_instants_is_read_to_the_microsecond(
    instants: list[datetime | None],
) -> None:
    kept = [None if at is None else epoch_microseconds(at) for at in instants]
    assert SQLITE_INSTANT.whole_column(kept) == instants
    assert all(at.tzinfo is UTC for at in SQLITE_INSTANT.whole_column(kept) if at is not None)


def test_an_instant_without_a_zone_is_refused(engine: Engine, shelf: Table) -> None:
    naive = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - that is the test
    with pytest.raises(StatementError, match="needs its zone"), write(engine) as connection:
        connection.execute(shelf.insert().values(id="a", at=naive))


def test_nothing_is_null_on_both(engine: Engine, shelf: Table) -> None:
    assert kept(engine, shelf, at=None, said=None) == (None, None)
    with read(engine) as connection:
        query = text("SELECT count(*) FROM shelf WHERE at IS NULL AND said IS NULL")
        assert connection.execute(query).scalar_one() == 1


def test_instants_compare_as_time_does(engine: Engine, shelf: Table) -> None:
    instants = [EPOCH + timedelta(days=n) for n in (-40_000, -1, 0, 1, 20_000)]
    with write(engine) as connection:
        rows = [{"id": str(n), "at": instant} for n, instant in enumerate(instants)]
        connection.execute(shelf.insert(), rows[::-1])
    with read(engine) as connection:
        found = connection.execute(select(shelf.c.at).order_by(shelf.c.at)).scalars().all()
        later = connection.execute(select(shelf.c.id).where(shelf.c.at > EPOCH)).scalars().all()
    assert found == instants
    assert sorted(later) == ["3", "4"]


def test_identifiers_sort_by_their_bytes(engine: Engine, shelf: Table) -> None:
    words = ["B", "a", "Z", "é", "_", "0", "aa", "a_b", "ab"]
    with write(engine) as connection:
        connection.execute(shelf.insert(), [{"id": word} for word in words])
    with read(engine) as connection:
        found = connection.execute(select(shelf.c.id).order_by(shelf.c.id)).scalars().all()
    assert found == sorted(words, key=str.encode)


def test_sqlite_keeps_canonical_text_and_whole_numbers() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
    assert epoch_microseconds(EPOCH - timedelta(microseconds=1)) == -1


@given(document=st.dictionaries(st.text(), JSON | st.text()), instant=INSTANTS)
def test_a_large_document_has_the_bytes_of_its_canonical_text(
    document: dict[str, Any], instant: datetime
) -> None:
    told = instant.isoformat().replace("+00:00", "Z")
    found = canonical_document({**document, "at": instant})
    assert found == canonical({**document, "at": told}).encode("utf-8")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_does_not_know_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(value)

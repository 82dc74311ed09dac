"""What is hidden takes the database as much work as what is not there: else the time would tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.access.estate import call
from tests.access.swaps import absent_name, swapping
from tests.access.timing import WHO, names_with, questions
from tests.builders import copied_sqlite


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database within the block."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.slow
def test_of_what_is_hidden_no_more_is_asked_than_of_what_is_not_there(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with swapping(url, tmp_path, 1) as swapper:
        engine = swapper.service.container.engine
        differ = {}
        for operation, key, (kind, place, name) in questions(swapper, WHO):
            asked = []
            for number in (1, 2):  # what a process looks up once, it has looked up by then
                for word in (name, absent_name(name, number)):
                    with statements(engine) as found:
                        call(swapper.service, operation, names_with(swapper, place, word), key)
                    asked.append(found)
            if asked[2] != asked[3]:
                differ[f"{kind}: {operation.name}, {place}"] = asked[2:]
    assert differ == {}

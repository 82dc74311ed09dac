"""When forums meet is read from the record of the meetings that were moved, and of no others."""

from sqlalchemy import Connection, event

from escalation.store.diaries import diary_at
from escalation.store.transaction import read
from escalation.workflow.diary import NO_CHANGES
from tests.builders import desk_on
from tests.fakes import virtual_clock


def test_where_no_meeting_was_moved_no_timeline_is_read(furnished_url: str) -> None:
    """On SQLite a digest walked through every event of the database to find none."""
    clock = virtual_clock()
    with desk_on(furnished_url, clock, start=False) as desk:
        asked: list[str] = []

        def note(_: Connection, __: object, statement: str, *___: object) -> None:
            asked.append(statement)

        event.listen(desk.engine, "before_cursor_execute", note)
        with read(desk.engine) as connection:
            assert diary_at(connection, clock.now(), clock.now()) == NO_CHANGES
    assert not [statement for statement in asked if "FROM event" in statement]
    assert len([statement for statement in asked if "meeting" in statement]) == 1

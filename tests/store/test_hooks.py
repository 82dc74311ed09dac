"""What tools have sent is found by key, never by reading all that they ever sent."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from escalation.store import hooks
from escalation.store.engine import make_engine
from escalation.store.hooks import HookDelivery, HookState
from escalation.store.transaction import read, write
from tests.store.test_access import plans

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def delivery(number: int, state: HookState, waits_for: str | None = None) -> HookDelivery:
    return HookDelivery(
        id=f"hkd_{number}",
        source="jira",
        key=str(number),
        headers={},
        body=b"{}",
        received_at=NOW,
        handled_at=NOW,
        state=state,
        waits_for=waits_for,
    )


def test_a_new_ticket_does_not_read_whatever_its_tool_ever_sent(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with read(engine) as connection, plans(connection) as told:
        hooks.waiting_for(connection, "jira", "RIV-1")
        hooks.left_of(connection, "jira", "", 10)
    engine.dispose()
    waiting, left = (line for line in told if "hook_delivery" in line)
    assert "ix_hook_delivery_waiting (source=? AND waits_for=?)" in waiting
    assert "ix_hook_delivery_left" in left


def test_what_waits_and_what_is_left_is_found(engine: Engine) -> None:
    with write(engine) as connection:
        for number, state in enumerate(HookState):
            assert hooks.take_in(connection, delivery(number, state, "RIV-1"))
        assert not hooks.take_in(connection, delivery(0, HookState.DONE))
    with read(engine) as connection:
        [waiting] = hooks.waiting_for(connection, "jira", "RIV-1")
        left = hooks.left_of(connection, "jira", "", 10)
        states = [hooks.one(connection, name) for name in left]
        assert hooks.waiting_for(connection, "jira", "RIV-2") == []
    assert waiting.state is HookState.WAITING
    assert {each.state for each in states if each} == set(hooks.LEFT)


@pytest.mark.parametrize("issue_id", [None, "iss_1"])
def test_a_ticket_is_held_as_it_was_kept(engine: Engine, issue_id: str | None) -> None:
    with write(engine) as connection:
        first = hooks.hold_ticket(connection, "jira", "RIV-1")
        assert (first.issue_id, first.told) == (None, {})
        first.issue_id, first.told = issue_id, {"title": {"at": [1], "value": "x"}}
        hooks.keep_ticket(connection, first)
    with write(engine) as connection:
        assert hooks.hold_ticket(connection, "jira", "RIV-1") == first

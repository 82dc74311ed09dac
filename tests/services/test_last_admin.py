"""The last administrator's key cannot be taken back, by whatever way and however many at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from escalation.clock import VirtualClock
from escalation.errors import Refused
from escalation.services import keys
from escalation.services.desk import Desk
from escalation.services.keys import KeyRole
from tests.builders import CLERK, desk_on

ADMIN = KeyRole.ADMIN


@pytest.fixture
def other(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    """The desk of another process on the same database."""
    with desk_on(furnished_url, clock) as desk:
        yield desk


def made(desk: Desk, role: KeyRole = ADMIN, days: int | None = None) -> str:
    until = None if days is None else desk.clock.now() + timedelta(days=days)
    return keys.create(desk, name="a key", role=role, actor=CLERK, expires_at=until).stored.id


def live(desk: Desk) -> list[str]:
    now = desk.clock.now()
    return [key.id for key in keys.every(desk) if key.role == ADMIN and key.live(now)]


def test_one_that_has_ended_or_is_of_another_role_is_no_other_administrator(
    desk: Desk, clock: VirtualClock
) -> None:
    last, ending = made(desk), made(desk, days=1)
    made(desk, KeyRole.OPERATOR)
    clock.advance(timedelta(days=1))
    with pytest.raises(Refused, match="last administrator") as refused:
        keys.revoke(desk, last, actor=CLERK)
    assert refused.value.code == "last_admin_key"
    keys.revoke(desk, ending, actor=CLERK)
    assert live(desk) == [last]


def test_two_that_are_taken_back_at_once_by_two_processes_leave_one(
    desk: Desk, other: Desk
) -> None:
    for _ in range(5):
        pair = [*live(desk), *(made(desk) for _ in range(2 - len(live(desk))))]

        def take(desk: Desk, key: str) -> bool:
            try:
                keys.revoke(desk, key, actor=CLERK)
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(take, (desk, other), pair))
        assert sorted(done) == [False, True]
        assert len(live(desk)) == 1


def test_the_key_that_follows_the_last_one_is_an_administrators(desk: Desk) -> None:
    last = made(desk)
    after = keys.rotate(desk, last, actor=CLERK, overlap=timedelta(0))
    assert live(desk) == [after.stored.id]

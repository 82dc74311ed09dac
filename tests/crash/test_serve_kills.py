"""``escalation serve`` killed under its clients: what was answered is there, once."""

from pathlib import Path

import pytest

from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.store.engine import make_engine
from tests.builders import CLERK, desk_on
from tests.crash.calling import Callers
from tests.crash.invariants import broken

LIVES = (7, 40)
"""Answers after which the service is killed, one life after the other."""


@pytest.mark.slow
@pytest.mark.campaign
def test_what_the_service_answered_is_there_once_whenever_it_was_killed(
    furnished_url: str, tmp_path: Path
) -> None:
    with desk_on(furnished_url) as desk:
        made = keys.create(desk, name="tool", role=KeyRole.ADMIN, actor=CLERK)
    callers = Callers(tmp_path, furnished_url, made.secret, seed=1)
    for answers in LIVES:
        callers.until_killed(answers)
    callers.until_answered()
    engine = make_engine(furnished_url)
    wrong = [*broken(engine), *callers.ledger.disputes(engine)]
    engine.dispose()
    assert wrong == []
    assert callers.ledger.open == []
    assert len(callers.ledger.told) >= sum(LIVES)
    assert callers.ledger.refused == {}

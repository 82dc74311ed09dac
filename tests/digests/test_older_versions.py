"""A database of the version before counts what it counted, once it has been brought up."""

from sqlalchemy import select

from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.store import migrate, models
from escalation.store.engine import make_engine
from escalation.store.transaction import Engine, read
from tests.builders import CLERK, desk_on
from tests.digests.busy import busy
from tests.fakes import seeded_ids, virtual_clock


def told(engine: Engine) -> list[tuple[object, ...]]:
    stay = models.stay.c
    with read(engine) as connection:
        query = select(stay.id, stay.moved, stay.further_action).order_by(stay.id)
        return [tuple(row) for row in connection.execute(query)]


def test_how_stays_began_is_told_from_the_timelines_of_an_older_database(
    furnished_url: str,
) -> None:
    clock = virtual_clock()
    with desk_on(furnished_url, clock, ids=seeded_ids()) as desk:
        busy(desk, clock, 21, days=12, acts=6)
        digests.make(desk, Request(profile="scorecard:ssi"), CLERK)
        kept = digests.make(desk, Request(forum="bmf-southern-cross"), CLERK).stored
    engine = make_engine(furnished_url, owner=True)
    before = told(engine)
    assert {moved for _, moved, _ in before} >= {"escalated", None}
    assert {further for *_, further in before} == {True, False, None}
    migrate.downgrade(engine, "0012")
    migrate.upgrade(engine)
    assert told(engine) == before
    with read(engine) as connection:
        assert connection.scalars(select(models.digest.c.id)).all() == [kept.id]
    engine.dispose()

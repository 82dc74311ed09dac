"""What was agreed against what it came to, at the edges of what a calendar knows."""

from datetime import timedelta

from escalation.clock import VirtualClock
from escalation.digests.standards import alike, planned, spent_by
from escalation.digests.tallies import Visit, VisitKind
from escalation.services import digests
from escalation.services.asked_digests import Request, framework_at
from escalation.services.desk import Desk
from escalation.store.transaction import snapshot
from escalation.workflow.commands import Escalate
from tests.builders import ask, complaint
from tests.digests.history import HOUR
from tests.fakes import MONDAY, utc


def test_visits_without_a_due_instant_or_beyond_the_calendar_are_counted_and_not_timed(
    desk: Desk, clock: VirtualClock
) -> None:
    with snapshot(desk.engine) as connection:
        framework = framework_at(desk, connection, clock.now(), clock.now())
    kind = VisitKind(
        framework.publication.hash, "brisbane", "meridian", "ola-rivers", "ssi-standard",
        "service_manager", "high",
    )  # fmt: skip
    visits = [
        Visit(kind, MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR),
        Visit(kind, MONDAY, MONDAY + 2 * HOUR, MONDAY + 2 * HOUR),
        Visit(kind, MONDAY, utc("2090-01-01 00:00"), None),
    ]
    [standard] = planned(framework, alike(framework, visits), {})
    assert standard["agreed"] == "6 business hours"
    assert standard["now"] == {
        "visits": 3, "in_target": 1, "past_target": 1, "mean_business_seconds": 5_400,
    }  # fmt: skip
    assert standard["before"]["mean_business_seconds"] is None
    spent = spent_by(alike(framework, visits))
    assert spent["provider", "meridian"] == spent["", None]
    assert spent["", None].seconds == timedelta(hours=3).total_seconds()


def test_an_issue_for_which_no_forum_sits_stops_no_scorecard(
    desk: Desk, clock: VirtualClock
) -> None:
    view = ask(desk, complaint(provider="corptech"))  # which does not serve that agency
    for _ in range(3):
        clock.move_to(clock.now() + HOUR)
        view = ask(desk, Escalate(reason="it is stuck"), view["id"])
    assert view["rung"]["id"] == "partnering_forum"
    assert view["rung"]["forum"] is None
    clock.move_to(clock.now() + HOUR)
    for profile in ("scorecard:ssi", "layer:corporate", "benchmark"):
        assert digests.looked(desk, Request(profile=profile))
    found = digests.looked(desk, Request(profile="scorecard:ssi"))
    told = {each["rung"]: each["now"]["visits"] for each in found["planned"]}
    assert told == {"service_manager": 1, "function_director": 1}
    assert found["figures"]["now"]["in_target"] == 2

"""Which issues below come to a forum before its agenda closes, if nobody acts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from escalation.digests.figures import band_of
from escalation.digests.framework import Ages, Framework, Meetings
from escalation.digests.movements import Kind, kind_of
from escalation.digests.projection import Projection
from escalation.digests.selection import After, Area, Before, Elsewhere, Movements
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from tests.builders import CONFIG, DIRECTORY, LADDERS
from tests.fakes import utc

BMF, PF = "bmf-southern-cross", "pf-southern-cross"
NOW = utc("2026-03-02 00:00")  # a Monday, 10:00 in Brisbane
MONTH = timedelta(days=31)


def framework(text: bytes | None = None, directory: bytes | None = None) -> Framework:
    ladders = text or (CONFIG / LADDERS).read_bytes()
    publication = Publication.read(ladders, LADDERS, date(2026, 3, 2))
    parties = Directory.read(directory or (CONFIG / DIRECTORY).read_bytes(), DIRECTORY)
    return Framework(publication, parties, 1, lambda _: publication)


@pytest.fixture(scope="module")
def frame() -> Framework:
    """The examples' framework."""
    return framework()


def standing(**changes: Any) -> Elsewhere:
    fields: dict[str, Any] = dict.fromkeys(Elsewhere.__struct_fields__)
    fields |= {
        "issue": "iss_1", "reference": "SSI-2026-000001", "received_at": NOW,
        "channel": "phone", "raiser": "staff", "rung": "service_manager", "layer": "operational",
        "entered_at": NOW, "status": "open", "severity": "medium", "title": "Pay",
        "kind": "complaint", "agency": "rivers", "provider": "meridian", "function": "payroll",
        "cluster": "southern-cross", "scope": "function", "publication": "x", "ola": "ola-rivers",
        "ladder": "ssi-standard", "calendar": "brisbane", "carried_over": 0,
        "due_at": utc("2026-03-04 07:00"),
    }  # fmt: skip
    return Elsewhere(**(fields | changes))


def arrival(frame: Framework, code: str, until: datetime | None, **changes: Any) -> Any:
    return Projection(frame, code, NOW, until).arrival(standing(**changes))


def test_officers_climb_at_the_ends_of_their_clocks(frame: Framework) -> None:
    found = arrival(frame, BMF, NOW + MONTH)
    assert found is not None
    assert found.at == utc("2026-03-11 07:00")  # five business days at the directors
    assert found.over == ("service_manager", "function_director")
    assert arrival(frame, BMF, found.at) is None  # the agenda closes just then
    assert arrival(frame, BMF, found.at + timedelta(seconds=1)) == found


def test_a_rung_above_may_have_its_time_in_hours() -> None:
    text = (CONFIG / LADDERS).read_bytes()
    days = b"critical: 1 business day, high: 2 business days, medium: 5 business days"
    assert days in text
    hours = b"critical: 1 business hour, high: 2 business hours, medium: 3 business hours"
    found = arrival(framework(text.replace(days, hours, 1)), BMF, NOW + MONTH)
    assert found is not None
    assert found.at == utc("2026-03-05 01:30")  # 11:30 in Brisbane, three hours from 8:30


def test_officers_who_have_left_by_then_are_passed_over() -> None:
    text = (CONFIG / DIRECTORY).read_bytes()
    leads = b"{person: margaret-o-dwyer, role: service_director, party: meridian, function: payroll"
    assert leads in text
    frame = framework(directory=text.replace(leads, leads + b", until: 2026-03-20"))
    for days, over in ((0, ("service_manager", "function_director")), (21, ("service_manager",))):
        at = NOW + timedelta(days=days)
        looking = Projection(frame, BMF, at, at + MONTH)
        found = looking.arrival(standing(due_at=at))
        assert found is not None
        assert found.over == over


def test_what_is_late_climbs_at_once(frame: Framework) -> None:
    found = arrival(frame, BMF, NOW + MONTH, due_at=NOW - MONTH, rung="function_director")
    assert found is not None
    assert found.at == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"due_at": None},
        {"due_at": NOW + 2 * MONTH},
        {"rung": "governing_board"},
        {"cluster": None},
        {"rung": "partnering_forum", "meeting_at": NOW},
    ],
)
def test_what_does_not_come(frame: Framework, changes: dict[str, Any]) -> None:
    assert arrival(frame, BMF, NOW + MONTH, **changes) is None


def test_nothing_comes_where_no_meeting_is_ahead(frame: Framework) -> None:
    assert arrival(frame, BMF, None) is None


def test_a_forum_below_puts_it_off_as_often_as_it_may(frame: Framework) -> None:
    far = NOW + 8 * MONTH
    tabled = {"rung": "business_manager_forum", "forum": BMF, "status": "tabled"}
    first = {"meeting_at": utc("2026-03-10 00:00"), "due_at": utc("2026-03-12 07:00")}
    fresh = arrival(frame, PF, far, **tabled, **first)
    once = arrival(frame, PF, far, **tabled, **first, carried_over=1)
    last = arrival(frame, PF, far, **tabled, **first, carried_over=2)
    assert fresh is not None
    assert once is not None
    assert last is not None
    assert last.at == first["due_at"]
    # The meetings of April and May, and two business days after each.
    assert (once.at, fresh.at) == (utc("2026-04-16 07:00"), utc("2026-05-14 07:00"))
    late = {"meeting_at": NOW - MONTH, "due_at": NOW - MONTH}
    down = arrival(frame, PF, far, **tabled, **late, carried_over=2)
    assert down is not None  # the engine had been down: its next meeting is its last
    assert down.at == utc("2026-03-12 07:00")
    none = {"meeting_at": None, "due_at": first["due_at"]}
    assert arrival(frame, PF, far, **tabled, **none) is None


def test_from_the_first_rung_through_the_forum_below(frame: Framework) -> None:
    found = arrival(frame, PF, NOW + 8 * MONTH)
    assert found is not None
    assert found.over == ("service_manager", "function_director", "business_manager_forum")
    soon = arrival(frame, PF, utc("2026-04-20 00:00"))
    assert soon is None


def test_a_hold_before_a_forum_ends_when_it_was_promised_to(frame: Framework) -> None:
    held = {"rung": "business_manager_forum", "forum": BMF, "status": "on_hold"}
    until = utc("2026-03-20 00:00")
    found = arrival(frame, PF, NOW + 8 * MONTH, **held, hold_until=until, due_at=None,
                    carried_over=2)  # fmt: skip
    assert found is not None
    assert found.at == utc("2026-04-16 07:00")


def test_a_rung_that_only_notifies_is_never_left() -> None:
    text = (CONFIG / LADDERS).read_bytes()
    before = b"        empty_seat: next_rung\n        clause: SMF, Definitions, Shared"
    assert before in text
    quiet = framework(text.replace(before, b"        past_target: notify\n" + before, 1))
    assert arrival(quiet, BMF, NOW + MONTH) is None
    assert arrival(quiet, BMF, NOW + MONTH, rung="function_director") is None


def test_a_body_that_does_not_meet_again_or_is_not_there_passes_nothing_on(
    frame: Framework,
) -> None:
    tabled = {"rung": "function_director"}
    directory = frame.directory
    ended = replace(
        directory.forums[BMF],
        meeting=replace(directory.forums[BMF].meeting, rule="FREQ=MONTHLY;BYDAY=2TU;COUNT=2"),
    )
    other = framework()
    for key, body in list(other.directory._bodies.items()):
        if body.code == BMF:
            other.directory._bodies[key] = ended
    assert arrival(other, PF, NOW + 8 * MONTH, **tabled) is None
    gone = framework()
    for key, body in list(gone.directory._bodies.items()):
        if body.code == BMF:
            del gone.directory._bodies[key]
    assert arrival(gone, PF, NOW + 8 * MONTH, **tabled) is None
    horizon = utc("2030-12-30 00:00")
    late = Projection(frame, PF, horizon, horizon + 8 * MONTH)
    assert late.arrival(standing(due_at=horizon, severity="low")) is None


def test_ages_are_in_business_days_and_unknown_beyond_the_calendar(frame: Framework) -> None:
    ages = Ages(utc("2026-03-09 00:00")).by(frame.agreement(standing()), "brisbane")
    assert ages.since(NOW) == 5
    assert ages.since(utc("2026-02-28 00:00")) == 5  # a Saturday counts as Monday
    assert ages.since(utc("1990-01-01 00:00")) is None
    assert ages.since(utc("2026-03-10 00:00")) == 0, "what is ahead has no age"
    ahead = Ages(utc("2199-01-01 00:00")).by(frame.agreement(standing()), "brisbane")
    assert ahead.since(NOW) is None


def test_a_meeting_that_sits_is_neither_the_last_nor_the_next(frame: Framework) -> None:
    forum = frame.directory.forums[BMF]
    coming = Meetings.around(frame.in_force, forum, NOW).next
    assert coming is not None
    sits = Meetings.around(frame.in_force, forum, coming.starts_at)
    assert sits.previous is not None
    assert sits.next is not None
    assert sits.previous.ends_at < coming.starts_at < coming.ends_at < sits.next.starts_at
    closed = Meetings.around(frame.in_force, forum, coming.cutoff_at)
    assert closed.next == coming
    assert closed.open == sits.next


def test_a_body_that_never_met_has_no_last_meeting(frame: Framework) -> None:
    forum = frame.directory.forums[BMF]
    early = Meetings.around(frame.in_force, forum, utc("2025-07-01 00:00"))
    assert early.previous is None
    rare = replace(
        forum, meeting=replace(forum.meeting, rule="FREQ=YEARLY;BYMONTH=7;BYDAY=2TU;COUNT=1")
    )
    last = Meetings.around(frame.in_force, rare, NOW)
    assert last.previous is not None
    assert (last.next, last.open) == (None, None)
    assert last.told()["next"] is None


def test_areas() -> None:
    ours, theirs = standing(), standing(cluster="technology", provider="corptech")
    assert [Area("southern-cross").covers(s) for s in (ours, theirs)] == [True, False]
    assert [Area(provider="corptech").covers(s) for s in (ours, theirs)] == [False, True]
    assert Area().covers(theirs)


def test_movements_by_where_they_lead(frame: Framework) -> None:
    here = Before("business_manager_forum", 1, "tabled", BMF)

    def kind(before: Before | None, left: str | None = None, **after: Any) -> Kind | None:
        now = standing(**after)
        pins = now.publication, now.ola, now.ladder
        reached = After(now.rung, 1, now.status, now.forum, *pins)
        return kind_of(frame, BMF, Movements(before, reached, left, 1))

    at = {"rung": "business_manager_forum", "forum": BMF, "status": "tabled"}
    assert kind(None, **at) is Kind.NEW
    assert kind(here, **at) is None
    assert kind(here, "deferred", **at) is Kind.CARRIED_OVER
    assert kind(here, "not_reached", **at) is Kind.NOT_REACHED
    assert kind(here, **(at | {"status": "resolved"})) is Kind.RESOLVED
    assert kind(here, **(at | {"status": "withdrawn"})) is Kind.ENDED
    assert kind(here, rung="partnering_forum", forum=PF, status="tabled") is Kind.CLIMBED
    assert kind(here, rung="function_director") is Kind.REFERRED_BACK
    assert kind(here, **(at | {"forum": "bmf-technology"})) is Kind.MOVED_AWAY
    gone = Before("a_rung_of_another_ladder", 1, "tabled", BMF)
    assert kind(gone, rung="function_director") is Kind.MOVED_AWAY
    assert kind(None) is None
    resolved = Before("business_manager_forum", 1, "resolved", BMF)
    assert kind(resolved, **(at | {"status": "closed"})) is None


def test_a_forum_that_a_skip_rule_leaves_out_is_never_come_to() -> None:
    text = (CONFIG / LADDERS).read_bytes()
    rungs = b"    rungs:\n\n      - id: service_manager\n"
    rule = b"    skip:\n      - rung: business_manager_forum\n        when: {severity: medium}\n"
    assert rungs in text
    other = framework(text.replace(rungs, rule + b"        reason: not for these\n" + rungs, 1))
    assert arrival(other, BMF, utc("2029-06-01 00:00")) is None
    assert arrival(other, BMF, NOW + MONTH, severity="high") is not None


def test_bands_of_ages() -> None:
    assert [band_of(age) for age in (0, 5, 6, 45, 46, None)] == [
        "0 to 5",
        "0 to 5",
        "6 to 10",
        "31 to 45",
        "over 45",
        "unknown",
    ]


def test_issues_that_climb_together_come_together(frame: Framework) -> None:
    ahead = Projection(frame, BMF, NOW, NOW + MONTH)
    first, second = ahead.arrival(standing()), ahead.arrival(standing(issue="iss_2"))
    assert first == second
    assert first is not None

"""Windows tile time: none overlaps, no instant is left out, however they are looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.digests.windows import BeforeMeetings, ByRule, Course, Occasions, Window, begun
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Scope
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.recurrence import Recurrence
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Agreement
from escalation.workflow.forum import sittings_after
from tests.builders import CONFIG, DIRECTORY, LADDERS
from tests.fakes import utc

ZONES = (
    "Australia/Brisbane",  # no daylight saving
    "Australia/Lord_Howe",  # half an hour of it
    "America/New_York",
    "Europe/London",
    "America/St_Johns",
    "Africa/Casablanca",  # turned round for Ramadan
)
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;BYHOUR=1,2,3,23",
    "FREQ=WEEKLY;BYDAY=MO,SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2TU;COUNT=7",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=WEEKLY;UNTIL=20261101",
)
BMF = "bmf-southern-cross"
NOW = utc("2026-03-02 00:00")
ALL = 10_000
FEW = settings(max_examples=60, deadline=None)


def local(*parts: int) -> datetime:
    """A time by a clock that has no zone of its own."""
    return datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001 - it has none


rules = st.builds(
    lambda rule, hour, minute, zone: ByRule(
        Recurrence.parse(rule, local(2025, 6, 1, hour, minute), zone)
    ),
    st.sampled_from(RULES),
    st.integers(0, 23),
    st.sampled_from([0, 15, 30]),
    st.sampled_from(ZONES),
)
steps = st.lists(
    st.timedeltas(timedelta(seconds=1), timedelta(days=90)).map(
        lambda step: timedelta(seconds=int(step.total_seconds()))
    ),
    min_size=1,
    max_size=6,
)
moments = st.datetimes(local(2025, 7, 1), local(2026, 12, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


def tiles(windows: list[Window], since: datetime, until: datetime) -> None:
    """They lie end to end from the one instant to the other, and each has some time in it."""
    ends = [since, *(window.as_at for window in windows)]
    assert [window.since for window in windows] == ends[:-1]
    assert all(earlier < later for earlier, later in pairwise(ends))
    assert ends[-1] == until


@FEW
@given(rules, moments, steps)
def test_windows_of_a_rule_end_when_it_comes_round_however_seldom_that_is_looked_at(
    occasions: ByRule, start: datetime, looks: list[timedelta]
) -> None:
    course = first = begun(occasions, start)
    now, seen = start, []
    for step in looks:
        now += step
        closed, course = course.closed(occasions, now, ALL)
        seen += closed
    tiles(seen, first.since, course.since)
    again, at_once = first.closed(occasions, now, ALL)
    assert (again, at_once) == (seen, course)
    due = occasions.recurrence.between(start + timedelta(seconds=1), now + timedelta(seconds=1))
    assert tuple(window.as_at for window in seen) == due
    assert course.promised is None or course.promised > now


@FEW
@given(st.lists(rules, min_size=2, max_size=4), moments, steps, st.data())
def test_windows_tile_through_rules_that_change_pauses_and_outages(
    several: list[ByRule], start: datetime, looks: list[timedelta], data: st.DataObject
) -> None:
    occasions: Occasions = several[0]
    course = first = begun(occasions, start)
    now, seen, paused = start, [], False
    for step in looks:
        now += step
        if not paused:
            closed, course = course.closed(occasions, now, ALL)
            seen += closed
        what = data.draw(st.sampled_from(["nothing", "another rule", "pause"]))
        if what == "another rule":
            occasions = data.draw(st.sampled_from(several))
        paused = what == "pause"
        course = Course(course.since, None) if paused else course.promising(occasions, now)
        assert course.promised is None or course.promised > now
    tiles(seen, first.since, course.since)


@FEW
@given(rules, moments)
def test_the_first_window_is_as_long_as_any(occasions: ByRule, start: datetime) -> None:
    course = begun(occasions, start)
    assert course.since <= start
    last = occasions.last_by(start)
    assert begun(occasions, last or start).since == (last or start)
    assert course.since == (last or start)
    assert begun(occasions, start, start - timedelta(days=9)).since == start - timedelta(days=9)


def test_a_rule_that_comes_round_twice_in_an_hour_is_too_close() -> None:
    recurrence = Recurrence.parse("FREQ=DAILY;BYMINUTE=0,30", local(2026, 1, 1), "UTC")
    midnight = NOW.replace(day=3)
    assert ByRule(recurrence).too_close(NOW) == (midnight, midnight + timedelta(minutes=30))
    daily = Recurrence.parse("FREQ=DAILY;COUNT=3", local(2026, 3, 1), "UTC")
    assert ByRule(daily).too_close(NOW) is None


# ---------------------------------------------------------------- before meetings


@pytest.fixture(scope="module")
def under() -> Agreement:
    """What the examples' forums meet under."""
    ladders, parties = (CONFIG / LADDERS).read_bytes(), (CONFIG / DIRECTORY).read_bytes()
    publication = Publication.read(ladders, LADDERS, NOW.date())
    ladder = publication.effective(None, Scope.FUNCTION.value)
    directory = Directory.read(parties, DIRECTORY)
    return Agreement(publication, ladder, directory, 1, timedelta(minutes=10))


def before_meetings(under: Agreement, by: str = "3 business days") -> BeforeMeetings:
    return BeforeMeetings(under, under.directory.forum(BMF), Duration.parse(by))


def moved(under: Agreement, sitting: Sitting, by: timedelta | None) -> Agreement:
    """The same with one meeting moved, or cancelled."""
    later = by or timedelta(0)
    times = (sitting.starts_at + later, sitting.ends_at + later, sitting.cutoff_at + later)
    other = Sitting(sitting.id, sitting.forum, *times)
    diary = under.diary.changed(other, takes_place=by is not None)
    fields = {name: getattr(under, name) for name in under.__struct_fields__}
    return Agreement(**{**fields, "diary": diary})


def next_sitting(under: Agreement, at: datetime) -> Sitting:
    return next(sittings_after(under, under.directory.forum(BMF), at))


def test_a_window_ends_its_business_days_before_each_meeting(under: Agreement) -> None:
    occasions = before_meetings(under)
    course = begun(occasions, NOW)
    assert course.promised == utc("2026-03-05 00:00")  # the meeting is on the 10th
    closed, _ = course.closed(occasions, utc("2026-07-01 00:00"), ALL)
    assert [f"{window.as_at:%d %b}" for window in closed] == [
        "05 Mar",
        "09 Apr",
        "07 May",
        "04 Jun",
    ]
    assert closed[0].since == utc("2026-02-05 00:00")
    assert list(islice(course.ahead(occasions), 4)) == closed, "what is shown ahead comes"


def test_a_meeting_that_is_put_off_takes_its_window_with_it(under: Agreement) -> None:
    course = begun(before_meetings(under), NOW)
    later = moved(under, next_sitting(under, NOW), timedelta(days=7))
    course = course.promising(before_meetings(later), NOW)
    assert course.promised == utc("2026-03-12 00:00")
    assert course.since == utc("2026-02-05 00:00")


def test_a_meeting_that_comes_too_soon_is_served_at_once(under: Agreement) -> None:
    course = begun(before_meetings(under), NOW)
    sooner = moved(under, next_sitting(under, NOW), timedelta(days=-6))
    course = course.promising(before_meetings(sooner), NOW)
    assert course.promised == NOW
    closed, course = course.closed(before_meetings(sooner), NOW, ALL)
    assert closed == [Window(utc("2026-02-05 00:00"), NOW)]
    assert course.promised == utc("2026-04-09 00:00")


def test_a_meeting_that_is_put_off_after_its_window_has_another(under: Agreement) -> None:
    occasions = before_meetings(under)
    closed, course = begun(occasions, NOW).closed(occasions, utc("2026-03-06 00:00"), ALL)
    assert len(closed) == 1
    later = moved(under, next_sitting(under, NOW), timedelta(days=7))
    course = course.promising(before_meetings(later), utc("2026-03-06 00:00"))
    assert (course.since, course.promised) == (closed[0].as_at, utc("2026-03-12 00:00"))
    sooner = moved(under, next_sitting(under, NOW), timedelta(days=-3))
    course = course.promising(before_meetings(sooner), utc("2026-03-06 00:00"))
    assert course.promised == utc("2026-04-09 00:00")


def test_a_meeting_that_is_cancelled_has_no_window(under: Agreement) -> None:
    gone = moved(under, next_sitting(under, NOW), None)
    assert begun(before_meetings(gone), NOW).promised == utc("2026-04-09 00:00")


def test_a_forum_that_never_meets_again_promises_nothing(under: Agreement) -> None:
    body = under.directory.forum(BMF)
    rule = Recurrence(f"{body.meeting.rule};COUNT=2", body.meeting.start, body.meeting.zone)
    ended = BeforeMeetings(under, replace(body, meeting=rule), Duration.parse("1 business day"))
    assert begun(ended, NOW) == Course(ended.last_by(NOW) or NOW, None)
    assert list(begun(ended, NOW).ahead(ended)) == []


@FEW
@given(
    st.integers(1, 30),
    moments.filter(lambda at: at > NOW),
    st.lists(
        st.tuples(
            st.timedeltas(timedelta(0), timedelta(days=60)),
            st.one_of(st.none(), st.integers(-20, 20)),
        ),
        max_size=6,
    ),
)
def test_windows_tile_while_meetings_are_moved_and_cancelled(
    under: Agreement, days: int, start: datetime, turns: list[tuple[timedelta, int | None]]
) -> None:
    wait = f"{days} business days"
    course = first = begun(before_meetings(under, wait), start)
    now, seen, held = start, [], under
    for step, by in turns:
        now += timedelta(seconds=int(step.total_seconds()))
        occasions = before_meetings(held, wait)
        closed, course = course.closed(occasions, now, ALL)
        seen += closed
        held = moved(held, next_sitting(held, now), None if by is None else timedelta(days=by))
        course = course.promising(before_meetings(held, wait), now)
        assert course.promised is None or course.promised >= now
    tiles(seen, first.since, course.since)

"""What holds for every calendar, instant and length."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.ledger import (
    Budget,
    Interval,
    Measure,
    budget,
    consumed,
    due_at,
    remaining,
    warning_at,
    windows,
)
from tests.unit.timekeeping.samples import DAY, KNOWN_FROM, ZONES, Draw, utc

calendars = st.builds(
    lambda zone, seed: Calendar(Draw(seed).rules(zone)), st.sampled_from(ZONES), st.integers(0, 60)
)
KNOWN_SINCE = utc("2024-01-01T00:00Z")
FIRST = utc("2024-02-01T00:00Z")
instants = st.integers(0, 500 * DAY).map(lambda seconds: FIRST + timedelta(seconds=seconds))
lengths = st.integers(0, 200 * 3600)
durations = st.builds(Duration, st.integers(1, 20), st.sampled_from(Unit))
gaps = st.lists(st.integers(0, 3 * DAY), min_size=0, max_size=4)
many = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def sequence(start_second: int, steps: list[int]) -> list[Interval]:
    """A run that is paused and resumed at each of the steps in turn, and then runs on."""
    at = FIRST + timedelta(seconds=start_second)
    edges = [at]
    for step in steps:
        at += timedelta(seconds=step)
        edges.append(at)
    if len(edges) % 2 == 0:
        edges.append(at)
    pairs = zip(edges[0:-1:2], edges[1::2], strict=True)
    return [*(Interval(a, b) for a, b in pairs), Interval(edges[-1], None)]


intervals = st.builds(sequence, st.integers(0, 400 * DAY), gaps)


@many
@given(calendars, instants, lengths)
def test_open_time_added_is_open_time_measured(
    calendar: Calendar, start: datetime, seconds: int
) -> None:
    assert calendar.open_seconds(start, calendar.add(start, seconds)) == seconds


@many
@given(calendars, instants, lengths)
def test_open_time_subtracted_is_open_time_measured(
    calendar: Calendar, end: datetime, seconds: int
) -> None:
    assume(calendar.open_seconds(KNOWN_SINCE, end) >= max(seconds, 1))
    assert calendar.open_seconds(calendar.subtract(end, seconds), end) == seconds


@many
@given(calendars, instants, lengths, lengths)
def test_time_added_in_two_parts_is_time_added_at_once(
    calendar: Calendar, start: datetime, first: int, second: int
) -> None:
    assume(second > 0)
    in_parts = calendar.add(calendar.add(start, first), second)
    assert in_parts == calendar.add(start, first + second)


@many
@given(calendars, instants, st.integers(1, 20))
def test_so_many_business_days_end_where_a_clock_for_them_does(
    calendar: Calendar, start: datetime, days: int
) -> None:
    agreed = budget(Duration(days, Unit.BUSINESS_DAY), start, calendar)
    end = due_at(agreed, (Interval(start, None),), calendar)
    assert end == calendar.end_of_days(start, days)
    assert end == calendar.end_of_days(start, days), "as it is known"


@many
@given(calendars, instants, lengths, st.integers(0, DAY), st.integers(0, 3600))
def test_a_later_start_or_a_longer_time_never_ends_earlier(
    calendar: Calendar, start: datetime, seconds: int, later: int, longer: int
) -> None:
    end = calendar.add(start, seconds)
    assert calendar.add(start, seconds + longer) >= end
    assert calendar.add(start + timedelta(seconds=later), seconds) >= end


@many
@given(calendars, instants, instants, instants)
def test_open_time_of_parts_is_open_time_of_the_whole(
    calendar: Calendar, first: datetime, second: datetime, third: datetime
) -> None:
    start, middle, end = sorted((first, second, third))
    parts = calendar.open_seconds(start, middle) + calendar.open_seconds(middle, end)
    assert parts == calendar.open_seconds(start, end)
    rows = calendar.windows(start, end)
    assert sum((b - a).total_seconds() for a, b in rows) == parts


@many
@given(calendars, instants)
def test_the_first_open_instant_is_open_and_nothing_is_open_before_it(
    calendar: Calendar, start: datetime
) -> None:
    first = calendar.add(start, 0)
    assert calendar.is_open(first)
    assert calendar.open_seconds(start, first) == 0


@many
@given(calendars, instants, durations, st.sets(st.integers(0, 600), min_size=1, max_size=9))
def test_more_closed_dates_never_make_a_clock_due_earlier(
    calendar: Calendar, anchor: datetime, duration: Duration, extra: set[int]
) -> None:
    """``closed_day: same_day`` counts from a receipt's own date, and is left out here: a receipt
    on a date that becomes closed has another day zero, which the next test holds.
    """
    rules = replace(calendar.rules, closed_day="next_business_day")
    more = {KNOWN_FROM + timedelta(days=n): "strike" for n in extra}
    openings = {day: spans for day, spans in rules.openings.items() if day not in more}
    fewer = replace(rules, closed={**rules.closed, **more}, openings=openings)
    assert due(Calendar(fewer), anchor, duration) >= due(Calendar(rules), anchor, duration)


@many
@given(calendars, instants, durations, st.integers(0, 600), st.integers(0, 20), st.integers(1, 80))
def test_more_closed_hours_never_make_a_clock_of_open_time_due_earlier(
    calendar: Calendar, anchor: datetime, duration: Duration, day: int, start: int, length: int
) -> None:
    assume(duration.unit in (Unit.BUSINESS_MINUTE, Unit.BUSINESS_HOUR))
    rules = calendar.rules
    date_ = KNOWN_FROM + timedelta(days=day)
    span = (start * 900, (start + length) * 900 if start + length < 96 else DAY)
    closures = {**rules.closures, date_: (*rules.closures.get(date_, ()), (span, "strike"))}
    fewer = Calendar(replace(rules, closures=closures))
    assert due(fewer, anchor, duration) >= due(calendar, anchor, duration)


@many
@given(calendars, instants, durations, st.integers(0, 600))
def test_a_holiday_added_and_removed_moves_a_due_instant_there_and_back(
    calendar: Calendar, anchor: datetime, duration: Duration, day: int
) -> None:
    rules, before = calendar.rules, due(calendar, anchor, duration)
    extra = KNOWN_FROM + timedelta(days=day)
    added = replace(rules, closed={**rules.closed, extra: "strike"})
    assert due(Calendar(added), anchor, duration) is not None
    kept = {day: label for day, label in added.closed.items() if day in rules.closed}
    assert due(Calendar(replace(added, closed=kept)), anchor, duration) == before


@many
@given(calendars, intervals, durations, st.integers(0, 30 * DAY))
def test_a_pause_and_resume_at_one_instant_change_nothing(
    calendar: Calendar, ran: list[Interval], duration: Duration, after: int
) -> None:
    made = budget(duration, ran[0].start, calendar)
    at = ran[-1].start + timedelta(seconds=after)
    split = [*ran[:-1], Interval(ran[-1].start, at), Interval(at, at), Interval(at, None)]
    assert due_at(made, split, calendar) == due_at(made, ran, calendar)
    until = at + timedelta(days=1)
    assert consumed(made, split, calendar, until) == consumed(made, ran, calendar, until)
    assert remaining(made, split, calendar, until) == remaining(made, ran, calendar, until)


@many
@given(calendars, intervals, durations)
def test_nothing_is_left_at_the_due_instant_and_something_a_second_before(
    calendar: Calendar, ran: list[Interval], duration: Duration
) -> None:
    made = budget(duration, ran[0].start, calendar)
    end = due_at(made, ran, calendar)
    assert end is not None
    assert remaining(made, ran, calendar, end) <= 0
    assert remaining(made, ran, calendar, end - timedelta(seconds=1)) > 0


@many
@given(calendars, intervals, durations, st.integers(1, 99))
def test_a_warning_is_never_after_the_end_nor_before_its_share(
    calendar: Calendar, ran: list[Interval], duration: Duration, percent: int
) -> None:
    made = budget(duration, ran[0].start, calendar)
    warned, end = warning_at(made, percent, ran, calendar), due_at(made, ran, calendar)
    assert warned is not None
    assert end is not None
    assert warned <= end
    assert consumed(made, ran, calendar, warned) * 100 >= made.seconds * percent


@many
@given(calendars, intervals, durations, st.integers(0, 30 * DAY))
def test_rows_add_up_and_time_consumed_never_shrinks(
    calendar: Calendar, ran: list[Interval], duration: Duration, after: int
) -> None:
    made = budget(duration, ran[0].start, calendar)
    until = ran[0].start + timedelta(seconds=after)
    used = consumed(made, ran, calendar, until)
    assert sum(row.seconds for row in windows(made, ran, calendar, until)) == used
    assert consumed(made, ran, calendar, until + timedelta(hours=5)) >= used


@many
@given(calendars, instants, st.integers(1, 20))
def test_business_days_are_due_at_the_close_of_a_business_day(
    calendar: Calendar, anchor: datetime, count: int
) -> None:
    for unit in (Unit.BUSINESS_DAY, Unit.DAY):
        end = due(calendar, anchor, Duration(count, unit))
        dates = [calendar.local(end).date() - timedelta(days=n) for n in (0, 1)]
        assert end in [calendar.close_of(day) for day in dates]


@many
@given(calendars, instants, st.integers(1, 50), st.integers(1, 400))
def test_a_pause_of_an_elapsed_clock_moves_its_end_by_its_own_length(
    calendar: Calendar, start: datetime, hours: int, pause: int
) -> None:
    made = Budget(Measure.ELAPSED, hours * 3600)
    held = start + timedelta(minutes=hours)
    resumed = held + timedelta(minutes=pause)
    ran = [Interval(start, held), Interval(resumed, None)]
    plain = due_at(made, [Interval(start, None)], calendar)
    assert plain is not None
    assert due_at(made, ran, calendar) == plain + timedelta(minutes=pause)


def due(calendar: Calendar, anchor: datetime, duration: Duration) -> datetime:
    found = due_at(budget(duration, anchor, calendar), [Interval(anchor, None)], calendar)
    assert found is not None
    return found

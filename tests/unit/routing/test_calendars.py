from datetime import UTC, date, datetime

import pytest

from escalation.routing.calendars import Expanded
from escalation.routing.publication import Publication
from escalation.routing.yearly import Yearly
from tests.unit.routing.samples import CONFIG, TODAY, ladders, place_of, refused_ladders
from tests.unit.routing.samples import LADDERS as TEXT

CLOSURES = """\
    closures:
      - {name: Morning, date: 2026-03-03, until: 10:00}
      - {name: Evening, date: 2026-03-03, from: 16:00}
      - {name: Flood, date: 2026-03-04}
      - {name: Too early, date: 2019-03-04}
"""
SHIPPED = Publication.read((CONFIG / "escalation_ladders.yaml").read_bytes(), "l.yaml", TODAY)


@pytest.mark.parametrize(
    ("text", "year", "day"),
    [
        ("24 december", 2026, date(2026, 12, 24)),
        ("third friday in july", 2026, date(2026, 7, 17)),
        ("first monday in june", 2026, date(2026, 6, 1)),
        ("second thursday in june", 2026, date(2026, 6, 11)),
        ("last monday in may", 2026, date(2026, 5, 25)),
        ("fourth sunday in february", 2026, date(2026, 2, 22)),
    ],
)
def test_a_day_of_the_year_has_its_date(text: str, year: int, day: date) -> None:
    yearly = Yearly.parse(text)
    assert yearly.on(year) == day
    assert str(yearly) == text


@pytest.mark.parametrize(
    "text",
    ["29 february", "31 april", "0 may", "24 Dezember", "fifth friday in july", "third day in july",
     "third friday in jule", "third friday of july", ""],
)  # fmt: skip
def test_a_day_that_not_every_year_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a day of the year"):
        Yearly.parse(text)


def test_the_ekka_is_brisbanes_and_each_region_has_its_own_show() -> None:
    ekka, cairns = date(2026, 8, 12), date(2026, 7, 17)
    assert "Show" in SHIPPED.closed["brisbane"].closed[ekka]
    assert ekka not in SHIPPED.closed["cairns"].closed
    assert ekka not in SHIPPED.closed["rockhampton"].closed
    assert SHIPPED.closed["cairns"].closed[cairns] == "Cairns Show"
    assert cairns not in SHIPPED.closed["brisbane"].closed
    assert SHIPPED.closed["rockhampton"].closed[date(2026, 6, 11)] == "Rockhampton Show"


def test_christmas_eve_closes_at_six_in_the_evening() -> None:
    calendar = SHIPPED.calendar("brisbane-contact-centre")
    assert calendar.is_open(datetime(2026, 12, 24, 7, 59, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 12, 24, 8, 0, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 12, 23, 8, 30, tzinfo=UTC))


def test_round_the_clock_is_always_open() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert SHIPPED.calendar("round-the-clock").open_seconds(start, end) == 365 * 86400


def test_shipped_calendars_reach_back_to_the_logs_and_three_years_ahead() -> None:
    for calendar in SHIPPED.file.calendars.values():
        assert calendar.known_from <= date(2005, 1, 1)
        assert calendar.known_until >= date(2029, 11, 30)


def test_an_opening_replaces_the_windows_of_its_date() -> None:
    assert SHIPPED.closed["brisbane-contact-centre"].openings[date(2027, 6, 30)] == (
        (25200, 75600),
    )


def test_expanded_dates_are_stored_and_restored_whole() -> None:
    for dates in SHIPPED.closed.values():
        assert Expanded.restored(dates.stored()) == dates


def test_closures_of_one_date_add_up_and_a_whole_day_closes() -> None:
    known_from = "    known_from: 2020-01-01\n"
    published = ladders((known_from, CLOSURES + known_from))
    dates = published.closed["city"]
    assert dates.closures == {
        date(2026, 3, 3): (((0, 36000), "Morning"), ((57600, 86400), "Evening"))
    }
    assert dates.closed[date(2026, 3, 4)] == "Flood"
    assert date(2019, 3, 4) not in dates.closed


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("country: AU", "country: AX1", "the two letters of a country"),
        ("country: AU", "country: QQ", "unknown country"),
        ("state: QLD", "state: QLX", "`QLD`"),
        ("[The Royal Queensland Show]", "[Ekka Day]", "no holiday is called"),
        ("09:00-12:00, 13:00-17:00", "09:00-12:00, 11:00-17:00", "in order"),
        ("known_until: 2030-12-31", "known_until: 2028-12-31", "the nearest is `2029-11-22`"),
        ("known_from: 2020-01-01", "known_from: 2031-01-01", "from `2031-01-01` on"),
        ("monday: [09:00-17:00]", "monday: [22:00-06:00]", "midnight"),
        ("monday: [09:00-17:00]", "monday: 09:00-17:00", "expected a list"),
        ("zone: Australia/Brisbane", "zone: Brisbane", "an IANA time zone"),
    ],
)
def test_a_calendar_that_cannot_be_run_is_refused(old: str, new: str, words: str) -> None:
    (message,) = refused_ladders((old, new))
    assert words in message


def test_each_holiday_that_is_not_there_is_told_at_its_word() -> None:
    messages = refused_ladders(("[The Royal Queensland Show]", "[Ekka, Australia Day, Shwo Day]"))
    column = int(place_of(TEXT, "The Royal").partition(":")[2])
    assert [m.split(": ")[0] for m in messages] == [
        f"ladders.yaml:9:{column}",
        f"ladders.yaml:9:{column + len('Ekka, Australia Day, ')}",
    ]


@pytest.mark.parametrize(
    "added", ["{name: Show}", "{name: Show, date: 2026-01-02, every: 2 january}"]
)
def test_an_added_holiday_has_one_date(added: str) -> None:
    (message,) = refused_ladders(("remove: [The Royal Queensland Show]", f"add: [{added}]"))
    assert "expected one of them" in message


def test_a_yearly_day_is_text() -> None:
    (message,) = refused_ladders(
        ("remove: [The Royal Queensland Show]", "add: [{name: Show, every: 5}]")
    )
    assert "found `5`, expected a day of the year" in message

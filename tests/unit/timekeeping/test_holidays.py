import os
import subprocess
import sys
from datetime import date

import pytest

from escalation.timekeeping.holidays import closed_days

SHOW = "The Royal Queensland Show"

QUEENSLAND_2021_TO_2023 = {
    2021: "01-01 01-26 04-02 04-03 04-04 04-05 04-26 05-03 10-04 12-25 12-26 12-27 12-28",
    2022: "01-01 01-03 01-26 04-15 04-16 04-17 04-18 04-25 05-02 10-03 12-25 12-26 12-27",
    2023: "01-01 01-02 01-26 04-07 04-08 04-09 04-10 04-25 05-01 10-02 12-25 12-26",
}
"""The official table of public holidays (data.gov.au, CC BY 3.0 AU), whole days, all Queensland."""


def dates(text: dict[int, str]) -> set[date]:
    return {
        date.fromisoformat(f"{year}-{day}") for year, days in text.items() for day in days.split()
    }


def test_queensland_has_its_official_holidays() -> None:
    """Beside the official table: the day of mourning of 2022, which was proclaimed later."""
    found = closed_days("AU", "QLD", range(2021, 2024), remove=[SHOW])
    assert set(found) == dates(QUEENSLAND_2021_TO_2023) | {date(2022, 9, 22)}


def test_the_show_is_one_regions_holiday_and_is_taken_away_by_name() -> None:
    assert closed_days("AU", "QLD", [2026])[date(2026, 8, 12)] == SHOW
    assert date(2026, 8, 12) not in closed_days("AU", "QLD", [2026], remove=[SHOW])


def test_a_name_takes_its_substitute_day_away_too() -> None:
    found = closed_days("AU", "QLD", [2026], remove=["Boxing Day"])
    assert date(2026, 12, 26) not in found
    assert date(2026, 12, 28) not in found


def test_a_substitute_day_is_taken_away_alone_by_its_own_name() -> None:
    found = closed_days("AU", "QLD", [2026], remove=["Boxing Day (observed)"])
    assert date(2026, 12, 26) in found
    assert date(2026, 12, 28) not in found


def test_one_of_two_holidays_of_a_date_leaves_the_other() -> None:
    assert closed_days("AU", "QLD", [2011])[date(2011, 4, 25)] == "ANZAC Day; Easter Monday"
    found = closed_days("AU", "QLD", [2011], remove=["ANZAC Day"])
    assert found[date(2011, 4, 25)] == "Easter Monday"


def test_a_name_that_no_holiday_has_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no holiday is called 'Royal Queensland Show'") as refusal:
        closed_days("AU", "QLD", [2026], remove=["Royal Queensland Show"])
    assert f"the nearest are '{SHOW}'" in str(refusal.value)


@pytest.mark.parametrize(
    ("country", "subdivision", "message"),
    [
        ("XQ", None, "unknown country 'XQ'; the nearest is '"),
        ("au", None, "unknown country 'au'"),
        ("AU", "QLN", "unknown subdivision 'QLN' of AU; the nearest is 'QLD'"),
        ("SG", "XX", "unknown subdivision 'XX' of SG; the nearest is 'none'"),
    ],
)
def test_an_unknown_place_is_an_error_never_a_silent_fallback(
    country: str, subdivision: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        closed_days(country, subdivision, [2026])


@pytest.mark.parametrize("year", [1788, 2101])
def test_a_year_that_is_not_known_is_an_error(year: int) -> None:
    with pytest.raises(ValueError, match=f"known for 1801 to 2100, not for {year}"):
        closed_days("AU", "QLD", [2026, year])


def test_names_are_in_the_countrys_language_where_ours_is_not_known() -> None:
    assert closed_days("DE", None, [2026])[date(2026, 5, 1)] == "Erster Mai"
    assert closed_days("DE", None, [2026], language="en_US")[date(2026, 5, 1)] == "Labor Day"


def test_only_the_years_asked_for_are_answered_in_order() -> None:
    found = closed_days("AU", None, [2027, 2026])
    assert {day.year for day in found} == {2026, 2027}
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("AU", "2026-05-04", "Labour Day"),
        ("DE", "2026-05-01", "Erster Mai"),
        ("SG", "2026-05-01", "Labour Day"),
    ],
)
def test_names_do_not_follow_the_machines_language(country: str, day: str, name: str) -> None:
    asked = (
        "from escalation.timekeeping.holidays import closed_days; from datetime import date; "
        f"print(closed_days('{country}', {'QLD' if country == 'AU' else None!r}, [2026])"
        f"[date.fromisoformat('{day}')])"
    )
    for language in ("en_US", "th"):
        answer = subprocess.run(  # noqa: S603 - our own interpreter and text
            [sys.executable, "-c", asked],
            env={"PATH": os.defpath, "LANGUAGE": language},
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.strip() == name

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.timekeeping.duration import Duration, Unit


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("1 minute", 1, Unit.MINUTE),
        ("90 minutes", 90, Unit.MINUTE),
        ("1 hours", 1, Unit.HOUR),
        ("2 day", 2, Unit.DAY),
        ("15 business minutes", 15, Unit.BUSINESS_MINUTE),
        ("4 business hours", 4, Unit.BUSINESS_HOUR),
        ("010 business days", 10, Unit.BUSINESS_DAY),
    ],
)
def test_a_whole_number_and_a_unit_are_read(text: str, count: int, unit: Unit) -> None:
    assert Duration.parse(text) == Duration(count, unit)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("4bh", "4 business hours"),
        ("2bd", "2 business days"),
        ("5 working days", "5 business days"),
        ("2 Business Days", "2 business days"),
        ("2 bussiness day", "2 business days"),
        ("2  hours", "2 hours"),
        (" 2 hours", "2 hours"),
        ("2 hours\n", "2 hours"),
        ("2 weeks", "14 days"),
        ("999999 weeks", "999999 days"),
        ("1.5 hours", "1 hour"),
        ("0 days", "1 day"),
        ("-3 days", "3 days"),
        ("days", "1 day"),
        ("", "1 minute"),
        ("1000000 days", "999999 days"),
        ("٣ days", "1 day"),
        ("P2D", "2 days"),
    ],
)
def test_any_other_form_is_refused_with_the_nearest_valid_one(text: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=f"the nearest is '{nearest}'"):
        Duration.parse(text)


def test_a_long_wrong_text_is_not_repeated_whole() -> None:
    with pytest.raises(ValueError, match=r"found 'x{40}', expected a whole number") as refusal:
        Duration.parse("x" * 10_000)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("count", [0, -1, 1_000_000])
def test_a_count_that_is_none_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="a duration counts 1 to 999999 hours"):
        Duration(count, Unit.HOUR)


@given(st.builds(Duration, st.integers(1, 999_999), st.sampled_from(Unit)))
def test_what_is_written_is_read_back(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@given(st.text())
def test_no_text_is_read_as_anything_but_itself_or_refused(text: str) -> None:
    try:
        duration = Duration.parse(text)
    except ValueError:
        return
    assert str(duration).removesuffix("s").split(" ", 1)[1] in set(Unit)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2 minutes", 120),
        ("2 hours", 7200),
        ("2 days", 172800),
        ("2 business minutes", 120),
        ("2 business hours", 7200),
    ],
)
def test_a_fixed_length_is_known_in_seconds(text: str, seconds: int) -> None:
    assert Duration.parse(text).seconds == seconds


def test_a_business_day_has_no_length_of_its_own() -> None:
    with pytest.raises(ValueError, match="ask a calendar"):
        _ = Duration(1, Unit.BUSINESS_DAY).seconds


def test_business_units_are_told_from_the_others() -> None:
    assert {unit for unit in Unit if unit.business} == {
        Unit.BUSINESS_MINUTE,
        Unit.BUSINESS_HOUR,
        Unit.BUSINESS_DAY,
    }

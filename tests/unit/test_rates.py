"""Rates as they are written and told."""

import pytest

from escalation.rates import Rate, rate_of, rates_of


@pytest.mark.parametrize(
    ("text", "rate", "told"),
    [
        ("600/minute", Rate(600, "minute"), "600 a minute"),
        (" 5/second ", Rate(5, "second"), "5 a second"),
        ("60000/hour", Rate(60_000, "hour"), "60,000 an hour"),
        ("1/day", Rate(1, "day"), "1 a day"),
    ],
)
def test_a_rate_is_a_number_and_a_unit(text: str, rate: Rate, told: str) -> None:
    assert rate_of(text) == rate
    assert rate.told == told
    assert rate_of(str(rate)) == rate
    assert rate.each * rate.count == pytest.approx(rate.seconds)


@pytest.mark.parametrize(
    "text", ["", "600", "0/minute", "-1/minute", "1.5/minute", "600/week", "²/minute", "9" * 11]
)
def test_what_is_no_rate_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="such as 600/minute"):
        rate_of(text)


def test_some_roles_may_have_a_rate_of_their_own() -> None:
    rates = rates_of("600/minute, viewer=5/second,auditor = 1/day")
    assert rates.of("viewer") == Rate(5, "second")
    assert rates.of("auditor") == Rate(1, "day")
    assert rates.of("operator") == Rate(600, "minute")


@pytest.mark.parametrize("text", ["viewer=5/second", "", "5/second, 6/second", "viewer=5, 1/day"])
def test_everybody_needs_one_rate_and_one_alone(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        rates_of(text)

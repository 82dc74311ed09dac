"""When a provider next reports on an agreement."""

from datetime import date

import pytest

from escalation.routing.reporting import next_report
from escalation.routing.vocabulary import Cadence

BEGINS = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("cadence", "today", "due"),
    [
        (Cadence.MONTHLY, date(2026, 2, 10), date(2026, 2, 28)),
        (Cadence.MONTHLY, date(2026, 2, 28), date(2026, 2, 28)),
        (Cadence.MONTHLY, date(2026, 3, 1), date(2026, 3, 31)),
        (Cadence.QUARTERLY, date(2025, 1, 1), date(2025, 9, 30)),
        (Cadence.QUARTERLY, date(2026, 11, 26), date(2026, 12, 31)),
        (Cadence.HALF_YEARLY, date(2026, 1, 1), date(2026, 6, 30)),
        (Cadence.YEARLY, date(2026, 7, 1), date(2027, 6, 30)),
    ],
)
def test_it_is_due_on_the_last_day_of_the_period(cadence: Cadence, today: date, due: date) -> None:
    assert next_report(cadence, BEGINS, today) == due


def test_an_agreement_from_the_last_day_of_a_month_has_a_period_in_each_month() -> None:
    assert next_report(Cadence.MONTHLY, date(2026, 1, 31), date(2026, 2, 1)) == date(2026, 2, 27)
    assert next_report(Cadence.MONTHLY, date(2026, 1, 31), date(2026, 12, 5)) == date(2026, 12, 30)

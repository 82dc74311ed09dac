from datetime import UTC, datetime

import pytest

from escalation.errors import Invalid
from escalation.routing.retention import Ended, Schedule, read_schedule
from tests.builders import CONFIG

ENDED = Ended("iss_1", "SSI-2020-000001", "complaint", (), datetime(2020, 6, 1, tzinfo=UTC))
TEXT = """
classes:
  - {id: hidden, title: Hidden, authority: A1, keep_years: 25, sensitive: [corrupt_conduct]}
  - {id: sealed, title: Sealed, authority: A2, keep_years: 20, sensitive: any}
  - {id: plain, title: Plain, authority: A3, keep_years: 7, matters: complaint}
"""


@pytest.fixture
def schedule() -> Schedule:
    return read_schedule(TEXT, "retention.yaml")


def ended(matter: str = "complaint", *sensitive: str) -> Ended:
    return Ended("x", "X", matter, sensitive, ENDED.ended_at)


@pytest.mark.parametrize(
    ("matter", "sensitive", "expected"),
    [
        ("complaint", (), "plain"),
        ("complaint", ("corrupt_conduct",), "hidden"),
        ("complaint", ("privacy",), "sealed"),
        ("contact", ("privacy",), "sealed"),
        ("contact", (), None),
    ],
)
def test_the_first_class_that_fits_decides(
    schedule: Schedule, matter: str, sensitive: tuple[str, ...], expected: str | None
) -> None:
    found = schedule.class_of(ended(matter, *sensitive))
    assert (None if found is None else found.id) == expected


@pytest.mark.parametrize(
    ("end", "due"), [((2020, 6, 1), (2027, 6, 1)), ((2020, 2, 29), (2027, 3, 1))]
)
def test_a_matter_is_due_so_many_years_after_its_end(
    schedule: Schedule, end: tuple[int, int, int], due: tuple[int, int, int]
) -> None:
    over = Ended("x", "X", "complaint", (), datetime(*end, 9, tzinfo=UTC))
    assert schedule.named("plain").due_at(over) == datetime(*due, 9, tzinfo=UTC)


def test_a_class_that_is_not_there_is_named_with_those_that_are(schedule: Schedule) -> None:
    with pytest.raises(Invalid, match=r"no retention class plane") as refused:
        schedule.named("plane")
    assert "hidden, sealed, plain" in refused.value.errors[0].detail


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TEXT.replace("id: sealed", "id: plain"), "retention.yaml:2"),
        (TEXT.replace("keep_years: 7", "keep_years: 0"), "retention.yaml:5"),
        (TEXT.replace("authority: A1, ", ""), "retention.yaml:3"),
        (TEXT.replace("corrupt_conduct", "corrupt"), "retention.yaml:3"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_schedule(text, "retention.yaml")
    assert place in str(refused.value.errors[0].file)


def test_the_schedule_that_is_shipped_can_be_read() -> None:
    shipped = read_schedule((CONFIG / "retention.yaml").read_bytes(), "retention.yaml")
    assert {each.id for each in shipped.classes} >= {"complaints", "public-interest"}

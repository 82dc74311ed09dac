from datetime import UTC, datetime

from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vacancies import vacancies
from tests.unit.routing.samples import CONFIG, NOW, TODAY, directory, ladders


def test_each_empty_seat_of_an_agreement_in_force_is_told_once() -> None:
    found = vacancies(ladders(), directory(), NOW)
    assert len(found) == len(set(found))
    assert (
        "ola-health, Directors: Nobody holds the seat of service director for Payroll at Alpha: "
        "the rung passes the issue to the next"
    ) in found


def test_an_agreement_that_is_not_in_force_needs_nobody() -> None:
    assert vacancies(ladders(), directory(), datetime(2020, 1, 1, tzinfo=UTC)) == ()


def test_the_shipped_agreements_have_every_seat_held() -> None:
    text = (CONFIG / "escalation_ladders.yaml").read_bytes()
    published = Publication.read(text, "escalation_ladders.yaml", TODAY)
    known = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    assert vacancies(published, known, NOW) == ()

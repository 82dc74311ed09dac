"""Key themes of a paper count no matter that is sealed: by themselves, nor by their surveys."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from escalation.routing.vocabulary import Channel
from escalation.services import corrections, digests
from escalation.store import interactions
from escalation.store.transaction import write
from escalation.workflow.interactions import Family, Interaction
from tests.api.service import Service, problem, serving
from tests.api.sitting import FORUM

THEME = {"code": "fuel", "title": "Fuel", "key_result_area": "customers", "layer": "service"}


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def paper(service: Service) -> tuple[Any, ...]:
    """The forum's digest as it is now: its id, and how many issues and feedback its theme has."""
    service.clock.advance(timedelta(minutes=1))
    name = service.post("/v1/digests", {"forum": FORUM}).json()["id"]
    themes = service.get(f"/v1/digests/{name}.json").json()["sections"]["themes"]
    return name, *(sum(each["now"][of] for each in themes) for of in ("issues", "feedback"))


def seal(service: Service, issue: str) -> None:
    why, path = {"reason": "r", "sensitive": ["privacy"]}, f"/v1/issues/{issue}/acts/reclassify"
    assert service.post(path, why, key=service.admin, if_match="*").is_success


def test_a_survey_of_a_matter_that_is_sealed_later_counts_for_no_theme(service: Service) -> None:
    assert service.post("/v1/themes", THEME).status_code == 201
    issue, came = service.log(themes=["fuel"]), service.clock.now()
    said = Interaction(
        id="fbk_1", reference="FBK-1", family=Family.FEEDBACK, kind="survey", text="",
        channel=Channel.SURVEY, raiser={}, recorded_by="whoever was asked", themes=("fuel",),
        received_at=came, created_at=came, about=issue["id"], party="meridian",
    )  # fmt: skip
    with write(service.container.engine) as connection:
        interactions.add(connection, said)
    kept, *often = paper(service)
    assert often == [1, 1]
    seal(service, issue["id"])
    assert paper(service)[1:] == (0, 0)
    assert digests.verify(service.container.desk, kept).ok


def test_a_paper_whose_themes_count_a_matter_sealed_later_is_corrected(service: Service) -> None:
    assert service.post("/v1/themes", THEME).status_code == 201
    issue = service.log(themes=["fuel"])
    kept, *often = paper(service)
    assert often == [1, 0]
    seal(service, issue["id"])
    while corrections.correct_next(service.container.desk):
        pass
    answer = problem(service.get(f"/v1/digests/{kept}.json"), 403, "withheld")
    instead = service.get(f"/v1/digests/{answer['corrected_by']}.json").json()
    assert "themes" not in instead["sections"] or not instead["sections"]["themes"]

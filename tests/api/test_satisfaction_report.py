"""The report of surveys, as whoever may read it is told."""

from datetime import timedelta

from escalation.services.keys import KeyRole
from tests.api.principals import key_for
from tests.api.service import Service
from tests.api.test_surveys import invite, link_of, settled, twin


def test_the_report_counts_who_was_asked_and_what_they_said_and_no_sealed_matter(
    service: Service,
) -> None:
    issues = [settled(service) for _ in range(7)]
    invite(service)
    for issue, step in zip(issues, (5, 5, 4, 3, 1, 5), strict=False):
        answer = service.post(
            twin(link_of(service, issue)), {"answers": {"overall": step}}, key=None
        )
        assert answer.status_code == 201
    service.clock.advance(timedelta(hours=1))
    report = "/v1/reports/satisfaction?since=2026-03-01T00:00:00Z&of="
    found = service.found(f"{report}business:meridian")
    everything = {
        "surveys_sent": 7, "surveys_returned": 6, "response_rate": "85.7", "ratings": 6,
        "satisfaction": "3.83", "satisfied": "66.7",
        "distribution": {"1": 1, "2": 0, "3": 1, "4": 1, "5": 3},
    }  # fmt: skip
    assert found["satisfaction"]["now"]["all"] == everything
    assert found["satisfaction"]["now"]["by"]["agency"] == [{"code": "rivers", **everything}]
    assert [each["id"] for each in found["standards"]] == ["answered-soon", "kept-informed"]
    other = key_for(service.container.desk, (KeyRole.VIEWER, None, {"agency": ["schools"]}))
    assert service.get(f"{report}business:meridian", key=other).status_code == 422
    theirs = service.found(f"{report}agency:schools", key=other)["satisfaction"]["now"]
    assert (theirs["all"]["surveys_sent"], theirs["all"]["ratings"]) == (0, 0)
    for issue in issues[:2]:
        current = service.found(f"/v1/issues/{issue['id']}")
        seal = {"sensitive": ["privacy"], "reason": "names"}
        service.act(current, "reclassify", key=service.admin, **seal)
    after = service.found(f"{report}business:meridian", key=service.admin)["satisfaction"]["now"]
    assert (after["all"]["surveys_sent"], after["all"]["ratings"]) == (5, None)
    assert (after["all"]["satisfaction"], after["all"]["distribution"]) == (None, None)

"""The life of a sealed issue, told one story at a time."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.services import corrections, digests
from tests.api.sealed import SECRETS, key_of, sealed_matter, told
from tests.api.service import COMPLAINT, Service, problem

ABSENT = "iss_01kjnxge00e9nv59tdwh9edd00"
STRANGER, NAMED = "mick-callaghan", "thi-lan-pham"


def seal(service: Service, issue: dict[str, Any], *why: str) -> dict[str, Any]:
    answer = service.post(
        f"/v1/issues/{issue['id']}/acts/reclassify",
        {"reason": "it is sensitive", "sensitive": list(why or ("human_rights",))},
        key=service.admin,
        if_match="*",
    )
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def test_sealed_at_intake_its_clock_of_the_law_and_its_referral_begin_at_once(
    service: Service,
) -> None:
    issue = service.log(sensitive=["human_rights", "corrupt_conduct"])
    [clock] = [c for c in issue["clocks"] if c["class"] == "statutory"]
    assert (clock["kind"], clock["budget"]) == (
        "statutory:human_rights_response",
        "45 business days",
    )
    assert clock["due_at"] == "2026-05-07T07:00:00Z"
    [made] = issue["sealed"]["referrals"]
    assert (made["to"], made["at"]) == ("Crime and Corruption Commission", issue["sealed"]["at"])
    assert {"name", "refer"} <= set(issue["available_acts"])
    assert service.get(f"/v1/issues/{issue['id']}").status_code == 404
    explained = service.found(f"/v1/issues/{issue['id']}/explain", key=service.admin)
    [law] = [c for c in explained["clocks"] if c["kind"] == clock["kind"]]
    assert law["set"]["source"]["clause"] == "Human Rights Act 2019 (Qld), s 65"
    assert law["set"]["source"]["line"] > 0


def test_the_side_that_does_not_lead_seals_what_it_finds_sensitive(service: Service) -> None:
    issue = service.log()
    held = issue["rung"]["seats"]["agency"]["holder"]["id"]
    theirs = key_of(service, held)
    path, body = f"/v1/issues/{issue['id']}", {"reason": "a right", "sensitive": ["human_rights"]}
    graver = {**body, "severity": "high"}
    told = service.post(f"{path}/acts/reclassify", graver, key=theirs, if_match="*")
    problem(told, 409, "not_your_seat")
    sealed = service.post(f"{path}/acts/reclassify", body, key=theirs, if_match="*")
    assert sealed.status_code == 200, sealed.text
    assert "statutory:human_rights_response" in [clock["kind"] for clock in sealed.json()["clocks"]]
    assert service.get(path).status_code == 404
    assert service.get(path, key=theirs).status_code == 200


def test_who_logs_it_can_name_others_and_is_unnamed_like_them(service: Service) -> None:
    clerk, other = key_of(service, STRANGER), key_of(service, NAMED)
    answer = service.post("/v1/issues", {**COMPLAINT, "sensitive": ["privacy"]}, key=clerk)
    path = f"/v1/issues/{answer.json()['id']}"
    assert service.get(path, key=clerk).status_code == 200
    assert service.get(path, key=other).status_code == 404
    named = service.post(f"{path}/acts/name", {"person": NAMED}, key=clerk, if_match="*")
    assert named.status_code == 200, named.text
    body = {"person": STRANGER, "reason": "has done their part"}
    assert service.post(f"{path}/acts/unname", body, key=other, if_match="*").status_code == 200
    assert service.get(path, key=clerk).status_code == 404
    history = service.found(f"{path}/timeline", key=other)["data"]
    assert [entry["type"] for entry in history if "name" in entry["type"]] == [
        "issue.named",
        "issue.unnamed",
    ]


def test_a_hold_lets_the_clock_of_the_law_run_to_its_breach(service: Service) -> None:
    issue = service.log(sensitive=["human_rights"])
    path = f"/v1/issues/{issue['id']}"
    until = "2026-03-27T17:00:00+10:00"
    held = service.post(
        f"{path}/acts/hold",
        {"until": until, "awaiting": "raiser", "reason": "the form"},
        key=service.admin,
        if_match="*",
    )
    assert held.status_code == 200, held.text
    [law] = [c for c in held.json()["clocks"] if c["class"] == "statutory"]
    assert (law["state"], law["due_at"]) == ("running", "2026-05-07T07:00:00Z")
    service.clock.advance(timedelta(days=70))
    while service.container.desk.sweep().result(60):
        pass
    history = service.found(f"{path}/timeline?limit=200", key=service.admin)["data"]
    [breach] = [entry for entry in history if entry["type"] == "issue.breached"]
    assert breach["due_at"] == "2026-05-07T07:00:00Z"
    assert breach["data"]["clock"] == "statutory:human_rights_response"
    [law] = [
        c
        for c in service.found(path, key=service.admin)["clocks"]
        if c["kind"] == "statutory:human_rights_response"
    ]
    assert (law["breached"], law["past_target"]) == (True, False)


def test_a_digest_made_before_is_withheld_and_corrected(service: Service) -> None:
    matter = sealed_matter(service, STRANGER, NAMED)
    path = f"/v1/digests/{matter.digest}"
    refused = service.get(path, key=matter.stranger)
    assert "corrected_by" not in problem(refused, 403, "withheld")
    assert SECRETS[0] in service.get(path, key=matter.named).text.lower()
    desk = service.container.desk
    assert corrections.correct_next(desk) == 1
    assert corrections.correct_next(desk) == 0
    number = problem(service.get(path, key=matter.stranger), 403, "withheld")["corrected_by"]
    found = service.found(f"/v1/digests/{number}", key=matter.stranger)
    first = service.found(path, key=service.admin)
    assert found["corrects"] == first["id"]
    assert found["document"]["corrects"] == {
        "number": matter.digest,
        "content_hash": first["content_hash"],
    }
    assert (found["as_at"], found["known_at"]) == (first["as_at"], first["known_at"])
    assert not list(told(str(found), matter.marks))
    asked = {name: first[name] for name in ("forum", "as_at", "known_at")}
    again = service.post("/v1/digests", asked, key=matter.stranger)
    assert (again.status_code, again.json()["number"]) == (200, number)
    for each in (matter.digest, number):
        verdict = digests.verify(desk, each)
        assert verdict.ok, each


def test_asked_for_again_before_the_worker_came_the_correction_is_made_then(
    service: Service,
) -> None:
    matter = sealed_matter(service, STRANGER, NAMED)
    first = service.found(f"/v1/digests/{matter.digest}", key=service.admin)
    asked = {name: first[name] for name in ("forum", "as_at", "known_at")}
    made = service.post("/v1/digests", asked, key=matter.stranger)
    assert (made.status_code, made.json()["corrects"]) == (201, first["id"])
    assert service.post("/v1/digests", asked, key=matter.stranger).json() == made.json()


def test_nothing_of_it_is_sent_from_then_on_and_what_waited_is_not(service: Service) -> None:
    made = service.post(
        "/v1/webhook-endpoints",
        {"url": "https://hooks.example.com/in", "types": ["issue.logged", "issue.informed"]},
        key=service.admin,
    )
    assert made.status_code == 201, made.text
    log = f"/v1/webhook-endpoints/{made.json()['id']}/deliveries"
    outgoing = service.container.outgoing
    issue, other = service.log(), service.log()
    outgoing.hand_on()
    issue = service.act(issue, "acknowledge")
    seal(service, issue)
    service.post(f"/v1/issues/{issue['id']}/acts/inform", {"text": "soon"}, key=service.admin)
    outgoing.hand_on()
    sent = service.found(log, key=service.admin)["data"]
    assert {each["type"] for each in sent} == {"issue.logged"}
    assert sorted(each["state"] for each in sent) == ["cancelled", "waiting"]
    [ended] = [each for each in sent if each["state"] == "cancelled"]
    again = service.post(f"/v1/deliveries/{ended['id']}/redeliver", key=service.admin)
    problem(again, 409, "issue_is_sealed")
    at_intake = service.log(sensitive=["privacy"])
    outgoing.hand_on()
    after = service.found(log, key=service.admin)["data"]
    assert len(after) == len(sent)
    assert not list(told(str(after), (at_intake["id"],)))
    assert other["id"] != issue["id"]


def test_a_link_from_an_open_issue_would_tell_and_is_refused(service: Service) -> None:
    sealed, open_ = seal(service, service.log()), service.log()
    path = f"/v1/issues/{open_['id']}/acts/link"
    body = {"issue": sealed["reference"], "as": "related"}
    problem(service.post(path, body, key=service.admin), 409, "other_is_sealed")
    path = f"/v1/issues/{sealed['id']}/acts/link"
    body = {"issue": open_["reference"], "as": "related"}
    assert service.post(path, body, key=service.admin).status_code == 200
    view = service.found(f"/v1/issues/{open_['id']}")
    assert sealed["reference"] not in str(view)


@pytest.mark.parametrize("sealed_first", [True, False])
def test_merged_with_an_open_issue_neither_it_nor_its_raiser_is_told_there(
    service: Service, sealed_first: bool
) -> None:
    hidden = service.log(raiser={"type": "staff", "name": "Marmalade Jones"})
    open_ = service.log()
    if sealed_first:
        seal(service, hidden)
    merge = f"/v1/issues/{hidden['id']}/acts/merge"
    body = {"issue": open_["reference"], "as": "duplicate_of", "reason": "the same"}
    answer = service.post(merge, body, key=service.admin, if_match="*")
    if not sealed_first:
        assert answer.status_code == 200, answer.text
        seal(service, hidden)
    path = f"/v1/issues/{open_['id']}"
    marks = (hidden["id"], hidden["reference"], "Marmalade")
    for part in ("", "/timeline", "/explain", "/paper"):
        seen = service.get(f"{path}{part}")
        assert not list(told(seen.text, marks)), (part, answer.status_code, seen.text)
    other = f"/v1/issues/{hidden['id']}/acts/merge"
    into = {"issue": hidden["reference"], "as": "duplicate_of", "reason": "the same"}
    refused = service.post(f"{path}/acts/merge", into, if_match="*")
    assert refused.status_code in {409, 422}
    assert not list(told(refused.text, marks[:1])), other


def test_a_link_made_before_is_not_shown_any_more(service: Service) -> None:
    sealed, open_ = service.log(), service.log()
    path = f"/v1/issues/{open_['id']}"
    body = {"issue": sealed["reference"], "as": "related"}
    assert service.post(f"{path}/acts/link", body).status_code == 200
    seal(service, sealed)
    noted = service.post(f"{path}/acts/note", {"text": "on with it"})
    for answer in (
        noted,
        service.get(path),
        service.get(f"/v1/issues?q={open_['reference']}"),
        service.get(f"{path}/timeline"),
    ):
        assert answer.status_code == 200
        assert not list(told(answer.text, (sealed["id"], sealed["reference"]))), answer.text

"""The directory over REST: read as at any instant, changed entry by entry, on the record."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escalation.services.reading.directory import Noun
from escalation.store import journal, models
from escalation.store.transaction import read
from tests.api.service import Service, fault, problem
from tests.fakes import MONDAY

PATIENCE = 60
ACTING = {
    "code": "act-priya",
    "person": "thi-lan-pham",
    "for": "app-meridian-100",
    "from": "2026-03-10",
    "until": "2026-03-12",
}
SEAT = "/v1/seats?role=service_manager&party=meridian&function=payroll"


def etag(service: Service) -> str:
    tag: str = service.get("/v1/clusters/technology").headers["etag"]
    return tag


def add(service: Service, noun: str, body: dict[str, Any], **more: str) -> Any:
    return service.post(f"/v1/{noun}", body, key=service.admin, **more)


def reseated(service: Service) -> None:
    while service.container.desk.reseat().result(PATIENCE):
        pass


def test_an_acting_term_is_added_and_takes_the_seat_when_it_begins(service: Service) -> None:
    issue = service.log()
    answer = add(service, "acting-appointments", ACTING)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/acting-appointments/act-priya"
    assert (answer.headers["etag"], etag(service)) == ('"2"', '"2"')
    assert answer.json()["for"] == "app-meridian-100"
    reseated(service)
    service.clock.move_to(MONDAY + timedelta(days=8))
    reseated(service)
    held = service.found(f"/v1/issues/{issue['id']}")["rung"]["seats"]["provider"]
    assert held["holder"]["id"] == "thi-lan-pham"
    assert held["reason"] == (
        "Thi Lan Pham acts as service manager for Payroll at Meridian Shared Services in place of "
        "Priya Nair (acting appointment act-priya)"
    )


def test_who_held_a_seat_at_a_past_instant_is_answered_by_what_is_known_now_or_was_then(
    service: Service,
) -> None:
    service.clock.advance(timedelta(days=30))
    late = {**ACTING, "from": "2026-03-03", "until": "2026-03-05"}
    assert add(service, "acting-appointments", late).status_code == 201
    then = f"{SEAT}&as_at=2026-03-04T00:00:00Z"
    now_known = service.found(then)
    assert now_known["holder"]["id"] == "thi-lan-pham"
    assert now_known["directory"]["epoch"] == 2
    known_then = service.found(f"{then}&known_at=2026-03-04T00:00:00Z")
    assert known_then["holder"]["id"] == "priya-nair"
    assert known_then["directory"]["epoch"] == 1
    assert service.found(SEAT)["holder"]["id"] == "priya-nair"
    assert service.get(f"{SEAT}&known_at=1999-01-01T00:00:00Z").status_code == 404


def test_a_seat_is_resolved_with_its_reason_whoever_it_is_of(shared: Service) -> None:
    bought = shared.found("/v1/seats?role=business_manager&party=meridian")
    assert bought["reason"].endswith("stands in as business manager")
    purchaser = "/v1/seats?role=corporate_purchaser&party=wellbeing"
    assert "by the agreement" in shared.found(f"{purchaser}&agreement=ola-wellbeing")["reason"]
    nobody = shared.found("/v1/seats?role=service_director&party=rivers")
    assert nobody["holder"] is None
    assert nobody["reason"].startswith("Nobody holds the seat of service director")


@pytest.mark.parametrize("name", ["party", "function", "region", "agreement"])
def test_a_seat_of_a_code_that_is_not_known_is_refused_by_name(shared: Service, name: str) -> None:
    query = {"party": "meridian", name: "riverz"}
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    answer = shared.get(f"/v1/seats?role=service_manager&{asked}")
    assert "`riverz`" in fault(answer, 422, "unknown_reference", {"parameter": name})


def test_appointments_are_listed_as_at_an_instant_page_by_page(shared: Service) -> None:
    query = "/v1/appointments?party=meridian&role=executive_director"
    assert [a["id"] for a in shared.found(query)["data"]] == [
        "app-meridian-400",
        "app-meridian-401",
    ]
    [now] = shared.found(f"{query}&as_at=2026-03-02T00:00:00Z")["data"]
    assert now["person"] == "judith-abernethy"
    [next_] = shared.found(f"{query}&as_at=2026-07-01T00:00:00%2B10:00")["data"]
    assert next_["person"] == "kwame-boateng"
    page = shared.found("/v1/people?limit=40")
    rest = shared.found(page["links"]["next"])
    names = [each["id"] for each in (*page["data"], *rest["data"])]
    assert names == sorted(set(names))


def test_a_change_replaces_the_members_that_are_sent_and_null_takes_one_away(
    service: Service,
) -> None:
    path = "/v1/people/priya-nair"
    changed = service.call(
        "PATCH", path, {"phone": "07 1", "email": None}, key=service.admin, if_match=etag(service)
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["phone"], changed.json()["email"]) == ("07 1", None)
    assert changed.headers["etag"] == '"2"'
    ended = service.call(
        "PATCH",
        "/v1/appointments/app-meridian-100",
        {"until": "2026-03-31"},
        key=service.admin,
        if_match='"2"',
    )
    assert ended.json()["until"] == "2026-03-31"


def test_every_change_is_on_the_record_with_who_and_before_and_after(service: Service) -> None:
    add(service, "acting-appointments", ACTING)
    with read(service.container.engine) as connection:
        last = journal.entries(connection, "directory")[-1]
        versions = list(connection.scalars(select(models.directory_version.c.epoch)))
    assert last.type == "directory.applied"
    assert '"name":"admin"' in last.payload
    assert '"code":"act-priya"' in last.payload
    assert '"how":"added"' in last.payload
    assert sorted(versions) == [1, 2]


def test_a_change_says_which_version_it_changes_and_a_stale_one_is_refused(
    service: Service,
) -> None:
    path = "/v1/appointments/app-meridian-100"
    without = service.call("PATCH", path, {"until": "2026-03-31"}, key=service.admin)
    problem(without, 428, "precondition_required")
    add(service, "acting-appointments", ACTING, if_match='"1"')
    stale = service.call("PATCH", path, {"until": "2026-03-31"}, key=service.admin, if_match='"1"')
    assert problem(stale, 412, "precondition_failed")["current"] == {"epoch": 2}
    again = add(service, "delegations", {"code": "del-x"}, if_match='"1"')
    problem(again, 412, "precondition_failed")
    any_ = service.call("PATCH", path, {"until": "2026-03-31"}, key=service.admin, if_match="*")
    assert any_.status_code == 200


def test_a_repeat_is_answered_as_the_first_time_and_changes_nothing(service: Service) -> None:
    first = add(service, "acting-appointments", ACTING, idempotency_key="one")
    again = add(service, "acting-appointments", ACTING, idempotency_key="one")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert etag(service) == '"2"'


def test_what_is_wrong_is_told_at_its_place_and_nothing_is_changed(shared: Service) -> None:
    nobody = add(shared, "acting-appointments", {**ACTING, "person": "thi-lan-pam"})
    detail = fault(nobody, 422, "unknown_reference", {"pointer": "/person"})
    assert detail.endswith("the nearest is `thi-lan-pham`")
    twice = add(shared, "people", {"code": "priya-nair", "name": "Priya"})
    problem(twice, 409, "code_taken")
    unnamed = add(shared, "people", {"name": "Priya"})
    fault(unnamed, 422, "missing", {"pointer": "/code"})
    fault(add(shared, "people", ["x"]), 422, "wrong_type", {"pointer": ""})  # type: ignore[arg-type] # on purpose
    misspelt = add(shared, "people", {"code": "new-one", "nam": "New"})
    assert "`name`" in fault(misspelt, 422, "unknown_key", {"pointer": "/nam"})
    sole = {"person": "thi-lan-pham", "role": "service_manager", "party": "meridian"}
    second = add(shared, "appointments", {"code": "app-x", "function": "payroll", **sole})
    fault(second, 422, "overlapping_appointments", {"pointer": ""})
    assert etag(shared) == '"1"'


def test_what_others_refer_to_is_not_removed(shared: Service) -> None:
    path = "/v1/people/priya-nair"
    answer = shared.call("DELETE", path, key=shared.admin, if_match="*")
    detail = fault(answer, 422, "unknown_reference", {"pointer": ""})
    assert detail.startswith("/appointments/app-meridian-100/person: found the person `priya-nair`")
    forum = shared.call("DELETE", "/v1/forums/ceo-board", key=shared.admin, if_match="*")
    assert forum.status_code in {404, 422}, "the ladders need it"


def test_what_nothing_refers_to_is_removed_and_earlier_versions_keep_it(service: Service) -> None:
    add(service, "acting-appointments", ACTING)
    path = "/v1/acting-appointments/act-priya"
    service.clock.advance(timedelta(minutes=1))
    gone = service.call("DELETE", path, key=service.admin, if_match='"2"')
    assert (gone.status_code, gone.content, gone.headers["etag"]) == (204, b"", '"3"')
    assert service.get(path).status_code == 404
    assert service.call("DELETE", path, key=service.admin, if_match="*").status_code == 404
    listed = "/v1/acting-appointments?known_at=2026-03-02T00:00:30Z"
    assert "act-priya" in {each["id"] for each in service.found(listed)["data"]}


def test_only_who_manages_the_directory_changes_it(shared: Service) -> None:
    told = problem(shared.post("/v1/people", {"code": "x", "name": "X"}), 403, "forbidden")
    assert "`manage_directory`" in told["detail"]


@pytest.mark.parametrize("noun", Noun)
def test_every_part_is_listed_and_read_and_can_be_changed(shared: Service, noun: Noun) -> None:
    listed = shared.found(f"{noun.path}?limit=1")
    for entry in listed["data"]:
        assert shared.found(f"{noun.path}/{entry['id']}") == entry
    missing = shared.call("PATCH", f"{noun.path}/nothing", {}, key=shared.admin, if_match="*")
    assert missing.status_code == 404


# -- vacancies ------------------------------------------------------------------------------------


def test_an_empty_seat_is_listed_until_it_is_filled_for_who_sees_to_it(service: Service) -> None:
    issue = service.log()
    other = service.log(agency="schools")
    service.clock.advance(timedelta(hours=1))
    recused = service.act(issue, "recuse", seat="agency", reason="related")
    assert recused["rung"]["seats"]["agency"]["holder"] is None
    [alarm] = service.found("/v1/vacancies")["data"]
    assert alarm["issue"]["reference"] == issue["reference"]
    assert (alarm["side"], alarm["role"]) == ("agency", "function_manager")
    assert alarm["since"] == "2026-03-02T01:00:00Z"
    assert alarm["reason"].startswith("Bronwyn Tait is recused; Nobody holds the seat")
    assert alarm["account_manager"] == "dominic-ferraro"
    for name in ("forum", "secretariat", "account_manager"):
        assert service.found(f"/v1/vacancies?{name}={alarm[name]}")["data"] == [alarm]
        assert service.found(f"/v1/vacancies?{name}=nobody")["data"] == []
    service.act(recused, "reassign", seat="agency", person="imran-qureshi")
    assert service.found("/v1/vacancies")["data"] == []
    assert other["id"]


def test_vacancies_are_pages_the_longest_empty_first(service: Service) -> None:
    seen = []
    for number in range(3):
        service.clock.advance(timedelta(hours=1))
        seen.append(service.act(service.log(), "recuse", seat="agency")["id"])
        assert number < 3
    page = service.found("/v1/vacancies?limit=2")
    rest = service.found(page["links"]["next"])
    assert [alarm["issue"]["id"] for alarm in (*page["data"], *rest["data"])] == seen
    assert "next" not in rest["links"]

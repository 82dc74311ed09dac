"""Sealed issues: to whoever they are not for they are not there, by any way that the interface has.

The ways are drawn from the interface itself: an operation that is added later is held to it too.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.store import journal
from escalation.store.listing import SORTS
from escalation.store.transaction import read
from escalation.workflow.states import Act
from tests.api.sealed import FORUM, LOGGED, SECRETS, Matter, key_of, sealed_matter, told
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import copied_postgres, copied_sqlite

ABSENT = "iss_01kjnxge00e9nv59tdwh9edd00"
STRANGER, NAMED = "mick-callaghan", "thi-lan-pham"


@pytest.fixture(
    scope="module",
    params=[(base, who) for base in ("sqlite", "postgres") for who in (None, STRANGER)],
    ids=lambda each: f"{each[0]}-{'somebody' if each[1] else 'nobody'}",
)
def sealed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Matter]]:
    """A matter that was sealed, and a stranger to it: a key of nobody, and one of somebody."""
    base, who = request.param
    urls: Iterator[str] = (
        copied_postgres(request)
        if base == "postgres"
        else iter(
            [
                copied_sqlite(
                    request.getfixturevalue("furnished_sqlite"),
                    tmp_path_factory.mktemp("sealed") / "escalation.db",
                )
            ]
        )
    )
    for url in urls:
        with serving(url) as service:
            yield service, sealed_matter(service, who, NAMED)


def parts(operation: Operation, matter: Matter) -> Iterator[dict[str, str]]:
    """What the parts of a path may be that come near the matter."""
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    near = {
        "meeting": [matter.meeting],
        "digest": [matter.digest, *(f"{matter.digest}.{kind}" for kind in ("json", "html", "md"))],
        "forum": [FORUM],
        "act": ["acknowledge"],
        "contact": [matter.contact],
    }
    of_issue = [matter.issue["id"], matter.issue["reference"]]
    for chosen in product(*(near.get(name, of_issue) for name in names)):
        yield dict(zip(names, chosen, strict=True))


def at(path: str, chosen: dict[str, str]) -> str:
    for name, value in chosen.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def without(answer: httpx.Response, *names: str) -> str:
    """What was answered, but for what the caller said themselves and the request's own name."""
    text = answer.text
    for name in (answer.headers["request-id"], *names):
        text = text.replace(name, "?")
    return text


READS = [operation for operation in OPERATIONS if operation.method == "GET"]
CHANGES = [
    operation
    for operation in OPERATIONS
    if operation.method != "GET" and "{issue}" in operation.path
]


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_nothing_that_is_read_gives_it_away(
    sealed: tuple[Service, Matter], operation: Operation
) -> None:
    service, matter = sealed
    for chosen in parts(operation, matter):
        answer = service.get(at(operation.path, chosen), key=matter.stranger)
        assert answer.status_code < 500, answer.text
        given = list(told(without(answer, *chosen.values()), matter.marks))
        assert not given, (operation.path, answer.text[:400])
        assert not list(told(str(dict(answer.headers)), matter.marks))
        if "issue" in chosen:
            absent = service.get(
                at(operation.path, {**chosen, "issue": ABSENT}), key=matter.stranger
            )
            assert answer.status_code == absent.status_code
            assert without(answer, *chosen.values()) == without(absent, ABSENT)


@pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.name)
def test_every_act_on_it_is_answered_as_on_one_that_is_not_there(
    sealed: tuple[Service, Matter], operation: Operation
) -> None:
    service, matter = sealed
    bodies: tuple[dict[str, Any], ...] = ({}, {"text": 1}, {"reason": "r", "severity": "high"})
    matches: tuple[dict[str, Any], ...] = ({}, {"if_match": '"1"'})
    for body, match in product(bodies, matches):
        answers = []
        for name in (matter.issue["id"], ABSENT):
            path = at(operation.path, {"issue": name, "act": "acknowledge"})
            answer = service.call(operation.method, path, body, key=matter.stranger, **match)
            assert answer.status_code in {404, 403}, answer.text
            answers.append((answer.status_code, without(answer, name)))
        assert answers[0] == answers[1]
    assert service.found(f"/v1/issues/{matter.issue['id']}", key=service.admin) == matter.issue


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_no_page_of_a_list_in_any_order_has_it(sealed: tuple[Service, Matter], sort: str) -> None:
    service, matter = sealed
    path: str | None = f"/v1/issues?sort={sort}&limit=1&include_total=true"
    while path is not None:
        answer = service.get(path, key=matter.stranger)
        assert not list(told(answer.text, matter.marks)), answer.text
        assert answer.json()["meta"]["total"] == len(
            service.found("/v1/issues", key=matter.stranger)["data"]
        )
        path = answer.json()["links"].get("next")


@pytest.mark.parametrize(
    "query",
    [
        "q=zanzibar",
        "q=quokka",
        "q={reference}",
        "theme=zanzibar",
        "external_ref=jira:OPS-4711",
        "rung=business_manager_forum",
        f"forum={FORUM}",
        "meeting={meeting}",
        "status=tabled",
    ],
)
def test_no_search_and_no_count_finds_it(sealed: tuple[Service, Matter], query: str) -> None:
    service, matter = sealed
    filled = query.format(reference=matter.issue["reference"], meeting=matter.meeting)
    path = f"/v1/issues?{filled}&include_total=true"
    found = service.found(path, key=matter.stranger)
    seen = service.found(path, key=service.admin)
    mine = service.found(path, key=matter.named)
    for each in (seen, mine):
        assert matter.issue["id"] in [one["id"] for one in each["data"]]
        assert each["meta"]["total"] > len(found["data"])
    assert found["meta"]["total"] == len(found["data"])
    assert not list(told(str(found["data"]), (matter.issue["id"], *SECRETS)))


def test_its_reference_in_another_system_is_taken_and_nothing_more_is_said(
    sealed: tuple[Service, Matter],
) -> None:
    service, matter = sealed
    body = {**COMPLAINT, "external_refs": LOGGED["external_refs"]}
    answer = service.post("/v1/issues", body, key=matter.stranger)
    assert "issue" not in problem(answer, 409, "external_ref_taken")
    assert not list(told(without(answer, "OPS-4711"), matter.marks))
    known = service.post("/v1/issues", body, key=matter.named)
    assert problem(known, 409, "external_ref_taken")["issue"] == matter.issue["id"]


@pytest.mark.parametrize("key", ["issue", "reference"])
def test_who_names_it_in_a_body_is_answered_as_if_they_had_named_another(
    sealed: tuple[Service, Matter], key: str
) -> None:
    service, matter = sealed
    name = matter.issue["id" if key == "issue" else "reference"]
    mine = service.log()
    link = f"/v1/issues/{mine['id']}/acts/link"
    decide = f"/v1/meetings/{matter.meeting}/acts/decide"
    for path, more in ((link, {"as": "related"}), (decide, {"text": "Pay"})):
        answers = []
        for named in (name, ABSENT):
            answer = service.post(path, {"issue": named, **more}, key=matter.stranger, if_match="*")
            answers.append((answer.status_code, without(answer, named)))
        assert answers[0] == answers[1], path
        assert answers[0][0] >= 400


def test_named_people_and_holders_read_it_all(sealed: tuple[Service, Matter]) -> None:
    service, matter = sealed
    path = f"/v1/issues/{matter.issue['id']}"
    seen = service.found(path, key=matter.named)
    assert seen["sensitive"] == ["human_rights", "by_hand"]
    assert [each["id"] for each in seen["sealed"]["named"]] == [NAMED]
    [made] = seen["sealed"]["referrals"]
    assert (made["to"], made["by"]) == ("Zanzibar commission", "admin")
    for part in ("timeline", "clocks", "explain"):
        assert service.get(f"{path}/{part}", key=matter.named).status_code == 200
    holder = seen["rung"]["seats"]["provider"]["holder"]["id"]
    assert service.get(path, key=key_of(service, holder)).status_code == 200
    items = service.found(f"/v1/meetings/{matter.meeting}", key=matter.named)["items"]
    assert [item["issue"]["id"] for item in items] == [matter.issue["id"]]


def test_the_acts_of_sealed_issues_stand_among_all_acts() -> None:
    assert {"name", "unname", "refer", "record-referral"} <= {act.value for act in Act}


def test_who_keeps_out_of_a_sealed_item_is_told_to_nobody_whom_it_is_not_for(
    service: Service,
) -> None:
    issue = service.log(severity="critical", sensitive=["by_hand"])
    path = f"/v1/issues/{issue['id']}/acts/skip"
    sent = {"key": service.admin, "if_match": "*"}
    issue = service.post(path, {"to": "business_manager_forum", "reason": "r"}, **sent).json()
    meeting = issue["rung"]["meeting"]["id"]
    acts = f"/v1/meetings/{meeting}/acts"
    kin = {"issue": issue["id"], "person": "winifred-osei", "reason": "it is the quokka's kin"}
    assert service.post(f"{acts}/recuse", kin, **sent).status_code == 200
    here = [f"/v1/meetings/{meeting}", f"/v1/meetings/{meeting}/agenda"]
    here += [f"/v1/meetings/{meeting}/minutes", f"/v1/forums/{FORUM}/meetings"]
    for where in here:
        assert "quokka" not in service.get(where).text, where
        assert issue["id"] not in service.get(where).text, where
    moved = service.post(f"{acts}/move", {"place": "Room 2", "reason": "r"}, if_match="*")
    assert moved.status_code == 200, moved.text
    stale = service.post(f"{acts}/move", {"place": "Room 3", "reason": "r"}, if_match='"99"')
    assert stale.status_code == 412, stale.text
    for answer in (moved, stale):
        assert issue["id"] not in answer.text
    assert "quokka" in service.get(f"/v1/meetings/{meeting}", key=service.admin).text


def test_how_many_items_a_cancelled_meeting_had_is_told_without_those_that_are_sealed(
    service: Service,
) -> None:
    sent = {"key": service.admin, "if_match": "*"}
    up = {"to": "business_manager_forum", "reason": "r"}
    meetings = set()
    for sensitive in ([], ["by_hand"], ["privacy"]):
        issue = service.log(severity="critical", sensitive=sensitive)
        issue = service.post(f"/v1/issues/{issue['id']}/acts/skip", up, **sent).json()
        meetings.add(issue["rung"]["meeting"]["id"])
    [meeting] = meetings
    gone = service.post(f"/v1/meetings/{meeting}/acts/cancel", {"reason": "flood"}, **sent)
    assert gone.status_code == 200, gone.text
    with read(service.container.engine) as connection:
        entries = journal.entries(connection, meeting)
    [told] = [json.loads(e.payload) for e in entries if e.type == "meeting.cancelled"]
    assert told["re_targeted"] == 1

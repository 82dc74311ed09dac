"""Contacts and feedback: everything that people say is captured, and raised into an issue once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from escalation.store import journal
from escalation.store.transaction import read
from tests.api.service import Service, fault, problem

RAISER = {"type": "staff", "name": "Ana"}
ENQUIRY = {
    "channel": "service_centre",
    "centre": "cairns",
    "party": "rivers",
    "function": "payroll",
    "themes": ["payslips"],
    "text": "Where is my payslip?\nI cannot find it.",
    "raiser": RAISER,
}
PRAISE = {**ENQUIRY, "kind": "compliment", "text": "That was quick"}
REGISTERS = {"contacts": ENQUIRY, "feedback": PRAISE}


def recorded(service: Service, register: str, **changes: Any) -> dict[str, Any]:
    answer = service.post(f"/v1/{register}", {**REGISTERS[register], **changes})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/{register}/{said['id']}"
    return said


@pytest.mark.parametrize("register", REGISTERS)
def test_what_is_said_is_recorded_whole_under_a_reference(service: Service, register: str) -> None:
    said, second = recorded(service, register), recorded(service, register)
    letters = {"contacts": "CON", "feedback": "FBK"}[register]
    assert [each["reference"] for each in (said, second)] == [
        f"{letters}-2026-000001",
        f"{letters}-2026-000002",
    ]
    for name, value in REGISTERS[register].items():
        shown = said[name]
        assert shown == value or (name, shown) == ("raiser", {**RAISER, "anonymous": False})
    assert (said["issue"], said["recorded_by"]) == (None, "operator")
    for name in (said["id"], said["reference"]):
        assert service.found(f"/v1/{register}/{name}") == said


@pytest.mark.parametrize("register", REGISTERS)
def test_it_stands_on_the_record_as_a_chain_of_its_own(service: Service, register: str) -> None:
    said = recorded(service, register)
    service.post(f"/v1/{register}/{said['id']}/raise")
    with read(service.container.engine) as connection:
        first, second = journal.entries(connection, said["id"])
    family = "contact" if register == "contacts" else "feedback"
    assert (first.type, second.type) == (f"{family}.recorded", f"{family}.raised")
    assert json.loads(first.payload)["reference"] == said["reference"]


@pytest.mark.parametrize("register", REGISTERS)
def test_raised_it_carries_everything_and_is_linked_both_ways(
    service: Service, register: str
) -> None:
    said = recorded(service, register, received_at="2026-02-27T09:00:00+10:00")
    answer = service.post(f"/v1/{register}/{said['reference']}/raise", {"severity": "high"})
    assert answer.status_code == 201, answer.text
    issue = answer.json()
    assert issue["title"] == said["text"].splitlines()[0]
    carried = ("channel", "centre", "function", "themes", "raiser", "received_at")
    assert {name: issue[name] for name in carried} == {name: said[name] for name in carried}
    assert (issue["agency"], issue["description"]) == ("rivers", said["text"])
    assert (issue["severity"], issue["status"]) == ("high", "open")
    assert issue["raised_from"]["reference"] == said["reference"]
    found = service.found(f"/v1/{register}/{said['id']}")
    assert found["issue"] == {"id": issue["id"], "reference": issue["reference"]}
    assert found["raised_at"] == "2026-03-02T00:00:00Z"
    overall = next(clock for clock in issue["clocks"] if clock["kind"] == "overall")
    assert overall["anchor"] == said["received_at"], "time counts from when they said it"


@pytest.mark.parametrize("register", REGISTERS)
def test_it_is_raised_once_whoever_asks_however_often(service: Service, register: str) -> None:
    said = recorded(service, register)
    path = f"/v1/{register}/{said['id']}/raise"
    first = service.post(path, {"title": "Lost"}, idempotency_key="r")
    again = service.post(path, {"title": "Lost"}, idempotency_key="r")
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    for body in (None, {"title": "Other"}):
        refused = problem(service.post(path, body), 409, "raised_already")
        assert refused["issue"] == first.json()["id"]
        assert first.json()["reference"] in refused["detail"]
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 1


def test_many_who_raise_it_at_once_get_one_issue(service: Service) -> None:
    said = recorded(service, "contacts")
    path = f"/v1/contacts/{said['id']}/raise"
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: service.post(path), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 1


def test_what_cannot_be_an_issue_is_refused_and_stays_to_be_raised(service: Service) -> None:
    said = recorded(service, "contacts", party=None)
    path = f"/v1/contacts/{said['id']}/raise"
    fault(service.post(path), 422, "missing", {"pointer": "/agency"})
    assert service.post(path, {"agency": "nowhere"}).status_code == 422
    assert service.found(f"/v1/contacts/{said['id']}")["issue"] is None
    assert service.post(path, {"agency": "rivers"}).status_code == 201
    theirs = recorded(service, "contacts", party="meridian")
    path = f"/v1/contacts/{theirs['id']}/raise"
    fault(service.post(path), 422, "missing", {"pointer": "/agency"})
    raised = service.post(path, {"agency": "rivers"})
    assert raised.json()["provider"] == "meridian"


def test_resolved_at_first_contact_it_goes_no_further(service: Service) -> None:
    said = recorded(service, "contacts")
    outcome = {"summary": "Sent it", "reasons": "It was ready"}
    issue = service.post(f"/v1/contacts/{said['id']}/raise", {"outcome": outcome}).json()
    assert (issue["status"], issue["outcome"]["summary"]) == ("resolved", "Sent it")
    logged = service.log(outcome=outcome)
    assert logged["status"] == "resolved"
    assert [clock["kind"] for clock in logged["clocks"] if clock["state"] == "running"] == [
        "review"
    ]


def test_raised_into_a_sealed_issue_it_is_gone_with_it(service: Service) -> None:
    said = recorded(service, "contacts", text="A zanzibar matter")
    path = f"/v1/contacts/{said['id']}"
    sealed = service.post(f"{path}/raise", {"sensitive": ["corrupt_conduct"]})
    assert sealed.status_code == 201
    problem(service.get(path), 404, "not_found")
    problem(service.post(f"{path}/raise"), 404, "not_found")
    listed = service.found("/v1/contacts?q=zanzibar&include_total=true")
    assert (listed["data"], listed["meta"]["total"]) == ([], 0)
    assert service.found(path, key=service.admin)["issue"]["id"] == sealed.json()["id"]


NAMELESS = {"type": "public", "anonymous": True}


def wrote(service: Service, code: str, text: str, **more: str) -> Any:
    path = "/v1/receipt/messages"
    return service.post(path, {"text": text}, key=None, receipt_code=code, **more)


def came_back(service: Service, code: str) -> dict[str, Any]:
    answer = service.get("/v1/receipt", key=None, receipt_code=code)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("register", REGISTERS)
def test_somebody_without_a_name_gets_a_receipt_at_once_and_is_answered_by_it(
    service: Service, register: str
) -> None:
    said = recorded(service, register, raiser=NAMELESS)
    path, code = f"/v1/{register}/{said['id']}", said["receipt_code"]
    assert "receipt_code" not in service.found(path)
    assert [each["id"] for each in service.found(f"/v1/{register}?unanswered=true")["data"]] == []
    seen = came_back(service, code)
    assert (seen["reference"], seen["status"], seen["messages"]) == (
        said["reference"],
        "recorded",
        [],
    )
    assert "not treated as a complaint" in seen["next"]
    assert wrote(service, code, "I forgot the date").json()["messages"][0]["from"] == "you"
    [waits] = service.found(f"/v1/{register}?unanswered=true")["data"]
    assert (waits["id"], waits["unanswered"]) == (said["id"], True)
    service.clock.advance(timedelta(minutes=1))
    answered = service.post(f"{path}/answers", {"text": "Which month?"})
    assert answered.status_code == 201, answered.text
    assert answered.json()["unanswered"] is False
    spoken = [("you", "I forgot the date"), ("us", "Which month?")]
    for told in (came_back(service, code), answered.json(), service.found(path)):
        assert [(each["from"], each["text"]) for each in told["messages"]] == spoken
    assert service.found(f"/v1/{register}?unanswered=true")["data"] == []
    assert len(service.found(f"/v1/{register}?unanswered=false")["data"]) == 1
    service.clock.advance(timedelta(minutes=1))
    wrote(service, code, "May")
    assert len(service.found(f"/v1/{register}?unanswered=true")["data"]) == 1


@pytest.mark.parametrize("register", REGISTERS)
def test_raised_into_an_issue_the_same_code_leads_there_with_what_was_written_before(
    service: Service, register: str
) -> None:
    said = recorded(service, register, raiser=NAMELESS)
    path, code = f"/v1/{register}/{said['id']}", said["receipt_code"]
    wrote(service, code, "Please treat it as a complaint")
    issue = service.post(f"{path}/raise").json()
    assert "receipt_code" not in issue
    wrote(service, code, "Thank you")
    seen = came_back(service, code)
    assert (seen["reference"], seen["status"]) == (issue["reference"], "open")
    assert [m["text"] for m in seen["messages"]] == ["Please treat it as a complaint", "Thank you"]
    told = problem(service.post(f"{path}/answers", {"text": "Yes"}), 409, "raised_already")
    assert told["issue"] == issue["id"]
    assert service.found(f"/v1/{register}?unanswered=true")["data"] == []


def test_one_call_is_answered_twice_with_one_code_and_one_message_is_written(
    service: Service,
) -> None:
    sent = {"text": "It is late", "raiser": NAMELESS}
    first, again = (service.post("/v1/contacts", sent, idempotency_key="c1") for _ in range(2))
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()
    assert "receipt-sealed" not in {*first.headers, *again.headers}
    code = first.json()["receipt_code"]
    assert [wrote(service, code, "Hm", idempotency_key="m1").status_code for _ in range(2)] == [
        201,
        201,
    ]
    assert wrote(service, code, "Hm", idempotency_key="m1").headers["idempotency-replayed"]
    path = f"/v1/contacts/{first.json()['id']}/answers"
    service.post(path, {"text": "Well"}, idempotency_key="a1")
    answer = service.post(path, {"text": "Well"}, idempotency_key="a1")
    assert answer.headers["idempotency-replayed"] == "true"
    assert [each["text"] for each in came_back(service, code)["messages"]] == ["Hm", "Well"]


def test_who_gave_a_name_has_no_receipt_to_be_answered_by(service: Service) -> None:
    said = recorded(service, "contacts")
    assert "receipt_code" not in said
    answer = service.post(f"/v1/contacts/{said['id']}/answers", {"text": "Yes"})
    assert "by what they left" in problem(answer, 409, "no_receipt")["detail"]


def test_what_passed_is_on_the_record_and_sealed_with_the_issue_it_became(
    service: Service,
) -> None:
    said = recorded(service, "contacts", raiser=NAMELESS)
    path, code = f"/v1/contacts/{said['id']}", said["receipt_code"]
    wrote(service, code, "about the quokka")
    with read(service.container.engine) as connection:
        entries = journal.entries(connection, said["id"])
    assert [entry.type for entry in entries] == ["contact.recorded", "contact.written"]
    assert '"kind":"raiser"' in entries[-1].payload
    assert service.post(f"{path}/raise", {"sensitive": ["privacy"]}).status_code == 201
    problem(service.get(path), 404, "not_found")
    problem(service.post(f"{path}/answers", {"text": "Yes"}), 404, "not_found")
    assert came_back(service, code)["messages"][0]["text"] == "about the quokka"


@pytest.mark.parametrize("register", REGISTERS)
def test_lists_are_pages_with_filters(service: Service, register: str) -> None:
    for number in range(5):
        recorded(service, register, text=f"word{number} here", themes=[f"t{number % 2}"])
        service.clock.advance(timedelta(minutes=1))
    raised = recorded(service, register, function="finance", party="schools")
    assert service.post(f"/v1/{register}/{raised['id']}/raise").status_code == 201

    def texts(query: str) -> list[str]:
        return [each["text"] for each in service.found(f"/v1/{register}?{query}")["data"]]

    assert texts("q=word3") == ["word3 here"]
    assert texts("theme=t1") == ["word3 here", "word1 here"]
    assert len(texts("party=schools,rivers")) == 6
    assert texts("raised=true") == [raised["text"]]
    assert len(texts("raised=false&function=payroll&channel=service_centre&centre=cairns")) == 5
    assert texts("received_after=2026-03-02T00:02:00Z&received_before=2026-03-02T00:04:00Z") == [
        "word3 here",
        "word2 here",
    ]
    first = service.found(f"/v1/{register}?limit=4&include_total=true")
    assert first["meta"] == {"limit": 4, "total": 6}
    second = service.found(first["links"]["next"])
    assert len({each["id"] for page in (first, second) for each in page["data"]}) == 6
    assert "next" not in second["links"]
    problem(service.get(f"/v1/{register}?colour=red"), 400, "malformed")
    problem(service.get(f"/v1/{register}?kind=rant"), 400, "malformed")


def test_feedback_is_counted_by_kind_and_sentiment(service: Service) -> None:
    recorded(service, "feedback")
    recorded(service, "feedback", kind="suggestion", sentiment="negative")
    answers = {"name": "after resolution", "answers": {"Were you heard?": 4, "Again?": True}}
    survey = recorded(service, "feedback", kind="survey", text=None, survey=answers)
    assert (survey["survey"], survey["text"], survey["sentiment"]) == (answers, "", "neutral")
    assert service.found("/v1/feedback-counts") == {
        "data": [
            {"kind": "compliment", "sentiment": "positive", "count": 1},
            {"kind": "suggestion", "sentiment": "negative", "count": 1},
            {"kind": "survey", "sentiment": "neutral", "count": 1},
        ],
        "total": 3,
    }
    assert service.found("/v1/feedback-counts?kind=survey")["total"] == 1
    assert service.found("/v1/feedback?sentiment=negative")["data"][0]["kind"] == "suggestion"


@pytest.mark.parametrize(
    ("register", "changes", "code", "pointer"),
    [
        ("contacts", {"party": "rivrs"}, "unknown", "/party"),
        ("contacts", {"function": "payrol"}, "unknown", "/function"),
        ("contacts", {"text": " "}, "too_short", "/text"),
        ("contacts", {"received_at": "2026-03-09T09:00:00Z"}, "in_the_future", "/received_at"),
        ("contacts", {"received_at": "2025-03-09T09:00:00Z"}, "too_long_ago", "/received_at"),
        ("feedback", {"kind": "rant"}, "unknown_word", "/kind"),
        ("feedback", {"kind": "survey"}, "missing", "/survey"),
        ("feedback", {"survey": {"name": "s", "answers": {}}}, "wrong_value", "/survey"),
        ("feedback", {"text": None}, "missing", "/text"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_recorded(
    shared: Service, register: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    answer = shared.post(f"/v1/{register}", {**REGISTERS[register], **changes})
    fault(answer, 422, code, {"pointer": pointer})


def test_a_repeat_is_recorded_once(service: Service) -> None:
    first = service.post("/v1/contacts", ENQUIRY, idempotency_key="c")
    again = service.post("/v1/contacts", ENQUIRY, idempotency_key="c")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = service.post("/v1/contacts", {**ENQUIRY, "text": "x"}, idempotency_key="c")
    problem(other, 422, "idempotency_key_reused")
    assert len(service.found("/v1/contacts")["data"]) == 1


def test_an_admin_may_record_what_was_said_long_ago(service: Service) -> None:
    body = {**ENQUIRY, "received_at": "2025-03-09T09:00:00Z"}
    assert service.post("/v1/contacts", body, key=service.admin).status_code == 201

"""Anonymous raisers: no name is kept, and a code that is shown once lets them come back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from escalation.services.receipts import FREE, Guesses
from escalation.store.transaction import read
from tests.api.service import COMPLAINT, Service, fault, problem

ANONYMOUS = {**COMPLAINT, "raiser": {"type": "public", "anonymous": True}}


def raised(service: Service, **changes: Any) -> tuple[dict[str, Any], str]:
    answer = service.post("/v1/issues", {**ANONYMOUS, **changes})
    assert answer.status_code == 201, answer.text
    issue = answer.json()
    return issue, issue["receipt_code"]


def came_back(service: Service, code: str) -> dict[str, Any]:
    answer = service.get("/v1/receipt", key=None, receipt_code=code)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_code_is_given_to_who_gives_no_name_and_to_nobody_else(service: Service) -> None:
    issue, code = raised(service)
    assert [len(part) for part in code.split("-")] == [4] * 5
    assert issue["raiser"] == {"type": "public", "anonymous": True}
    assert "receipt_code" not in service.found(f"/v1/issues/{issue['id']}")
    assert "receipt_code" not in service.log()


def test_a_name_or_a_way_to_reach_them_beside_anonymous_is_refused(service: Service) -> None:
    for name, value in (("name", "Ana"), ("reference", "C-77"), ("phone", "07 1")):
        raiser = {"anonymous": True, name: value}
        answer = service.post("/v1/issues", {**COMPLAINT, "raiser": raiser})
        fault(answer, 422, "not_anonymous", {"pointer": "/raiser/anonymous"})


def test_the_code_stands_readable_nowhere_not_even_for_repeats(service: Service) -> None:
    answer = service.post("/v1/issues", ANONYMOUS, idempotency_key="again")
    code = answer.json()["receipt_code"]
    again = service.post("/v1/issues", ANONYMOUS, idempotency_key="again")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == answer.json(), "a repeat whose first answer was lost has the code too"
    assert "receipt-sealed" not in {*answer.headers, *again.headers}
    plain = code.replace("-", "")
    with read(service.container.engine) as connection:
        tables = [
            row
            for table in ("idempotency", "receipt", "event", "issue")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own
        ]
    kept = " ".join(
        bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview))
        else str(value)
        for row in tables
        for value in row
    )  # fmt: skip
    assert code not in kept
    assert plain not in kept


def test_entries_of_a_batch_have_their_codes(service: Service) -> None:
    sent = {"issues": [ANONYMOUS, COMPLAINT]}
    first, second = service.post("/v1/issue-batches", sent).json()["results"]
    assert came_back(service, first["issue"]["receipt_code"])["status"] == "open"
    assert "receipt_code" not in second["issue"]


def test_with_the_code_they_see_how_it_stands_in_plain_words(service: Service) -> None:
    issue, code = raised(service)
    seen = came_back(service, code)
    assert seen["reference"] == issue["reference"]
    assert seen["status_in_words"].startswith("We have it. ")
    assert "come back with your code" in seen["next"]
    assert seen["hear_by"] is not None
    assert seen["messages"] == []
    assert any("Ombudsman" in right for right in seen["rights"])
    shown = json.dumps(seen)
    for inside in ("priya-nair", "seats", "severity", issue["id"]):
        assert inside not in shown


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", " ")])
def test_how_a_code_is_written_does_not_matter(service: Service, written: Any) -> None:
    issue, code = raised(service)
    assert came_back(service, written(code))["reference"] == issue["reference"]


def test_messages_go_both_ways_and_the_lead_is_told(service: Service) -> None:
    issue, code = raised(service, sensitive=["corrupt_conduct"])
    path, admin = f"/v1/issues/{issue['id']}", service.admin
    wrote = service.post(
        "/v1/receipt/messages", {"text": "I have papers"}, key=None, receipt_code=code
    )
    assert wrote.status_code == 201, wrote.text
    assert wrote.json()["messages"][-1]["text"] == "I have papers"
    service.clock.advance(timedelta(minutes=1))
    service.post(f"{path}/acts/inform", {"text": "Post them to us"}, key=admin)
    service.post(f"{path}/acts/note", {"text": "be careful"}, key=admin)
    service.post(f"{path}/acts/contact", {"text": "asked the bank"}, key=admin)
    inside = {"text": "for us alone", "visibility": "provider"}
    service.post(f"{path}/acts/inform", inside, key=admin)
    assert [(m["from"], m["text"]) for m in came_back(service, code)["messages"]] == [
        ("you", "I have papers"),
        ("us", "Post them to us"),
    ]
    history = service.found(f"{path}/timeline", key=admin)["data"]
    [theirs] = [entry for entry in history if entry["actor"]["kind"] == "raiser"]
    assert theirs["type"] == "issue.contacted"
    assert theirs["data"]["tells"] == {"lead": "service_manager"}


def test_a_message_sent_twice_with_one_key_is_one_message(service: Service) -> None:
    _, code = raised(service)
    sent = {"receipt_code": code, "idempotency_key": "m1"}
    first, answer = (
        service.post("/v1/receipt/messages", {"text": "Hello"}, key=None, **sent) for _ in range(2)
    )
    assert first.status_code == answer.status_code == 201
    assert answer.headers["idempotency-replayed"] == "true"
    assert len(answer.json()["messages"]) == 1


def test_each_state_is_told_with_what_they_can_do(service: Service) -> None:
    issue, code = raised(service)
    issue = service.act(issue, "acknowledge")
    assert came_back(service, code)["status_in_words"].endswith("is working on it.")
    until = "2026-03-10T17:00:00+10:00"
    issue = service.act(issue, "hold", until=until, awaiting="raiser", reason="a form")
    assert (
        "until 10 March 2026 for something from you" in came_back(service, code)["status_in_words"]
    )
    issue = service.act(issue, "resume")
    outcome = {"summary": "Paid", "reasons": "It was owed", "remedy": "An apology"}
    issue = service.act(issue, "resolve", outcome=outcome)
    seen = came_back(service, code)
    assert seen["outcome"] == outcome
    assert "disputed within the review window" in seen["rights"][0]
    assert "The window ends" in seen["rights"][0]
    assert "dispute" in seen["next"]
    issue = service.act(issue, "close")
    assert came_back(service, code)["status_in_words"] == "It is closed."


def test_no_code_and_a_wrong_code_are_told_apart_from_a_right_one_alone(service: Service) -> None:
    problem(service.get("/v1/receipt", key=None), 401, "unauthenticated")
    wrong = service.get("/v1/receipt", key=None, receipt_code="AAAA-BBBB-CCCC-DDDD-EEEE")
    assert "look at each letter" in problem(wrong, 404, "not_found")["detail"]


def test_who_guesses_waits_longer_each_time_and_the_right_code_waits_too(
    service: Service,
) -> None:
    _, code = raised(service)
    waits = []
    for _ in range(FREE + 3):
        answer = service.get("/v1/receipt", key=None, receipt_code="0000")
        while answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            service.clock.advance(timedelta(seconds=waits[-1]))
            answer = service.get("/v1/receipt", key=None, receipt_code="0000")
        assert answer.status_code == 404
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]
    problem(service.get("/v1/receipt", key=None, receipt_code=code), 429, "too_many_attempts")
    service.clock.advance(timedelta(minutes=16))
    assert came_back(service, code)["status"] == "open"


def test_guesses_from_many_addresses_are_counted_together_and_forgotten_in_time(
    service: Service,
) -> None:
    guesses, now = Guesses(), service.clock.now()
    for number in range(12_000):
        guesses.wrong(f"10.0.{number >> 8}.{number & 255}", now)
    assert len(guesses._tries) <= 10_000
    with pytest.raises(Exception, match="Too many wrong codes"):
        guesses.check("192.0.2.1", now)
    guesses.check("192.0.2.1", now + timedelta(minutes=16))


# -- what a raiser needs

NEEDS = {
    "interpreter": "Vietnamese",
    "relay": "National Relay Service",
    "representative": {"name": "Bo", "contact": "bo@example.com", "authority": "signed form"},
    "preferred_channel": "phone",
    "other": "Large print",
}


def test_needs_are_carried_by_name_and_edited(service: Service) -> None:
    issue = service.log(raiser={"type": "customer", "name": "Ana", "needs": NEEDS})
    assert issue["raiser"]["needs"] == NEEDS
    path = f"/v1/issues/{issue['id']}"
    changed = service.call("PATCH", path, {"needs": {"relay": "NRS"}}, if_match='"1"')
    assert changed.json()["raiser"]["needs"] == {"relay": "NRS"}
    none = service.call("PATCH", path, {"needs": None}, if_match='"2"')
    assert "needs" not in none.json()["raiser"]


@pytest.mark.parametrize(
    ("needs", "code", "pointer"),
    [
        ({}, "missing", ""),
        ({"interpeter": "Thai"}, "unknown_field", "/interpeter"),
        ({"representative": {"name": "Bo"}}, "missing", "/representative/authority"),
        ({"preferred_channel": "pigeon"}, "unknown_word", "/preferred_channel"),
        (7, "wrong_value", ""),
    ],
)
def test_needs_that_say_nothing_or_too_little_are_refused(
    shared: Service, needs: Any, code: str, pointer: str
) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, "raiser": {"needs": needs}})
    fault(answer, 422, code, {"pointer": f"/raiser/needs{pointer}"})

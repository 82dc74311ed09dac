"""The client at a real service, on each database."""

from datetime import timedelta

import pytest

from escalation.client import Client, Forbidden, Invalid, NotFound, Refused, Stale, Unauthenticated
from tests.api.service import Service
from tests.client.conftest import Through

LATE = {"title": "The pay is late", "agency": "rivers", "function": "payroll"}
FORUM = "bmf-southern-cross"


def test_an_issue_is_logged_acted_upon_and_read(client: Client) -> None:
    issue = client.issues.log(**LATE, channel="phone", raiser={"type": "staff", "name": "Ana"})
    assert issue["rung"]["seats"]["provider"]["holder"]
    issue = client.issues.act(issue, "acknowledge")
    assert (issue["status"], issue["version"]) == ("in_progress", 2)
    issue = client.issues.edit(issue, themes=["pay"])
    assert issue["themes"] == ["pay"]
    assert client.issues.show(issue["reference"])["id"] == issue["id"]
    told = [entry["type"] for entry in client.issues.timeline(issue)]
    assert told[:2] == ["issue.logged", "issue.acknowledged"]
    assert {each["kind"] for each in client.issues.clocks(issue)} >= {"rung", "overall"}
    assert client.issues.explain(issue)["reference"] == issue["reference"]
    assert issue["reference"] in client.issues.paper(issue).decode()
    assert client.issues.paper(issue, "text/html").startswith(b"<!DOCTYPE html>")


def test_a_stale_issue_is_refused_with_the_one_that_is(client: Client) -> None:
    read = client.issues.log(**LATE)
    client.issues.act(read, "acknowledge")
    with pytest.raises(Stale) as told:
        client.issues.act(read, "escalate", reason="It is late")
    assert told.value.current["version"] == 2
    again = client.issues.act(told.value.current, "escalate", reason="It is late")
    assert again["version"] == 3
    with pytest.raises(Refused) as refused:
        client.issues.act(again["reference"], "resume")
    assert "note" in refused.value.extra["available_acts"]


def test_what_is_wrong_is_told_place_by_place(client: Client) -> None:
    with pytest.raises(Invalid) as told:
        client.issues.log(title="", agency="riverz", severity="hot")
    assert {fault.pointer for fault in told.value.errors} >= {"/title", "/severity"}
    with pytest.raises(NotFound):
        client.issues.show("SSI-2026-999999")
    results = client.issues.log_many([LATE, {"title": "x"}])
    assert [each["status"] for each in results["results"]] == [201, 422]


def test_lists_come_whole_whatever_the_size_of_a_page(client: Client) -> None:
    for number in range(7):
        client.issues.log(**{**LATE, "title": f"Number {number}"})
    found = [each["title"] for each in client.issues.list(limit=3, sort="created_at")]
    assert sorted(found) == [f"Number {number}" for number in range(7)]
    assert client.issues.first(2, status="open").total == 7
    assert list(client.issues.list(status="closed")) == []


def test_contacts_and_feedback_are_recorded_and_raised(client: Client) -> None:
    contact = client.contacts.record(channel="phone", party="rivers", text="Where is my pay?")
    assert [each["id"] for each in client.contacts.list(raised=False)] == [contact["id"]]
    issue = client.contacts.raise_(contact, agency="rivers", function="payroll")
    assert client.contacts.show(contact)["issue"] == {
        "id": issue["id"],
        "reference": issue["reference"],
    }
    said = client.feedback.record(kind="compliment", party="meridian", text="That was quick")
    assert client.feedback.show(said["reference"])["text"] == "That was quick"
    with pytest.raises(NotFound):
        client.contacts.show(said["id"])


def test_meetings_and_digests_are_reached(client: Client, service: Service) -> None:
    meeting = client.meetings.first(1, FORUM).data[0]
    assert client.meetings.show(meeting)["id"] == meeting["id"]
    item = {"kind": "matter", "title": "Trainers", "sought": "Say who pays"}
    tabled = client.meetings.act(meeting, "table", item)
    assert "Trainers" in client.meetings.agenda(tabled).decode()
    with pytest.raises(Stale):
        client.meetings.act(meeting, "table", item)
    starts = service.clock.now() + timedelta(days=9)
    extra = client.meetings.schedule(FORUM, starts_at=starts, reason="Before the holidays")
    assert extra["reason"] == "Before the holidays"
    digest, new = client.digests.build(forum=FORUM)
    assert new
    assert not client.digests.build(forum=FORUM, as_at=digest["as_at"])[1]
    assert client.digests.show(digest)["document"]
    assert digest["number"].encode() in client.digests.file(digest, "md")
    assert [each["id"] for each in client.digests.list(FORUM)] == [digest["id"]]


def test_keys_are_made_used_and_taken_back(client: Client, service: Service) -> None:
    made = client.keys.create(name="reports", role="viewer")
    key = made["key"]
    assert key is not None
    with Client("http://localhost", key, transport=Through(service)) as reader:
        assert list(reader.issues.list()) == []
        with pytest.raises(Forbidden):
            reader.issues.log(**LATE)
        client.keys.revoke(made)
        with pytest.raises(Unauthenticated):
            list(reader.issues.list())
    states = {each["id"]: each["revoked_at"] for each in client.keys.list()}
    assert states[made["id"]]


def test_a_mistyped_operation_or_act_is_told_with_the_nearest(client: Client) -> None:
    with pytest.raises(Invalid, match="the nearest is `get_agency`"):
        client.call("get_agancy", code="rivers")
    with pytest.raises(Invalid, match="the nearest is `acknowledge`"):
        client.issues.act("SSI-2026-000001", "acknowlege")


def test_the_other_operations_are_called_by_their_names(client: Client) -> None:
    assert client.call("get_agency", code="rivers")["code"] == "rivers"
    found = client.call("list_people", query={"limit": 1})
    assert found["data"]
    types = client.call("list_event_types")["data"]
    assert "issue.escalated" in {each["type"] for each in types}
    assert "escalation_" in client.call("get_metrics")

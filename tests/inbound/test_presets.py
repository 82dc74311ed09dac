"""Each tool's sample bodies, posted as the tool posts them, do what the tool's user expects."""

from collections.abc import Sequence

import pytest

from escalation.services.inbound import source_file
from escalation.services.inbound.source_file import Preset
from tests.inbound.hooked import SAMPLES, Hooked, sample

# tool, samples in the order in which they are sent, and what the issue is like afterwards
LIVES: Sequence[tuple[str, Sequence[str], dict[str, object]]] = (
    (
        "jira",
        ("created", "in-progress", "comment-to-customer", "waiting"),
        {"status": "on_hold", "severity": "high", "themes": ["allowances"], "function": "payroll"},
    ),
    (
        "jira",
        ("created", "comment-internal", "comment-edited", "priority-raised", "resolved"),
        {"status": "resolved", "severity": "critical", "title": "Pay run of 26 February is short"},
    ),
    ("jira", ("created", "deleted"), {"status": "open"}),
    ("servicenow", ("created",), {"status": "open", "severity": "high", "channel": "phone"}),
    ("servicenow", ("created", "in-progress", "on-hold"), {"status": "on_hold"}),
    ("servicenow", ("created", "on-hold", "table-api"), {"status": "in_progress"}),
    ("servicenow", ("created", "in-progress", "resolved"), {"status": "resolved"}),
    (
        "zendesk",
        ("created", "opened", "priority-urgent", "comment-public", "comment-private"),
        {"status": "in_progress", "severity": "critical", "channel": "email"},
    ),
    ("zendesk", ("created", "pending", "solved"), {"status": "resolved"}),
    ("freshservice", ("created", "pending"), {"status": "on_hold", "severity": "high"}),
    ("freshservice", ("created", "resolved"), {"status": "resolved", "severity": "critical"}),
    ("freshservice", ("simple",), {"status": "resolved", "severity": "low"}),
    (
        "pagerduty",
        ("triggered", "acknowledged", "priority-updated", "annotated"),
        {"status": "in_progress", "severity": "high", "themes": ["Order interface"]},
    ),
    ("pagerduty", ("triggered", "resolved"), {"status": "resolved"}),
    ("pagerduty", ("alert",), {"status": "open", "title": "Disk of the file server is full"}),
    ("pagerduty", ("alert", "alert-over"), {"status": "resolved"}),
    ("github", ("opened",), {"status": "open", "severity": "high"}),
    ("github", ("opened", "assigned", "comment"), {"status": "in_progress"}),
    ("github", ("opened", "closed"), {"status": "resolved"}),
    ("gitlab", ("opened",), {"status": "open", "severity": "high", "themes": ["forms"]}),
    ("gitlab", ("opened", "assigned", "comment"), {"status": "in_progress"}),
    ("gitlab", ("comment", "closed"), {"status": "resolved"}),
    ("generic", ("raised",), {"status": "open", "severity": "high", "channel": "phone"}),
    ("generic", ("raised", "taken-up", "on-hold"), {"status": "on_hold"}),
    ("generic", ("raised", "taken-up", "resolved"), {"status": "resolved"}),
)


@pytest.mark.parametrize(("tool", "names", "expected"), LIVES)
def test_a_tool_keeps_its_issue_in_step(
    hooked: Hooked, tool: str, names: Sequence[str], expected: dict[str, object]
) -> None:
    found = [hooked.came(tool, sample(tool, name)) for name in names]
    assert [(each["state"], each["reason"]) for each in found] == [("done", None)] * len(names)
    issue = hooked.issue(found[-1])
    assert {name: issue[name] for name in expected} == expected


@pytest.mark.parametrize("preset", list(Preset))
def test_every_preset_has_samples_that_it_understands(preset: Preset) -> None:
    assert source_file.preset(preset).rules
    assert list((SAMPLES / preset).glob("*.json"))


def test_what_the_raiser_was_told_and_what_was_not_for_them_stay_apart(hooked: Hooked) -> None:
    names = ("created", "comment-public", "comment-private")
    *_, last = [hooked.came("zendesk", sample("zendesk", name)) for name in names]
    said = [e for e in hooked.timeline(hooked.issue(last)) if "text" in e["data"]]
    assert [(e["type"], e["visibility"]) for e in said] == [
        ("issue.informed", "shared"),
        ("issue.noted", "provider"),
    ]
    assert said[0]["data"]["text"] == "Ben Hale: We have found the ten days."
    zendesk = {"kind": "integration", "name": "Zendesk", "system": "zendesk"}
    assert said[0]["actor"] == zendesk


def test_the_outcome_is_the_tools_own(hooked: Hooked) -> None:
    hooked.came("servicenow", sample("servicenow", "created"))
    issue = hooked.issue(hooked.came("servicenow", sample("servicenow", "resolved")))
    assert issue["outcome"]["summary"].startswith("The matching job runs again")
    assert issue["outcome"]["reasons"] == "Solved (Permanently)"


def test_a_hold_lasts_until_the_tool_says(hooked: Hooked) -> None:
    hooked.came("servicenow", sample("servicenow", "created"))
    issue = hooked.issue(hooked.came("servicenow", sample("servicenow", "on-hold")))
    assert issue["hold"]["until"] == "2026-03-04T07:00:00+00:00"
    assert issue["hold"]["awaiting"] == "third_party"


def test_an_issue_tells_where_its_ticket_is(hooked: Hooked) -> None:
    issue = hooked.issue(hooked.came("jira", sample("jira", "created")))
    assert issue["external_refs"] == [
        {"system": "jira", "id": "RIV-417", "url": "https://rivers.example/browse/RIV-417"}
    ]
    assert issue["raiser"]["name"] == "Ana Okafor"
    assert issue["received_at"] == "2026-03-01T22:15:00Z"


def test_a_list_of_tickets_is_several_deliveries(hooked: Hooked) -> None:
    answer = hooked.send("servicenow", sample("servicenow", "export"))
    found = [hooked.kept(each["id"]) for each in answer.json()["data"]]
    assert [each["about"] for each in found] == ["INC0010421", "INC0010422"]
    again = hooked.send("open311", sample("open311", "polled"))
    once_more = hooked.send("open311", sample("open311", "polled"))
    assert once_more.json()["data"] == again.json()["data"]
    closed = hooked.came("open311", sample("open311", "closed")[0])
    assert hooked.issue(closed)["status"] == "resolved"


def test_a_tools_own_test_is_ignored_with_its_reason(hooked: Hooked) -> None:
    for tool in ("github", "pagerduty"):
        delivery = hooked.came(tool, sample(tool, "ping"))
        assert (delivery["state"], delivery["issue"]) == ("ignored", None)
        assert "own test" in delivery["reason"]


def test_markup_of_a_tool_is_read_as_text(hooked: Hooked) -> None:
    issue = hooked.issue(hooked.came("freshservice", sample("freshservice", "created")))
    assert issue["description"] == "The claim was rejected twice.\nNo reason was given."


def test_tickets_that_are_tied_there_are_tied_here_whichever_came_first(hooked: Hooked) -> None:
    tied = hooked.issue(hooked.came("generic", sample("generic", "tied")))
    assert not [e for e in hooked.timeline(tied) if e["type"] == "issue.linked"]
    raised = hooked.issue(hooked.came("generic", sample("generic", "raised")))
    [link] = [e for e in hooked.timeline(tied) if e["type"] == "issue.linked"]
    assert link["data"]["issue"] == raised["reference"]
    hooked.came(
        "generic", {**sample("generic", "tied"), "id": "evt-9", "at": "2026-03-02T00:00:00Z"}
    )
    assert len([e for e in hooked.timeline(tied) if e["type"] == "issue.linked"]) == 1

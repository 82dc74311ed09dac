"""A ticket raised in a tool, written back to it, and the tool's own webhook of that: no loop."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from escalation.delivery.formats.options import format_of
from escalation.services import endpoints
from escalation.worker.delivering import courier_of
from tests.builders import CLERK
from tests.delivery.receiver import receiving
from tests.delivery.tools import AUTHORIZATION, Jira, ServiceNow, Tool, Zendesk
from tests.inbound.hooked import Hooked, sample

Echo = Callable[[Any, str], tuple[str, Any]]


def jira_echo(body: Any, text: str) -> tuple[str, Any]:
    """What Jira posts once a comment has been made: here by an account that nobody has named."""
    who = {"accountId": "712020:bot", "displayName": "Escalation", "accountType": "app"}
    comment: dict[str, Any] = {"id": "51999", "author": who, "updateAuthor": who, "body": text}
    comment |= {"created": "2026-03-02T08:41:00.000+1000", "jsdPublic": False}
    told = {**body, "timestamp": body["timestamp"] + 60_000, "webhookEvent": "comment_created"}
    return "echo", {**told, "comment": comment, "user": who}


def servicenow_echo(body: Any, text: str) -> tuple[str, Any]:
    count = str(int(body["sys_mod_count"]) + 1)
    return f"{body['sys_id']}.{count}", {**body, "sys_mod_count": count, "work_notes": text}


def zendesk_echo(body: Any, text: str) -> tuple[str, Any]:
    comment: dict[str, Any] = {"id": "9100", "body": text, "is_public": False}
    comment["author"] = {"id": "777", "is_staff": True, "name": "Escalation"}
    told = {**body, "id": "echo-1", "type": "zen:event-type:ticket.comment_added"}
    return "echo", {**told, "event": {"comment": comment}}


TOOLS: Mapping[str, tuple[type[Tool], Echo]] = {
    "jira": (Jira, jira_echo),
    "servicenow": (ServiceNow, servicenow_echo),
    "zendesk": (Zendesk, zendesk_echo),
}


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tools_own_ticket_is_kept_in_step_and_its_echo_changes_nothing(
    hooked: Hooked, name: str
) -> None:
    make, echo = TOOLS[name]
    tool, inside = make(), hooked.service.container
    with receiving(tool) as at_tool:
        endpoints.add(
            inside.desk,
            inside.vault,
            inside.guard,
            url=at_tool.url(""),
            headers={"Authorization": AUTHORIZATION},
            form=format_of({"kind": name}),
            actor=CLERK,
        )
        body = sample(name, "created")
        raised = hooked.came(name, body)
        issue = hooked.issue(raised)
        courier_of(inside).once()
        assert tool.comments == {}, "what the tool has told us is not told to it"
        acted = hooked.service.act(issue, "escalate", reason="Nobody answers there.")
        assert acted["rung"]["id"] != issue["rung"]["id"]
        courier_of(inside).once()
        [(_, [written])] = tool.comments.items()
        assert "Nobody answers there." in written["body"]
        before = hooked.timeline(issue)
        delivery, told = echo(body, written["body"])
        came = hooked.came(name, json.loads(json.dumps(told)), name=delivery)
        assert came["did"] == [], came
        after = hooked.timeline(issue)
        assert len(after) == len(before)
        courier_of(inside).once()
        assert len(tool.calls) == len({str(call) for call in tool.calls})
        assert [len(each) for each in tool.comments.values()] == [1]

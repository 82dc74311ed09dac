"""Bodies that real tools have sent, where a machine keeps some: posted as the tool signs them.

``ESCALATION_SHARED_DATA`` names the folder; without it, ``shared/data`` beside the checkout is
looked for. They are other projects' and are not copied in.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.inbound.hooked import Hooked

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDER = Path(os.environ.get("ESCALATION_SHARED_DATA", BESIDE)) / "payloads"  # noqa: TID251 - a test's own switch
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="no folder of tools' bodies: set ESCALATION_SHARED_DATA to one that has payloads/",
)

# source, the bodies in the order in which they were sent, and the issue that they come to
STORIES: Sequence[tuple[str, Sequence[str], dict[str, object]]] = (
    (
        "jira",
        (
            "jira/webhook-issue-created",
            "jira/webhook-cloud-comment-created",
            "jira/webhook-issue-updated-resolved",
        ),
        {"status": "resolved", "severity": "high", "title": "Unit test summary 1"},
    ),
    (
        "jira",
        (
            "jira/webhook-issue-created",
            "jira/webhook-issue-updated-resolved",
            "jira/webhook-issue-updated-assigned",
            "jira/webhook-issue-updated-raised-priority",
        ),
        {"status": "in_progress", "themes": ["sad", "test-label"]},  # opened again in Jira
    ),
    ("servicenow", ("servicenow/c_JSONObjectFormat_1",), {"status": "open", "channel": "phone"}),
    ("servicenow", ("servicenow/c_TableAPI_3",), {"title": "Can't access SFA software"}),
    (
        "zendesk",
        ("zendesk/ticket.created", "zendesk/ticket.comment_added"),
        {"status": "on_hold", "severity": "medium", "channel": "internet"},
    ),
    (
        "freshservice",
        ("freshdesk/ticket_created", "freshdesk/priority_changed"),
        {"status": "resolved", "severity": "low"},
    ),
    ("pagerduty", ("pagerduty/triggered_v3",), {"status": "open", "severity": "high"}),
    (
        "pagerduty",
        ("pagerduty/events_v2_trigger",),
        {"severity": "critical", "title": "Database CPU is high"},
    ),
    (
        "github",
        ("github/issues.opened", "github/issues.labeled", "github/issues.assigned"),
        {"status": "in_progress", "themes": ["bug"]},
    ),
    ("github", ("github/issues.opened", "github/issue_comment.created"), {"severity": "medium"}),
    ("gitlab", ("gitlab/issue-event",), {"status": "in_progress"}),
    ("gitlab", ("gitlab/comment-issue-event",), {"status": "resolved", "title": "test"}),
)


@pytest.mark.parametrize(("source", "names", "expected"), STORIES)
def test_what_a_real_tool_sent_does_what_its_user_expects(
    hooked: Hooked, source: str, names: Sequence[str], expected: dict[str, object]
) -> None:
    found = [hooked.came(source, (FOLDER / f"{name}.json").read_bytes()) for name in names]
    assert {each["state"] for each in found} <= {"done", "overtaken"}, found
    issue = hooked.issue(found[-1])
    assert {name: issue[name] for name in expected} == expected


def test_every_body_of_a_tool_with_a_preset_is_in_a_story() -> None:
    told = {name for _, names, _ in STORIES for name in names}
    others = {"bitbucket", "gitea", "opsgenie"}  # tools without a preset
    there = {
        f"{file.parent.name}/{file.stem}"
        for file in FOLDER.glob("*/*.json")
        if file.parent.name not in others
    }
    assert there <= told

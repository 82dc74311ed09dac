"""A ticket's life of twenty deliveries in each of three tools, in their own shapes, in order.

All three tell the same story: raised, taken up, waited for, said things about, raised in priority,
resolved, put right after it was resolved, opened again, resolved otherwise.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.services.inbound.envelopes import Came

BEGUN = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
WORDS: Sequence[tuple[str, Mapping[str, Any]]] = (
    # what happens, and what the ticket is like from then on
    ("raised", {"title": "Pay is late", "state": "new", "severity": "medium", "tags": ["pay"]}),
    ("said", {"comment": "We look into it."}),
    ("changed", {"title": "Pay of March is late"}),
    ("taken up", {"state": "working"}),
    ("said", {"comment": "Which pay run was it?"}),
    ("waits", {"state": "waiting"}),
    ("said", {"comment": "The one of Thursday."}),
    ("goes on", {"state": "working"}),
    ("changed", {"severity": "high"}),
    ("changed", {"tags": ["pay", "march"]}),
    ("said", {"comment": "The bank has it."}),
    ("resolved", {"state": "resolved", "outcome": "Paid by hand."}),
    ("changed", {"severity": "critical"}),
    ("changed", {"title": "Pay of March came late"}),
    ("opened again", {"state": "new", "outcome": None}),
    ("said", {"comment": "The next one is late too."}),
    ("taken up", {"state": "working"}),
    ("changed", {"severity": "low", "tags": ["april"]}),
    ("resolved", {"state": "resolved", "outcome": "The rule was wrong."}),
    ("put right", {"outcome": "The rule was wrong; it is mended."}),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery of a life: its number, the ticket as it then is, what is said, and when."""

    number: int
    ref: str
    ticket: Mapping[str, Any]
    comment: str | None
    at: datetime


def story(ref: str) -> list[Told]:
    """The life of a ticket."""
    ticket: dict[str, Any] = {"outcome": None}
    told = []
    for number, (_, change) in enumerate(WORDS):
        ticket = {**ticket, **change, "comment": None}
        at = BEGUN + timedelta(minutes=number)
        told.append(Told(number, ref, ticket, change.get("comment"), at))
    return told


def _jira(told: Told) -> tuple[dict[str, Any], dict[str, str]]:
    ticket = told.ticket
    names = {"new": "To Do", "working": "In Progress", "waiting": "Pending", "resolved": "Done"}
    categories = {"new": "new", "resolved": "done"}
    severity = ticket["severity"].title()
    fields = {
        "summary": ticket["title"],
        "description": f"About {told.ref}",
        "labels": ticket["tags"],
        "priority": {"name": "Highest" if ticket["severity"] == "critical" else severity},
        "status": {
            "name": names[ticket["state"]],
            "statusCategory": {"key": categories.get(ticket["state"], "indeterminate")},
        },
        "resolution": ticket["outcome"] and {"name": "Done", "description": ticket["outcome"]},
        "creator": {"displayName": "Ana", "emailAddress": "ana@rivers.example"},
        "created": "2026-03-02T08:00:00.000+1000",
        "project": {"key": "RIV"},
    }
    body: dict[str, Any] = {
        "timestamp": int(told.at.timestamp() * 1000),
        "issue": {"key": told.ref, "fields": fields},
        "user": {"accountId": "5c5f"},
    }
    if told.comment is not None:
        body["webhookEvent"] = "comment_created"
        body["comment"] = {
            "id": f"{told.ref}-{told.number}",
            "author": {"displayName": "Ben"},
            "body": told.comment,
        }
        body["issue"] = {"key": told.ref, "fields": {"summary": ticket["title"]}}
    else:
        body["webhookEvent"] = "jira:issue_updated" if told.number else "jira:issue_created"
        body["changelog"] = {"id": str(10_000 + told.number)}
    return body, {"x-atlassian-webhook-identifier": f"{told.ref}-{told.number}"}


def _zendesk(told: Told) -> tuple[dict[str, Any], dict[str, str]]:
    ticket = told.ticket
    states = {"new": "NEW", "working": "OPEN", "waiting": "PENDING", "resolved": "SOLVED"}
    priorities = {"critical": "URGENT", "medium": "NORMAL"}
    said = told.comment and {
        "id": f"{told.ref}-{told.number}",
        "body": told.comment,
        "is_public": told.number % 2 == 0,
        "author": {"name": "Ben", "is_staff": True},
    }
    kind = "comment_added" if said else "status_changed"
    body = {
        "id": f"{told.ref}-{told.number}",
        "type": f"zen:event-type:ticket.{kind}",
        "time": told.at.isoformat().replace("+00:00", "Z"),
        "detail": {
            "id": told.ref,
            "subject": ticket["title"],
            "description": f"About {told.ref}",
            "priority": priorities.get(ticket["severity"], ticket["severity"].upper()),
            "status": states[ticket["state"]],
            "tags": ticket["tags"],
            "requester_id": "77",
            "created_at": "2026-03-01T22:00:00Z",
            "via": {"channel": "email"},
        },
        "event": {"comment": said} if said else {},
    }
    return body, {"x-zendesk-webhook-invocation-id": f"i-{told.ref}-{told.number}"}


def _servicenow(told: Told) -> tuple[dict[str, Any], dict[str, str]]:
    ticket = told.ticket
    states = {"new": "1", "working": "2", "waiting": "3", "resolved": "6"}
    degrees = {"critical": ("1", "1"), "high": ("1", "2"), "medium": ("2", "2"), "low": ("3", "3")}
    impact, urgency = degrees[ticket["severity"]]
    body = {
        "number": told.ref,
        "sys_id": f"id-{told.ref}",
        "sys_mod_count": str(told.number),
        "short_description": ticket["title"],
        "description": f"About {told.ref}",
        "category": ticket["tags"][0],
        "impact": impact,
        "urgency": urgency,
        "state": states[ticket["state"]],
        "hold_reason": "1" if ticket["state"] == "waiting" else "",
        "close_notes": ticket["outcome"] or "",
        "close_code": "Solved" if ticket["outcome"] else "",
        "comments": told.comment or "",
        "opened_at": "2026-03-01 22:00:00",
        "sys_updated_by": "ben",
    }
    return body, {"webhook-id": f"id-{told.ref}.{told.number}"}


TOOLS: Mapping[str, Callable[[Told], tuple[dict[str, Any], dict[str, str]]]] = {
    "jira": _jira,
    "zendesk": _zendesk,
    "servicenow": _servicenow,
}


def life(tool: str, ref: str) -> list[Came]:
    """The deliveries of a ticket's life in order."""
    came = []
    for told in story(ref):
        body, headers = TOOLS[tool](told)
        came.append(Came(body, headers, json.dumps(body).encode()))
    return came

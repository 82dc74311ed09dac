"""Writing back to ticketing tools: each to its own ticket of the issue, and to nothing else.

Jira: https://developer.atlassian.com/cloud/jira/platform/rest/v2 (issue comments, transitions).
ServiceNow: the Table API, PATCH /api/now/table/{table}/{sys_id}.
Zendesk: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from escalation.delivery.formats import wording
from escalation.delivery.formats.options import Jira, ServiceNow, Ticketing, Zendesk
from escalation.delivery.formats.requests import Look, Request, Requests
from escalation.delivery.formats.told import Ref, Told, Unrenderable

GONE = (404, 410)
"""A ticket that is not there any more: nothing is to be had by trying again."""
NOT_NOW = (400, 409)
"""A transition that the ticket, as it is, does not have: people have moved it on."""
_SYS_ID = re.compile(r"[0-9a-f]{32}")
_IN_URL = re.compile(r"sys_id(?:=|%3[dD])([0-9a-f]{32})")
_WIKI = re.compile(r"[{\[]")
_MARKUP = re.compile(r"\[(/?code\])", re.IGNORECASE)


def written_back(options: Ticketing, told: Told) -> Requests:
    """What is written to the tool's own ticket; of a ping a question that shows who asks.

    Raises:
        Unrenderable: the issue has no such ticket, or none that can be found.
    """
    match options:
        case Jira():
            return jira(options, told)
        case ServiceNow():
            return servicenow(options, told)
        case Zendesk():
            return zendesk(options, told)


def jira(options: Jira, told: Told) -> Requests:
    """A comment, then the transition of that type of event, if there is one."""
    if told.is_ping:
        return (Request(method="GET", path="/rest/api/2/myself"),)
    issue = f"/rest/api/2/issue/{quote(_ref(told, options.system).id, safe='')}"
    plain, _, end = wording.comment(told).rpartition("\n")
    # What people wrote is no markup of Jira's: no macro, no link, no mention.
    escaped = _WIKI.sub(r"\\\g<0>", plain)
    comment: dict[str, Any] = {"body": f"{escaped}\n{end}"}
    if options.internal:
        internal = {"key": "sd.public.comment", "value": {"internal": True}}
        comment["properties"] = [internal]
    found = Request(
        path=f"{issue}/comment",
        body=_json(comment),
        unless=Look(f"{issue}/comment?orderBy=-created&maxResults=100", told.id),
        lost=GONE,
    )
    transition = options.transitions.get(told.type)
    if transition is None:
        return (found,)
    moved = Request(
        path=f"{issue}/transitions",
        body=_json({"transition": {"id": transition}}),
        passed_over=NOT_NOW,
        lost=GONE,
    )
    return (found, moved)


def servicenow(options: ServiceNow, told: Told) -> Requests:
    """An update of the record: its journal, and the fields of that type of event."""
    table = f"/api/now/table/{options.table}"
    if told.is_ping:
        return (Request(method="GET", path=f"{table}?sysparm_limit=1&sysparm_fields=sys_id"),)
    record = f"{table}/{_sys_id(_ref(told, options.system))}"
    text = _MARKUP.sub(r"[ \1", wording.comment(told))  # [code] would be shown as markup
    fields = {**options.fields.get(told.type, {}), options.journal: text}
    look = f"{record}?sysparm_display_value=true&sysparm_fields={options.journal}"
    return (
        Request(
            method="PATCH",
            path=record,
            body=_json(fields),
            unless=Look(look, told.id),
            lost=GONE,
        ),
    )


def zendesk(options: Zendesk, told: Told) -> Requests:
    """An update of the ticket: a comment, and the status of that type of event."""
    if told.is_ping:
        return (Request(method="GET", path="/api/v2/users/me.json"),)
    ticket = f"/api/v2/tickets/{quote(_ref(told, options.system).id, safe='')}"
    changed: dict[str, Any] = {"comment": {"body": wording.comment(told), "public": options.public}}
    status = options.statuses.get(told.type)
    if status is not None:
        changed["status"] = status
    look = f"{ticket}/comments.json?sort=-created_at&page%5Bsize%5D=100"
    return (
        Request(
            method="PUT",
            path=f"{ticket}.json",
            body=_json({"ticket": changed}),
            unless=Look(look, told.id),
            lost=GONE,
        ),
    )


def _ref(told: Told, system: str) -> Ref:
    found = told.ref(system)
    if found is None:
        raise Unrenderable(f"the issue has no external reference of the system `{system}`")
    return found


def _sys_id(ref: Ref) -> str:
    """The record's own id: the reference is its number where people are to read it."""
    if _SYS_ID.fullmatch(ref.id):
        return ref.id
    in_url = _IN_URL.search(ref.url or "")
    if in_url is None:
        raise Unrenderable(
            f"the reference {ref.id} has no URL with `sys_id=`, by which ServiceNow knows the "
            "record: let the business rule send `url`"
        )
    return in_url[1]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

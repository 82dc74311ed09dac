"""Messages for people in a chat: Slack and Teams. What people wrote is text there, never markup.

Slack: https://api.slack.com/messaging/webhooks and /reference/block-kit.
Teams: a workflow "When a Teams webhook request is received", which posts an adaptive card.
"""

import json
from collections.abc import Mapping
from typing import Any

from escalation.delivery.formats import wording
from escalation.delivery.formats.requests import Request, Requests
from escalation.delivery.formats.told import Told

_HEADER, _SECTION = 150, 2_900
"""Characters that Slack takes in a header and, nearly, in a section."""
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def slack(told: Told) -> Requests:
    """A header, the lines, and the event's id."""
    head, *rest = wording.lines(told)
    blocks: list[Mapping[str, Any]] = [{"type": "header", "text": _plain(head, _HEADER)}]
    if rest:
        blocks.append({"type": "section", "text": _plain("\n".join(rest), _SECTION)})
    blocks.append({"type": "context", "elements": [_plain(wording.mark(told), _SECTION)]})
    return (Request(body=_json({"text": _escaped(head), "blocks": blocks})),)


def teams(told: Told) -> Requests:
    """An adaptive card of the same lines: runs of text, in which nothing is markup."""
    head, *rest = wording.lines(told)
    body = [_text(head, weight="Bolder", size="Medium"), *map(_text, rest)]
    body.append(_text(wording.mark(told), size="Small", isSubtle=True))
    card = {"$schema": _SCHEMA, "type": "AdaptiveCard", "version": "1.4", "body": body}
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return (Request(body=_json({"type": "message", "attachments": [attachment]})),)


def _plain(text: str, longest: int) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": wording.cut(text, longest), "emoji": False}


def _escaped(text: str) -> str:
    """The text of the notification, which Slack reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(line: str, **how: object) -> Mapping[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line, **how}]}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

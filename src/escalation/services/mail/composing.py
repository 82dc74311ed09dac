"""What a mail says: in plain words and as a page, of the same lines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from escalation.delivery.formats import wording
from escalation.delivery.formats.told import Called, Told
from escalation.delivery.payloads import PING
from escalation.services.event_types import EVENT_TYPES
from escalation.workflow.facts import Issue

TOGETHER = "mail.digest"
"""The type of a message that tells several events in one mail."""
SHOWN = 200
"""Events that such a mail tells at most; what more there is comes in another."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event of a mail: its heading, its facts, and where more is to be found."""

    heading: str
    title: str | None = None
    facts: Sequence[tuple[str, str]] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A whole mail in words: its subject, its parts, and what stands at its end."""

    subject: str
    parts: Sequence[Part]
    ending: Sequence[str] = ()

    def text(self) -> str:
        """As plain text."""
        blocks = ["\n".join(_lines(part)) for part in self.parts]
        if self.ending:
            blocks.append("\n".join(["-- ", *self.ending]))
        return "\n\n".join(blocks) + "\n"

    def page(self) -> str:
        """As a page: whatever people wrote is escaped, and nothing is loaded from anywhere."""
        body = "".join(map(_block, self.parts))
        ends = "".join(f"<p style='color:#555'>{escape(line)}</p>" for line in self.ending)
        return (
            "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
            f"<title>{escape(self.subject)}</title></head>"
            f"<body style='font-family:sans-serif'>{body}<hr>{ends}</body></html>\n"
        )


def part_of(body: Mapping[str, Any], issue: Issue | None, link: str | None, called: Called) -> Part:
    """One event, of an issue as it stands or of none; of a sealed one only that there is one.

    Its codes are said as they are ``called``.
    """
    reference = body["data"].get("issue", {}).get("reference")
    if issue is not None and issue.sealing is not None:
        return Part(f"{issue.reference}: there is something new for you", link=link)
    told = Told(body, EVENT_TYPES.get(body["type"], "something happened"))
    heading = wording.headline(told)
    facts = list(wording.facts(body, called))
    if issue is not None:
        facts = [(name, value) for name, value in facts if name != "Title"]
    return Part(
        heading if reference else heading[:1].upper() + heading[1:],
        None if issue is None else wording.cut(" ".join(issue.title.split()), 300),
        facts,
        link,
    )


def subject_of(issue: Issue | None, heading: str) -> str:
    """The subject: the same for all mail about an issue, so that it stays together."""
    if issue is None:
        return heading
    if issue.sealing is not None:
        return f"[{issue.reference}]"
    return f"[{issue.reference}] {issue.title}"


def bodies_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The events that a message tells: itself, or those that it tells together."""
    events = body["data"].get("events")
    if events is None:
        return (body,)
    return [each["body"] for each in events]


def together(message_id: str, at: str, events: Sequence[tuple[str, bytes]]) -> bytes:
    """The body of a message that tells these events, each with its id."""
    told = [{"id": name, "body": json.loads(body)} for name, body in events]
    data = {"id": message_id, "count": len(told), "events": told}
    found = {"type": TOGETHER, "timestamp": at, "data": data}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def test_part() -> Part:
    """What a test says."""
    return Part("This is a test: mail from here reaches you.")


def is_test(body: Mapping[str, Any]) -> bool:
    """Whether a message only asks whether mail arrives."""
    return bool(body["type"] == PING)


def _lines(part: Part) -> Iterator[str]:
    yield part.heading
    if part.title:
        yield part.title
    for name, value in part.facts:
        yield f"{name}: {value}"
    if part.link:
        yield part.link


def _block(part: Part) -> str:
    title = f"<p>{escape(part.title)}</p>" if part.title else ""
    rows = "".join(
        f"<tr><th align='left' valign='top'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in part.facts
    )
    table = f"<table cellpadding='4'>{rows}</table>" if rows else ""
    link = ""
    if part.link:
        link = f"<p><a href='{escape(part.link, quote=True)}'>{escape(part.link)}</a></p>"
    return f"<h2>{escape(part.heading)}</h2>{title}{table}{link}"

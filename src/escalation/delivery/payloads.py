"""Bodies: rendered once from the event's own entry on the timeline, then kept as bytes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SUMMARY = "recovery.summary"
PING = "ping"
LARGEST_SUMMARY = 1_048_576
"""Bytes of one summary; only a larger one is split."""


@dataclass(frozen=True, slots=True)
class Occurred:
    """An event that goes out; ``payload`` is the timeline's own JSON text."""

    id: str
    type: str
    aggregate: str
    reference: str | None
    number: int
    due_at: datetime | None
    effective_at: datetime
    recorded_at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class Late:
    """A late event within a summary."""

    id: str
    body: bytes


def body_of(event: Occurred) -> bytes:
    """The body of an event: ``{"type", "timestamp", "data"}``.

    ``data.number`` counts what happened to the issue, from 1: receivers see order and gaps by it.
    """
    details = json.loads(event.payload)
    actor = details.pop("actor", None)
    data: dict[str, Any] = {"id": event.id, "number": event.number}
    if event.reference is None:
        data["aggregate"] = event.aggregate
    else:
        data["issue"] = {"id": event.aggregate, "reference": event.reference}
    data |= {
        "effective_at": told(event.effective_at),
        "due_at": None if event.due_at is None else told(event.due_at),
        "recorded_at": told(event.recorded_at),
        "actor": _named(actor),
        "details": details,
    }
    return _json({"type": event.type, "timestamp": told(event.effective_at), "data": data})


def ping_body(message_id: str, endpoint: str, now: datetime) -> bytes:
    """The body of a ping: the endpoint that was asked to answer."""
    data = {"id": message_id, "endpoint": endpoint}
    return _json({"type": PING, "timestamp": told(now), "data": data})


def summary_body(
    summary_id: str, down: tuple[datetime, datetime], part: int, now: datetime, late: Sequence[Late]
) -> bytes:
    """The body of a summary: ``data.events`` lists the id and the whole body of each late event."""
    head = {"id": summary_id, "part": part, "down_from": told(down[0]), "down_until": told(down[1])}
    data = _json({**head, "count": len(late)}).removesuffix(b"}")
    events = b",".join(b'{"id":"%s","body":%s}' % (each.id.encode(), each.body) for each in late)
    opening = _json({"type": SUMMARY, "timestamp": told(now)}).removesuffix(b"}")
    return b'%s,"data":%s,"events":[%s]}}' % (opening, data, events)


def portions(late: Sequence[Late], largest: int = LARGEST_SUMMARY) -> Iterator[Sequence[Late]]:
    """Late events in as few portions as fit one summary each; one too large goes alone."""
    room, portion = largest - _FRAME, list[Late]()
    for each in late:
        size = len(each.body) + len(each.id) + _AROUND
        if portion and size > room:
            yield portion
            room, portion = largest - _FRAME, []
        portion.append(each)
        room -= size
    if portion:
        yield portion


_FRAME, _AROUND = 512, 24
"""Bytes of a summary beside its events, and of an entry beside its id and body, at most."""


def told(instant: datetime) -> str:
    """An instant in RFC 3339, in UTC with ``Z``."""
    return instant.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _named(actor: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Who acted; which key or token they used is nobody else's business."""
    if actor is None:
        return None
    return {name: value for name, value in actor.items() if name not in {"key", "subject"}}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

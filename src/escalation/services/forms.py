"""Messages put in the form of their endpoints, and forms tried before they are taken."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from escalation.delivery import payloads
from escalation.delivery.formats import requests, template
from escalation.delivery.formats.options import (
    Format,
    ServiceNow,
    Standard,
    Template,
    format_of,
    system_of,
    types_named,
)
from escalation.delivery.formats.rendering import render
from escalation.delivery.formats.requests import JSON, Request, Requests
from escalation.delivery.formats.told import (
    NOTHING_CALLED,
    Called,
    Ref,
    Told,
    Unrenderable,
    caused_by,
)
from escalation.errors import Fault, Invalid
from escalation.routing.wording import not_among
from escalation.services.calling import called_in
from escalation.services.event_types import EVENT_TYPES
from escalation.services.registry import Registry
from escalation.store import outbox
from escalation.store.deliveries import Rendered
from escalation.store.endpoints import StoredEndpoint
from escalation.store.transaction import Connection

__all__ = ["Format", "format_of"]

_EVENT, _WHEN, _TICKET = "evt_01k0sample0000000000000000", "2026-03-02T00:00:00Z", "SAMPLE-1"
_CALLED = Called(types=EVENT_TYPES)
_DETAILS: Mapping[str, Any] = {
    "title": 'The "pay" is late',
    "severity": "high",
    "rung": "service_manager",
    "from": "service_manager",
    "to": "function_director",
    "how": "past_target",
    "forum": "bmf-north",
    "text": "We pay it with the next run.",
    "question": "Which run?",
    "answer": "The next.",
    "until": _WHEN,
    "outcome": {"summary": "Paid.", "reasons": "A mistake.", "cause": "process", "remedy": "Paid."},
    "reason": "It could not wait.",
    "note": "Seen.",
}


def told_of(
    body: bytes, refs: Sequence[Mapping[str, Any]], called: Called = NOTHING_CALLED
) -> Told:
    """A message from its standard body, what other systems call its issue, and we its codes."""
    found = json.loads(body)
    names = [Ref(ref["system"], ref["id"], ref.get("url")) for ref in refs]
    return Told(found, EVENT_TYPES[found["type"]], names, called)


def takes(format_: Format, told: Told) -> bool:
    """Whether a message is for a format: one that writes back tells of its own issues alone.

    Nor does it tell a tool what the tool has told us.
    """
    system = system_of(format_)
    if system is None:
        return True
    return told.ref(system) is not None and not caused_by(told.body, system)


def put(format_: Format, told: Told) -> Rendered | None:
    """A message in its form; nothing for the standard one, the reason where it cannot be put so."""
    if isinstance(format_, Standard):
        return None
    try:
        return Rendered(requests.kept(render(format_, told)))
    except Unrenderable as error:
        return Rendered(refused=str(error))


def put_again(
    connection: Connection, registry: Registry, endpoint: StoredEndpoint, issue: str, body: bytes
) -> Rendered:
    """The form of a message that could not be put in it before."""
    refs = outbox.other_names(connection, [issue]).get(issue, ())
    called = called_in(connection, registry, [issue])
    found = put(format_of(endpoint.format), told_of(body, refs, called))
    return Rendered() if found is None else found


def sent_of(body: bytes, kept: Sequence[Any] | None) -> Requests:
    """What is sent of a delivery: its form, or the message's standard body."""
    return (Request(body=body.decode()),) if kept is None else requests.again(kept)


# -- before it is taken


_WRONG = "The format will not do; nothing was changed."


@dataclass(frozen=True, slots=True)
class Tried:
    """A sample in a form: the requests it comes to, or why it comes to none."""

    type: str
    requests: Requests = ()
    fault: str | None = None


def checked(format_: Format, types: Sequence[str]) -> Mapping[str, Any] | None:
    """A format as it is kept, once every message that may come has a form.

    Raises:
        Invalid: its options name a type that is none, or a template does not hold.
    """
    faults = [*_strange_types(format_), *_template_faults(format_, types)]
    if faults:
        raise Invalid(_WRONG, errors=faults)
    kept: Mapping[str, Any] = format_.model_dump(mode="json")
    return None if isinstance(format_, Standard) else kept


def preview(format_: Format, types: Sequence[str]) -> Sequence[Tried]:
    """What samples of these types, or of all, come to; nothing is kept or sent.

    Raises:
        Invalid: its options name a type that is none.
    """
    if faults := tuple(_strange_types(format_)):
        raise Invalid(_WRONG, errors=faults)
    return [_tried(format_, sample) for sample in samples(format_, types, full=True)]


def samples(format_: Format, types: Sequence[str], *, full: bool) -> Iterator[Told]:
    """A sample of each type, with every detail that there may be, or with none of them."""
    system = system_of(format_)
    url = f"https://tool.example/nav.do?sys_id={'0' * 32}"
    ref = Ref(system or "", "0" * 32 if isinstance(format_, ServiceNow) else _TICKET, url)
    refs = () if system is None else (ref,)
    for kind in dict.fromkeys((*(types or EVENT_TYPES), payloads.PING, payloads.SUMMARY)):
        yield Told(_sample(kind, _DETAILS if full else {}), EVENT_TYPES[kind], refs, _CALLED)


def _sample(kind: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
    data: dict[str, Any] = {"id": _EVENT}
    if kind == payloads.PING:
        data["endpoint"] = "whe_01k0sample0000000000000000"
    elif kind == payloads.SUMMARY:
        late = {"id": _EVENT, "body": _sample("issue.escalated", details)}
        data |= {"part": 1, "down_from": _WHEN, "down_until": _WHEN, "count": 1, "events": [late]}
    else:
        about = {"id": "iss_01k0sample0000000000000000", "reference": "SSI-2026-000123"}
        data |= {"number": 7}
        data |= {"issue": about} if kind.startswith("issue.") else {"aggregate": "sample"}
        data |= {"effective_at": _WHEN, "due_at": None, "recorded_at": _WHEN}
        data |= {"actor": {"kind": "engine", "name": "the engine"}, "details": details}
    return {"type": kind, "timestamp": _WHEN, "data": data}


def _tried(format_: Format, told: Told) -> Tried:
    if isinstance(format_, Standard):
        body = json.dumps(told.body, ensure_ascii=False, separators=(",", ":"))
        return Tried(told.type, (Request(content_type=JSON, body=body),))
    try:
        return Tried(told.type, render(format_, told))
    except Unrenderable as error:
        return Tried(told.type, fault=str(error))


def _strange_types(format_: Format) -> Iterable[Fault]:
    for option, kind in types_named(format_):
        if kind not in EVENT_TYPES:
            where = f"/format/{option}/{kind}"
            yield Fault("unknown_word", not_among(kind, EVENT_TYPES), pointer=where)


def _template_faults(format_: Format, types: Sequence[str]) -> Sequence[Fault]:
    """The first thing that is wrong with each template, or with what it makes of a sample."""
    if not isinstance(format_, Template):
        return ()
    faults = [
        Fault("wrong_template", why, pointer=f"/format/{option}")
        for option, why in template.check(format_)
    ]
    if faults:
        return faults
    for full in (True, False):
        for told in samples(format_, types, full=full):
            why = _tried(format_, told).fault
            if why is not None:
                rest = "of what may be missing say `| default(...)`"
                found = f"of a sample of `{told.type}`, {why}; {rest}"
                return [Fault("wrong_template", found, pointer="/format/body")]
    return ()

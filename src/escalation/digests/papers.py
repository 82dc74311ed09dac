"""Issue papers: what a body must know of an issue to decide it, told from its timeline.

An agenda's papers and a digest's annexes are the same: only what was on the record when they are
read differs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import Struct

from escalation.digests.framework import Framework
from escalation.digests.items import Item
from escalation.digests.selection import Standing
from escalation.routing.effective import Durations, EffectiveLadder
from escalation.routing.vocabulary import Severity, Side
from escalation.workflow.events import EventType
from escalation.workflow.states import END, ClockKind

MOST: Final = 40
"""How many annexes a digest has at most: those of the issues that stand first (our reading)."""
BRIEF: Final = 10
"""How many entries a history in brief has at most: the first, and the last ones (our reading)."""
_TOLD = frozenset(
    {
        EventType.LOGGED,
        EventType.ACKNOWLEDGED,
        EventType.HELD,
        EventType.RESUMED,
        EventType.ESCALATED,
        EventType.REFERRED_BACK,
        EventType.REPORTED_UP,
        EventType.TABLED,
        EventType.DEFERRED,
        EventType.DECIDED,
        EventType.RESOLVED,
        EventType.DISPUTED,
        EventType.REOPENED,
        EventType.EXHAUSTED,
    }
)
"""What is told in a history in brief."""
_STANCES: Mapping[str, str] = {
    EventType.PROPOSED: "proposes",
    EventType.AGREED: "agrees",
    EventType.DISSENTED: "dissents",
}
_SPEAKS = frozenset({*_STANCES, EventType.DISPUTED})
READ = frozenset({*_TOLD, *_STANCES, EventType.WARNED})
"""The types of entries that a paper is made from."""
_SAYS = ("text", "question", "grounds", "reason", "because", "how", "title")
"""Where an entry has words of its own: what stands first is told."""
_AGREED = frozenset(
    {ClockKind.ACKNOWLEDGE, ClockKind.RUNG, ClockKind.OUT_OF_SESSION, ClockKind.OVERALL}
)
_READ: Final = msgspec.json.Decoder()
_CLIMBS = frozenset({EventType.ESCALATED, EventType.EXHAUSTED})


class Entry(Struct, frozen=True, gc=False):
    """One entry of an issue's timeline that all may read; ``payload`` is JSON as it was kept."""

    issue: str
    type: str
    effective_at: datetime
    due_at: datetime | None
    payload: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is on the record of some issues, each thing by the issue's id."""

    entries: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    sought: Mapping[str, str] = field(default_factory=dict)


def annexes(
    framework: Framework, shown: Iterable[tuple[Standing, Item]], record: Record
) -> list[dict[str, Any]]:
    """The paper of each issue, in the order in which they are shown."""
    # What is agreed on a rung for a severity is the same for many.
    agreed: dict[tuple[str | None, ...], _Agreed] = {}

    def annex(standing: Standing, item: Item) -> dict[str, Any]:
        key = (standing.publication, standing.ola, standing.ladder, standing.rung, item.severity)
        terms = agreed.get(key)
        if terms is None:
            ladder = framework.agreement(standing).ladder
            terms = agreed[key] = _Agreed.of(ladder, standing.rung, Severity(item.severity))
        return _annex(terms, standing.issue, item, record)

    return [annex(standing, item) for standing, item in shown]


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What the ladder says of one rung for one severity: its title, its times, what is above."""

    ladder: EffectiveLadder
    rung: str
    times: Mapping[str, str]
    above: str | None

    @classmethod
    def of(cls, ladder: EffectiveLadder, rung_id: str, severity: Severity) -> "_Agreed":
        rung, place = ladder.rung(rung_id), ladder.position(rung_id)
        grace = None if rung.grace is None else str(rung.grace.value)
        times = {
            ClockKind.FORUM: grace and f"until the meeting has ended, and {grace}",
            ClockKind.OUT_OF_SESSION: _budget(rung.out_of_session, severity),
            ClockKind.OVERALL: _budget(ladder.clocks.overall, severity),
        }
        last = place + 1 == len(ladder.rungs)
        return cls(
            ladder,
            rung.title,
            {kind.value: time for kind, time in times.items() if time is not None},
            None if last else ladder.rungs[place + 1].title,
        )


_OF_ISSUE = (
    "id", "reference", "title", "agency", "also_affects", "provider", "function", "region", "kind",
    "severity", "status", "received_at", "age_business_days", "business_days_at_rung",
    "entered_at",
)  # fmt: skip
_of_issue = attrgetter(*_OF_ISSUE)


def _annex(agreed: _Agreed, issue: str, item: Item, record: Record) -> dict[str, Any]:
    entries = [(each, _READ.decode(each.payload)) for each in record.entries.get(issue, ())]
    kinds = {entry.type for entry, _ in entries}
    said = record.sought.get(issue)
    told_of = dict(zip(_OF_ISSUE, _of_issue(item), strict=True))
    told_of["description"] = record.descriptions.get(issue, "")
    return {
        "issue": told_of,
        "rung": agreed.rung,
        "meeting": item.meeting,
        "sought": said or _seeks(agreed, item, kinds),
        "sought_by_rule": said is None,
        "history": brief(history(entries)),
        "positions": positions(agreed.ladder, entries) if kinds & _SPEAKS else [],
        "clocks": list(_clocks(agreed.times, item, entries)),
        "decisions": decisions(entries) if EventType.DECIDED in kinds else [],
    }


Told = tuple[Entry, Mapping[str, Any]]
"""An entry, with its payload read."""


def history(entries: Sequence[Told]) -> list[dict[str, Any]]:
    """What happened to it, without what only its officers need; its instants as they are."""
    return [
        {
            "at": entry.effective_at,
            "what": entry.type.removeprefix("issue."),
            "says": _says(entry.type, payload),
            "from": before if isinstance(before := payload.get("from"), str) else None,
            "to": payload.get("to"),
            "meeting_at": payload.get("starts_at"),
        }
        for entry, payload in entries
        if entry.type in _TOLD
    ]


def brief(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first line of a history and the last ones; ``left_out`` says how many are between."""
    if len(lines) <= BRIEF:
        return lines
    return [{**lines[0], "left_out": len(lines) - BRIEF}, *lines[1 - BRIEF :]]


def _says(kind: str, payload: Mapping[str, Any]) -> str | None:
    if kind == EventType.RESOLVED:
        return (payload.get("outcome") or {}).get("summary")
    for name in _SAYS:
        if name in payload and (said := payload[name]):
            return str(said)
    return None


def positions(ladder: EffectiveLadder, entries: Sequence[Told]) -> list[dict[str, Any]]:
    """What each side has said, in its own words; what a raiser disputes stands among them.

    Instants are told as they are, not as text.
    """
    return [_position(ladder, *each) for each in entries if each[0].type in _SPEAKS]


def _position(ladder: EffectiveLadder, entry: Entry, payload: Mapping[str, Any]) -> dict[str, Any]:
    if entry.type in _STANCES:
        outcome, side = payload.get("outcome") or {}, payload["seat"]
        parts = (outcome.get("summary"), outcome.get("reasons"), payload.get("grounds"))
        return {
            "side": side,
            "seat": _seat(ladder, payload["rung"], side),
            "person": payload["actor"]["name"],
            "at": entry.effective_at,
            "stance": _STANCES[entry.type],
            "says": ". ".join(str(part).rstrip(".") for part in parts if part),
        }
    return {
        "side": "raiser",
        "seat": None,
        "person": payload["actor"]["name"],
        "at": entry.effective_at,
        "stance": "disputes",
        "says": payload.get("grounds") or "",
    }


def _seat(ladder: EffectiveLadder, rung_id: str, side: str) -> str | None:
    """The role that spoke, where the ladder still has that rung."""
    for rung in ladder.rungs:
        if rung.id == rung_id:
            role = rung.seats.get(Side(side))
            return None if role is None else role.value
    return None


def decisions(entries: Sequence[Told]) -> list[dict[str, Any]]:
    """What bodies have decided on it, in order."""
    return [
        {
            "id": payload["decision"],
            "number": payload.get("number"),
            "forum": payload["forum"],
            "text": payload["text"],
            "conditions": payload.get("conditions"),
            "effect": payload["effect"],
            "decided_at": entry.effective_at,
        }
        for entry, payload in entries
        if entry.type == EventType.DECIDED
    ]


def _clocks(
    agreed: Mapping[str, str], item: Item, entries: Sequence[Told]
) -> Iterator[dict[str, Any]]:
    """The times that are agreed for it: those that run where it stands, and those that ran out."""
    out = list(_ended(entries))
    here = {each["kind"]: each for each in out if each["at"] >= item.entered_at}
    here |= {each["kind"]: each for each in out if each["kind"] == ClockKind.OVERALL}
    state = "running" if item.hold_until is None else "paused"
    for kind, budget in agreed.items():
        due_at = item.due_at if kind == ClockKind.FORUM else None
        ended = here.pop(kind, None)
        yield {
            "kind": kind,
            "budget": budget,
            "due_at": due_at if ended is None else ended["due_at"],
            "state": state if ended is None else "past target",
            "past_target": ended is not None,
            "rung": None,
            "times": 1,
        }
    if out:
        yield from _together([each for each in out if each["kind"] != ClockKind.OVERALL])


def _together(ended: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What ran out, by clock and rung: how often, and when the last of each was due."""
    times = Counter((each["kind"], each["rung"]) for each in ended)
    last = {(each["kind"], each["rung"]): each for each in ended}
    for (kind, rung), many in times.items():
        yield {
            "kind": kind,
            "budget": None,
            "due_at": last[kind, rung]["due_at"],
            "state": "past target",
            "past_target": True,
            "rung": rung,
            "times": many,
        }


def _budget(agreed: Durations, severity: Severity) -> str | None:
    found = agreed.get(severity)
    return None if found is None else str(found.value)


def _ended(entries: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """The agreed times that ran out, each with the rung that it ran on."""
    for entry, payload in entries:
        # Only what a clock did was due.
        if entry.due_at is not None and (kind := _ran_out(entry, payload)) is not None:
            rung = payload.get("from") or payload.get("rung")
            yield {
                "kind": kind.value,
                "due_at": entry.due_at,
                "at": entry.effective_at,
                "rung": rung,
            }


def _ran_out(entry: Entry, payload: Mapping[str, Any]) -> ClockKind | None:
    if entry.type in _CLIMBS:
        return ClockKind.RUNG
    if entry.type == EventType.WARNED and payload.get("step") == END:
        kind = payload.get("clock")
        return ClockKind(kind) if kind in _AGREED else None
    return None


def _seeks(agreed: _Agreed, item: Item, kinds: AbstractSet[str]) -> str:
    """What is sought where nobody has said it: what the body can do for the issue (our reading)."""
    if item.exhausted_at is not None:
        return "Decide it: there is nowhere left for it to climb."
    if agreed.above is None:
        return "Decide it, or refer it back with a question: this is the last rung."
    dissent = EventType.DISSENTED in kinds
    first = "Decide between the two sides' positions" if dissent else "Resolve it"
    return f"{first}, refer it back with a question, or send it up to: {agreed.above}."

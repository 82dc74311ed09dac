"""Contacts and feedback: recorded under a reference, and raised into an issue exactly once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from escalation.clock import whole_second
from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.routing.directory import Directory
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job, Receipt
from escalation.services.once import replayed
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import access, interactions, journal
from escalation.store.access import Kept, Slot
from escalation.store.interactions import EQUALS, Asked
from escalation.store.transaction import Connection
from escalation.workflow.commands import Log
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import Family, Interaction, raised
from escalation.workflow.viewing import EVERYTHING, Viewer

__all__ = [
    "EQUALS",
    "PATHS",
    "Asked",
    "Recording",
    "counted",
    "one",
    "page",
    "raise_issue",
    "raised_from",
    "record",
    "recorded",
    "reference_of",
    "view",
    "write",
]

PREFIX: Mapping[Family, tuple[str, str]] = {
    Family.CONTACT: ("con", "CON"),
    Family.FEEDBACK: ("fbk", "FBK"),
}
"""How ids and references of a register begin."""
PATHS: Mapping[Family, str] = {Family.CONTACT: "contacts", Family.FEEDBACK: "feedback"}
"""Where a register stands in the interface."""
_CREATED = 201
_LATER = frozenset({"id", "issue", "raised_at", "unanswered", "acknowledged_at"})
"""What is seen of it and was not yet so when it was recorded."""
_NOT = {Family.CONTACT: "The contact was not recorded.", Family.FEEDBACK: "Nothing was recorded."}


@dataclass(frozen=True, slots=True)
class Recording:
    """What is to be recorded: fields as sent, and how far back it may have been received.

    ``slot`` and ``body_hash`` are the call's idempotency, ``receipt`` is for who gave no name.
    """

    family: Family
    fields: Mapping[str, Any]
    received_at: datetime | None
    backdating: timedelta | None
    slot: Slot | None = None
    body_hash: str = ""
    receipt: Receipt | None = None


def record(desk: Desk, sent: Recording, actor: Actor) -> Answer:
    """Record what was said, for ever; it has a reference like everything that is captured.

    Returns:
        What is seen of it, 201; to a repeat of the same call, the same again.

    Raises:
        Invalid: it names a party or function that is not there, or an instant that cannot be.
    """
    at = desk.clock.now()
    prefix, _ = PREFIX[sent.family]
    said_id, event_id = desk.ids.new(prefix, at), desk.ids.new("evt", at)
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        before = None if sent.slot is None else access.recall(connection, [sent.slot])
        if before and sent.slot is not None:
            return replayed(before[sent.slot], sent.body_hash)
        _check(desk.registry.refresh(connection).directory, sent)
        received = _received(sent, now)
        number = interactions.next_number(connection, sent.family.value, now.year)
        said = Interaction(
            id=said_id,
            reference=reference_of(sent.family, now.year, number),
            family=sent.family,
            recorded_by=actor.name,
            received_at=received,
            created_at=now,
            receipt=None if sent.receipt is None else sent.receipt.hash,
            **sent.fields,
        )
        interactions.add(connection, said)
        kind = f"{sent.family.value}.recorded"
        write(connection, said.id, kind, recorded(said), (actor, now, event_id, salt))
        return _answered(connection, sent, said)

    answer: Answer = desk.do(chore).result()
    return answer


def recorded(said: Interaction) -> dict[str, Any]:
    """What the record has of it when it is recorded."""
    return {n: v for n, v in view(said).items() if n not in _LATER}


def reference_of(family: Family, year: int, number: int) -> str:
    """The reference of a register's so many-th entry of a year."""
    return f"{PREFIX[family][1]}-{year}-{number:06d}"


def _answered(connection: Connection, sent: Recording, said: Interaction) -> Answer:
    shown = {**view(said), "messages": []}
    body = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Location": f"/v1/{PATHS[sent.family]}/{said.id}"}
    headers |= {} if sent.receipt is None else sent.receipt.headers
    if sent.slot is not None:
        kept = Kept(sent.slot, sent.body_hash, _CREATED, headers, body, said.created_at)
        access.remember(connection, [kept])
    return Answer(_CREATED, body, headers, "")


def _check(directory: Directory | None, sent: Recording) -> None:
    """Whom it is about must be in the directory."""
    faults = []
    known: Mapping[str, Any] = {
        "party": () if directory is None else directory.parties,
        "function": () if directory is None else directory.file.functions,
        "region": () if directory is None else directory.file.regions,
    }
    for name, words in known.items():
        word = sent.fields.get(name)
        if word is not None and word not in words:
            faults.append(Fault("unknown", not_among(word, words), pointer=f"/{name}"))
    if faults:
        raise Invalid(_NOT[sent.family], errors=faults)


def _received(sent: Recording, now: datetime) -> datetime:
    received = whole_second(now if sent.received_at is None else sent.received_at)
    detail = code = ""
    if received > now:
        code, detail = "in_the_future", f"is ahead of now, {told(whole_second(now))}"
    elif sent.backdating is not None and received < now - sent.backdating:
        code = "too_long_ago"
        detail = f"is more than {sent.backdating.days} days ago; an admin may record it"
    if code:
        fault = Fault(code, f"`received_at` {detail}", pointer="/received_at")
        raise Invalid(_NOT[sent.family], errors=[fault])
    return received


def raised_from(directory: Directory, said: Interaction, given: Mapping[str, Any]) -> Log:
    """The issue that comes of what was said; ``given`` wins over what it carries itself.

    Its agency or provider is the party that was spoken of, unless one is given.

    Raises:
        Invalid: nobody says of which agency it is.
    """
    fields = dict(given)
    party = None if said.party is None else directory.parties.get(said.party)
    if party is not None:
        fields.setdefault("provider" if party.is_provider else "agency", said.party)
    if fields.get("agency") is None:
        detail = f"found no `agency`, and {said.reference} speaks of none; expected one"
        fault = Fault("missing", detail, pointer="/agency")
        raise Invalid("Nothing was raised.", errors=[fault])
    return raised(said, fields)


def raise_issue(desk: Desk, said: Interaction, job: Job) -> Answer:
    """Have ``job`` log the issue that comes of what was said, and link the two; once.

    Raises:
        Refused: ``raised_already``, naming the issue.
        EscalationError: the issue is refused; then nothing was raised.
    """
    at = desk.clock.now()
    event_id, salt = desk.ids.new("evt", at), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        held = interactions.find(connection, EVERYTHING, said.family, said.id, lock=True)
        if held is None or held.issue_id is not None:
            raise raised_already(connection, said, job.viewer)
        [came] = desk.within(connection, [job])
        if isinstance(came, Exception):
            raise came
        interactions.set_raised(connection, said.id, came.issue_id, now)
        kind = f"{said.family.value}.raised"
        by = (job.actor, now, event_id, salt)
        write(connection, said.id, kind, {"issue": came.issue_id}, by)
        return came

    answer: Answer = desk.do(chore, logs=1).result()
    return answer


def raised_already(connection: Connection, said: Interaction, viewer: Viewer) -> Exception:
    """Which issue it was; one that is sealed to who asks has taken what was said with it."""
    found = interactions.find(connection, viewer, said.family, said.id)
    if found is None:
        return NotFound(f"There is no {said.family.value} {said.reference}.")
    why = f"{found.reference} was raised already, as {found.issue}; act on that one."
    return Refused(why, "raised_already", extra={"issue": found.issue_id})


def write(
    connection: Connection,
    said: str,
    kind: str,
    payload: Mapping[str, Any],
    by: tuple[Actor, datetime, str, str],
) -> None:
    """Put an entry on the record of what was said; ``by`` is who, when, and its id and salt."""
    actor, now, event_id, salt = by
    journal.record(
        connection,
        said,
        event_id=event_id,
        kind=kind,
        payload=payload,
        actor=actor,
        now=now,
        salt=salt,
    )


def one(look: Look, family: Family, name: str) -> Interaction:
    """One by its id or reference.

    Raises:
        NotFound: there is none of that name for who looks.
    """
    found = interactions.find(look.connection, look.viewer, family, name)
    if found is None:
        raise NotFound(f"There is no {family.value} {name}.")
    return found


def page(look: Look, asked: Asked, *, total: bool) -> Page:
    """A page of a register, the newest first; with ``total`` how many stand on all pages."""
    found = interactions.page(look.connection, look.viewer, asked)
    count = interactions.counts(look.connection, look.viewer, asked)[0][0] if total else None
    return page_of(
        found, asked.limit, partial(map, view), lambda each: (each.created_at, each.id), count
    )


def counted(look: Look, asked: Asked, by: Sequence[str]) -> dict[str, Any]:
    """How many there are for each value of the fields ``by``, and in all."""
    rows = interactions.counts(look.connection, look.viewer, asked, by)
    data = [dict(zip((*by, "count"), row, strict=True)) for row in rows]
    return {"data": data, "total": sum(row[-1] for row in rows)}


def view(said: Interaction) -> dict[str, Any]:
    """What was said, as callers see it."""
    shared = {
        "id": said.id,
        "reference": said.reference,
        "kind": said.kind,
        "channel": said.channel.value,
        "centre": said.centre,
        "party": said.party,
        "function": said.function,
        "region": said.region,
        "themes": list(said.themes),
        "text": said.text,
        "raiser": dict(said.raiser),
        "recorded_by": said.recorded_by,
        "received_at": told(said.received_at),
        "created_at": told(said.created_at),
        "issue": None if said.issue_id is None else {"id": said.issue_id, "reference": said.issue},
        "raised_at": told(said.raised_at),
        "unanswered": said.unanswered,
    }
    if said.family is Family.CONTACT:
        return shared
    about = None
    if said.about is not None:
        about = {"id": said.about, "reference": said.about_reference}
    return {
        **shared,
        "sentiment": None if said.sentiment is None else said.sentiment.value,
        "key_result_area": said.key_result_area,
        "quote": said.quote.value,
        "acknowledged_at": told(said.acknowledged_at),
        "survey": said.survey,
        "about": about,
    }

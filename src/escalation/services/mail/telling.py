"""Events handed on as mail: a delivery to the mailbox of each person who is told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from escalation.errors import EscalationError
from escalation.ids import IdSource
from escalation.routing.directory import Directory
from escalation.services.mail import raisers
from escalation.services.mail.audience import TOLD_OF, Case, reachable, told_of
from escalation.services.mail.mailing import Mailing, Mode, zone_of
from escalation.services.mail.sight import Sight
from escalation.services.registry import Known, Registry
from escalation.services.surveys.book import SurveyBook
from escalation.store import issues, mailing
from escalation.store.deliveries import NewDelivery
from escalation.store.heartbeat import Recovery
from escalation.store.outbox import Pending
from escalation.store.transaction import Connection
from escalation.workflow.facts import Agreement, Issue


class Telling:
    """Finds out who is told of a batch of events, within the transaction of the fan-out."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        ids: IdSource,
        now: datetime,
        book: SurveyBook | None = None,
    ) -> None:
        """Tell as at ``now``, by the directory as it is now; raisers by the surveys of a book."""
        self._book = book
        self._connection = connection
        self._registry = registry
        self._ids = ids
        self._now = now
        self._known: Known = registry.refresh(connection)

    def deliveries(
        self, events: Sequence[Pending], held: Mapping[str, Recovery]
    ) -> dict[str, list[NewDelivery]]:
        """By event, a delivery to each person who is told; ``held`` are back for a recovery."""
        directory = self._known.directory
        if directory is None:
            return {}
        told = self._told(events, directory)
        people = sorted({person for each in told.values() for person in each})
        mailing.ensure(self._connection, people, self._now)
        boxes = {person: mailing.mailbox_id(person) for person in people}
        wishes = mailing.wishes(self._connection, sorted(boxes.values()))
        wanted = {p: Mailing.of(wishes.get(box)) for p, box in boxes.items()}
        found: dict[str, list[NewDelivery]] = {}
        for event in events:
            recovery = held.get(event.event_id)
            found[event.event_id] = [
                self._delivery(event, boxes[person], recovery, wanted[person], directory)
                for person, must in told.get(event.event_id, {}).items()
                if must or wanted[person].mode is not Mode.NONE
            ]
        for event in self._asking(events):
            found[event.event_id].append(self._to_raiser(event))
        return found

    def _asking(self, events: Sequence[Pending]) -> list[Pending]:
        """The events that ask a raiser how it went, where they are asked by mail."""
        book = self._book
        asked = [e for e in events if e.type == raisers.ASKS and e.visibility == "shared"]
        if book is None or not asked:
            return []
        there = issues.load(self._connection, [event.aggregate for event in asked])
        wanted = [
            event
            for event in asked
            if event.aggregate in there
            and raisers.asks(book, there[event.aggregate].issue, json.loads(event.payload))
        ]
        mailing.ensure(self._connection, [mailing.RAISERS] if wanted else [], self._now)
        return wanted

    def _to_raiser(self, event: Pending) -> NewDelivery:
        """It waits for no recovery: one summary to all raisers would be nobody's."""
        return NewDelivery(
            id=self._ids.new("dlv", self._now),
            endpoint_id=mailing.mailbox_id(mailing.RAISERS),
            message_id=event.event_id,
            aggregate=event.aggregate,
            number=event.number,
            type=event.type,
        )

    def _told(self, events: Sequence[Pending], directory: Directory) -> dict[str, dict[str, bool]]:
        """By event, the people who are told, and whether whatever they wish."""
        mailed = [e for e in events if e.type in TOLD_OF and e.visibility == "shared"]
        wanted = [event.aggregate for event in mailed if event.reference is not None]
        there = {name: each.issue for name, each in issues.load(self._connection, wanted).items()}
        found = {}
        for event in mailed:
            people = dict(self._people(event, there.get(event.aggregate), directory))
            if people:
                found[event.event_id] = people
        return found

    def _people(
        self, event: Pending, issue: Issue | None, directory: Directory
    ) -> Iterator[tuple[str, bool]]:
        if event.reference is not None and issue is None:
            return
        details: dict[str, Any] = json.loads(event.payload)
        actor = (details.pop("actor", None) or {}).get("person")
        under = None if issue is None else self._under(issue)
        case = Case(details, directory, self._now, issue, under)
        for person, must in told_of(event.type, case).items():
            if person == actor or not directory.employed(person, self._now):
                continue
            if not reachable(directory, person):
                continue
            if issue is None or Sight.of(person, directory, self._now).on(issue) is not None:
                yield person, must

    def _under(self, issue: Issue) -> Agreement | None:
        try:
            return self._registry.agreement(self._connection, self._known, issue)
        except EscalationError:  # its publication cannot be read: the desk says so aloud
            return None

    def _delivery(
        self,
        event: Pending,
        mailbox: str,
        recovery: Recovery | None,
        wants: Mailing,
        directory: Directory,
    ) -> NewDelivery:
        due: datetime | None = None
        if wants.mode is Mode.DIGEST:
            due = wants.next_digest(self._now, zone_of(wants, directory))
        return NewDelivery(
            id=self._ids.new("dlv", self._now),
            endpoint_id=mailbox,
            message_id=event.event_id,
            aggregate=event.aggregate,
            number=event.number,
            type=event.type,
            recovery_id=None if recovery is None else recovery.id,
            held=recovery is not None,
            due_at=due,
        )

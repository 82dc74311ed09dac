"""Mail that came in: kept, read, and acted upon, in one transaction with its effect.

An answer to a mail of ours is a contact on its issue, by whom the mail was to. What could not be
delivered marks the address. Nothing is ever answered, so that nothing loops. Whatever is wrong with
a mail is kept with it among what tools sent, for a person, and can be read again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from escalation.delivery.mail.fetching import Place
from escalation.delivery.mail.reading import LARGEST, Arrived, Bounce, read
from escalation.errors import EscalationError, Refused
from escalation.ids import named
from escalation.routing.directory import Person
from escalation.routing.vocabulary import Channel
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.services.mail import mailboxes
from escalation.services.mail.mailing import Mailing, Mode
from escalation.services.mail.replies import Meant, Purpose, Replies
from escalation.services.mail.sight import Sight
from escalation.store import endpoints, hooks, issues, mailing, surveys
from escalation.store.endpoints import EndpointState, StoredEndpoint
from escalation.store.hooks import HookDelivery, HookState
from escalation.store.transaction import Connection, part
from escalation.workflow.commands import Contact
from escalation.workflow.facts import Actor

_log = structlog.get_logger(__name__)

SOURCE = "mail"
"""What the inbox of what tools sent calls it; no tool of the source file may."""
AT_ONCE = 10
"""Mails taken in at one look."""
SAID = 20_000
"""Characters of an answer that go to the contact log; the whole is kept with the mail."""
_KEY = 200


class _Stop(Exception):
    """Nothing follows of a mail."""

    def __init__(self, state: HookState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Arriving:
    """Takes mail in at the desk."""

    desk: Desk
    replies: Replies
    place: Place | None = None

    def poll(self) -> int:
        """Take in what lies there; answers how many mails.

        Raises:
            Busy: what lies there cannot be looked at now.
        """
        found = [] if self.place is None else self.place.look(AT_ONCE)
        for each in found:
            self.take_in(each.content, each.size)
        if found and self.place is not None:
            self.place.taken([each.name for each in found])
        return len(found)

    def take_in(self, content: bytes, size: int | None = None) -> HookDelivery:
        """Keep a mail and act upon it; one that is there already is left as it is."""
        came = read(content, size)
        delivery_id = self.desk.ids.new("hkd", self.desk.clock.now())
        key = came.id if len(came.id) <= _KEY else named("msg", came.id)

        def chore(connection: Connection, now: datetime) -> HookDelivery:
            new = HookDelivery(
                id=delivery_id,
                source=SOURCE,
                key=key,
                headers={},
                body=json.dumps(asdict(came), ensure_ascii=False).encode(),
                received_at=now,
                handled_at=now,
            )
            if hooks.take_in(connection, new):
                return self._handled(connection, new, came, now)
            kept = hooks.by_key(connection, SOURCE, key)
            return new if kept is None else kept

        found: HookDelivery = self.desk.do(chore).result()
        return found

    def again(self, delivery_id: str) -> HookDelivery:
        """Act upon a kept mail again; what it did before is not done again.

        Raises:
            Refused: what came has been disposed of.
        """

        def chore(connection: Connection, now: datetime) -> HookDelivery | None:
            kept = hooks.one(connection, delivery_id, lock=True)
            if kept is None or kept.state is HookState.DONE:
                return kept
            if not kept.body:
                raise Refused(f"What came as {delivery_id} has been disposed of.", "disposed")
            return self._handled(connection, kept, arrived(json.loads(kept.body)), now)

        found: HookDelivery = self.desk.do(chore).result()
        return found

    def _handled(
        self, connection: Connection, delivery: HookDelivery, came: Arrived, now: datetime
    ) -> HookDelivery:
        settled = replace(delivery, handled_at=now, reason=None)
        hand = _Hand(self, connection, came, now)
        try:
            with part(connection):
                did = hand.do()
            settled = replace(settled, state=HookState.DONE, did=did)
        except _Stop as stop:
            settled = replace(settled, state=stop.state, reason=stop.reason)
        except EscalationError as error:
            settled = replace(settled, state=HookState.REFUSED, reason=error.detail)
        settled = replace(settled, issue_id=hand.issue_id)
        hooks.settle(connection, settled)
        return settled


class _Hand:
    """One mail in one transaction of the desk."""

    def __init__(
        self, arriving: Arriving, connection: Connection, came: Arrived, now: datetime
    ) -> None:
        self.arriving = arriving
        self.connection = connection
        self.came = came
        self.now = now
        self.issue_id: str | None = None

    def do(self) -> Sequence[str]:
        """Act as the mail says; answers what was done.

        Raises:
            _Stop: nothing follows, and why.
            EscalationError: the desk refused it.
        """
        self._check()
        meant, box = self._meant()
        if meant.issue is not None and issues.statuses(self.connection, [meant.issue]):
            self.issue_id = meant.issue
        if self.came.bounce is not None:
            return self._bounced(box, self.came.bounce)
        if self.came.automatic is not None:
            raise _Stop(HookState.IGNORED, f"A program wrote it ({self.came.automatic}).")
        if meant.purpose is Purpose.BOUNCE:
            raise _Stop(HookState.IGNORED, "It is no report of what could not be delivered.")
        person = self._person(box)
        if meant.purpose is Purpose.PREFERENCES:
            return self._wished(box)
        return self._said(meant, person)

    def _check(self) -> None:
        came = self.came
        if came.broken:
            raise _Stop(HookState.UNMAPPED, "It cannot be read as a mail.")
        if came.too_large is not None:
            told = f"It has {came.too_large:,} bytes, {LARGEST:,} are read at most."
            raise _Stop(HookState.REFUSED, told)
        if came.ours:
            raise _Stop(HookState.ECHO, "It is a mail of ours that came back.")

    def _meant(self) -> tuple[Meant, StoredEndpoint]:
        """What the address of ours says that it came to, and whose mailbox it names."""
        replies = self.arriving.replies
        meant = next(filter(None, map(replies.meant, self.came.recipients)), None)
        if meant is None:
            raise _Stop(HookState.UNMAPPED, "None of its recipients is an address of ours.")
        for box in mailing.beginning(self.connection, meant.mailbox_begins):
            if meant.of(box.id, replies.vault):
                found = endpoints.find(self.connection, box.id, locked=True)
                if found is not None:
                    return meant, found
        raise _Stop(HookState.REFUSED, "The address that it came to was not made here.")

    def _bounced(self, box: StoredEndpoint, bounce: Bounce) -> Sequence[str]:
        """Mail to somebody cannot be delivered: their mailbox is closed, and that is told."""
        told = " ".join(filter(None, (bounce.status, bounce.recipient, bounce.detail)))
        if not bounce.permanent:
            raise _Stop(HookState.IGNORED, f"It is delayed, not lost: {told}")
        if box.recipient == mailing.RAISERS:
            if self.issue_id is not None:
                surveys.bounced(self.connection, self.issue_id, bounce.status, self.now)
            return ["bounced"]
        state = {"state": EndpointState.DISABLED.value, "state_reason": f"it bounced: {told}"[:500]}
        endpoints.change(self.connection, box.id, state)
        _log.error("mail_bounced", recipient=box.recipient, status=bounce.status)
        return ["bounced"]

    def _person(self, box: StoredEndpoint) -> Person:
        """Whose mailbox it is, where the mail is from them."""
        known = self.arriving.desk.registry.refresh(self.connection)
        directory, whose = known.directory, box.recipient or ""
        person = None if directory is None else directory.people.get(whose)
        if directory is None or person is None or not directory.employed(whose, self.now):
            raise _Stop(HookState.REFUSED, f"{whose} is not in the directory any more.")
        if self.came.sender != (person.email or "").lower():
            told = f"It is from {self.came.sender or 'nobody'}, and was asked of {person.email}."
            raise _Stop(HookState.REFUSED, told)
        return person

    def _wished(self, box: StoredEndpoint) -> Sequence[str]:
        """How somebody wants their mail, by the first word of the subject."""
        word = self.came.subject.strip().lower().partition(" ")[0]
        if word not in set(Mode):
            raise _Stop(HookState.IGNORED, f"Its subject is none of {', '.join(Mode)}.")
        wants = Mailing.of(box.mailing).model_copy(update={"mode": Mode(word)})
        mailboxes.keep(self.connection, box.id, wants, self.now)
        return [f"mode {word}"]

    def _said(self, meant: Meant, person: Person) -> Sequence[str]:
        """What somebody answered goes to the contact log of the issue."""
        if meant.issue is None:
            raise _Stop(HookState.IGNORED, "It answers a mail that was about no issue.")
        desk = self.arriving.desk
        directory = desk.registry.refresh(self.connection).directory
        loaded = issues.load(self.connection, [meant.issue]).get(meant.issue)
        sight = None if directory is None else Sight.of(person.id, directory, self.now)
        viewer = None if loaded is None or sight is None else sight.on(loaded.issue)
        if viewer is None:
            raise _Stop(HookState.REFUSED, f"{person.id} may not see that issue, or it is no more.")
        said = self.came.said[:SAID]
        if not said:
            raise _Stop(HookState.IGNORED, "It says nothing of its own.")
        job = Job(
            stem=desk.stem(),
            actor=Actor(kind="person", name=person.name, person=person.id),
            ask=Contact(text=said, channel=Channel.EMAIL),
            issue=meant.issue,
            viewer=viewer,
            answers=False,
        )
        [outcome] = desk.within(self.connection, [job])
        if isinstance(outcome, Exception):
            raise outcome
        return ["contact"]


def arrived(kept: dict[str, Any]) -> Arrived:
    """A mail from how it was kept."""
    bounce = kept.pop("bounce", None)
    return Arrived(**kept, bounce=None if bounce is None else Bounce(**bounce))

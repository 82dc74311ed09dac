"""A mailbox's turn: what is due there, made into mails by what their reader may see now."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from escalation.delivery.formats.requests import Request
from escalation.delivery.letter import Handing, Letter
from escalation.delivery.mail.addresses import address
from escalation.delivery.mail.message import Mail, Named, written
from escalation.delivery.payloads import PING
from escalation.delivery.payloads import told as instant_told
from escalation.delivery.retry import Outcome
from escalation.ids import named
from escalation.services.calling import called_in
from escalation.services.handing import Handover
from escalation.services.mail import asking, composing, documents
from escalation.services.mail.agenda import more_of
from escalation.services.mail.composing import Part, Words
from escalation.services.mail.mailing import Mailing, Mode, zone_of
from escalation.services.mail.replies import SHORT, Purpose
from escalation.services.mail.rules import MailRules
from escalation.services.mail.sight import Sight
from escalation.services.registry import Known, Registry
from escalation.services.surveys.invitations import Invitations
from escalation.services.veil import veiled
from escalation.store import deliveries, issues, mailing
from escalation.store.deliveries import (
    Attempt,
    Claimed,
    DeliveryState,
    Mark,
    Message,
    NewDelivery,
)
from escalation.store.endpoints import StoredEndpoint
from escalation.store.mailing import Due
from escalation.store.transaction import Connection
from escalation.timekeeping.calendar import Calendar
from escalation.workflow.facts import Issue
from escalation.workflow.meetings.plan import MeetingEvent

AT_ONCE = 8
"""Mails of one turn at most: each is handed over by itself."""
ANSWERS = "Answer this mail, and what you write is kept with the issue, for both sides to read."
_AGENDA = {MeetingEvent.AGENDA.value: "/agenda"}


class Withheld(Exception):
    """A mail that is not sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The mails of one mailbox that are handed over next, by their deliveries."""

    claimed: Sequence[Claimed]
    letters: Mapping[str, Letter]


@dataclass(frozen=True, slots=True)
class Posting:
    """One mailbox within one transaction, by what is known then."""

    connection: Connection
    registry: Registry
    known: Known
    rules: MailRules
    box: StoredEndpoint
    now: datetime
    invitations: Invitations | None = None

    def turn(self, until: datetime, limit: int, handover: Handover) -> Turn | None:
        """Lease what is due; None where nothing is to be handed over now."""
        wants, directory = self._wants(), self.known.directory
        zone = zone_of(wants, directory)
        quiet = wants.quiet_till(self.now, zone, self._calendar(wants))
        if quiet is not None:
            mailing.put_off(self.connection, self.box.id, self.now, quiet)
            return None
        if wants.mode is Mode.DIGEST:
            self._put_together()
        claimed = deliveries.claim(
            self.connection, self.box.id, self.now, until, min(limit, AT_ONCE)
        )
        there = self._issues(claimed)
        letters: dict[str, Letter] = {}
        marks: list[Mark] = []
        for each in claimed:
            mark = handover.settled(each)
            if mark is None:
                try:
                    letters[each.id] = self._letter(each, there, handover.of(each))
                except Withheld as why:
                    mark = self._withheld(each, str(why))
            if mark is not None:
                marks.append(mark)
        deliveries.finish(self.connection, self.box.id, marks, self.now)
        left = [each for each in claimed if each.id in letters]
        return Turn(left, letters) if left else None

    def _wants(self) -> Mailing:
        """How mail is wanted here."""
        return Mailing.of(self.box.mailing)

    def _withheld(self, claimed: Claimed, why: str) -> Mark:
        tried = Attempt(self.now, 0, None, Outcome.WITHHELD.value, why)
        return Mark(claimed, DeliveryState.CANCELLED, None, tried)

    # -- several in one

    def _put_together(self) -> None:
        """What is due in one mail, or as few as hold it: it counts as the delivery of each."""
        while len(found := self._due()) > 1:
            self._put_in_one(found)

    def _due(self) -> Sequence[Due]:
        """Events of the next mail that tells several; what has files or asks goes by itself."""
        alone = (composing.TOGETHER, documents.DOCUMENT, asking.ASKS, PING)
        return mailing.due(self.connection, self.box.id, self.now, alone, composing.SHOWN)

    def _put_in_one(self, found: Sequence[Due]) -> None:
        number = 1 + deliveries.last_number(self.connection, self.box.id, self.box.id)
        message_id = named("evt", self.box.id, str(number), found[0].id)
        told = [(each.message_id, each.body) for each in found]
        body = composing.together(message_id, instant_told(self.now), told)
        message = Message(message_id, composing.TOGETHER, body, self.now)
        new = NewDelivery(
            id=named("dlv", message_id),
            endpoint_id=self.box.id,
            message_id=message_id,
            aggregate=self.box.id,
            number=number,
            type=composing.TOGETHER,
        )
        deliveries.add(self.connection, [message], [new], self.now)
        mailing.told_together(self.connection, [e.id for e in found], message_id, self.now)

    # -- into words

    def _letter(self, claimed: Claimed, there: Mapping[str, Issue], handing: Handing) -> Letter:
        body: dict[str, Any] = json.loads(claimed.body)
        issue = there.get(claimed.aggregate)
        mail = self._mail_of(claimed, body, issue, there)
        try:
            content = written(mail).decode("ascii")
        except ValueError as error:
            raise Withheld(str(error)) from error
        return Letter(
            url=f"mailto:{mail.recipient.address}",
            message_id=claimed.message_id,
            requests=(Request(method="MAIL", content_type="message/rfc822", body=content),),
            secrets=(),
            sender=self._own(Purpose.BOUNCE, None if issue is None else issue.id),
            handing=handing,
            at_once=AT_ONCE,
        )

    def _mail_of(
        self,
        claimed: Claimed,
        body: Mapping[str, Any],
        issue: Issue | None,
        there: Mapping[str, Issue],
    ) -> Mail:
        recipient = self._recipient()
        if documents.is_document(body):
            envelope = self._envelope(claimed, recipient, None)
            return documents.mail_of(self.connection, body, envelope, self.box.recipient)
        if asking.is_asking(body):
            return self._envelope(claimed, recipient, None, self._asks(body))
        return self._mail(claimed, body, issue, there, recipient)

    def _asks(self, body: Mapping[str, Any]) -> Words:
        """What a periodic survey asks whose mailbox it is."""
        person, directory = self.box.recipient or "", self.known.directory
        if directory is None or not directory.employed(person, self.now):
            raise Withheld(f"{person} is not in the directory any more")
        words = asking.words_of(self.connection, self.invitations, person, body, self.now)
        if words is None:
            raise Withheld("there is nothing to ask any more")
        return words

    def _recipient(self) -> Named:
        """Whose mailbox it is, by the directory as it is now."""
        whose = self.box.recipient or ""
        person = None if self.known.directory is None else self.known.directory.people.get(whose)
        try:
            if "@" in whose:
                return Named("", address(whose))
            if person is not None and person.email:
                return Named(person.name, address(person.email))
        except ValueError as error:
            raise Withheld(str(error)) from error
        raise Withheld(f"{whose} is not in the directory with an address")

    def _mail(
        self,
        claimed: Claimed,
        body: Mapping[str, Any],
        issue: Issue | None,
        there: Mapping[str, Issue],
        recipient: Named,
    ) -> Mail:
        """An event, or several, as far as the reader may see them."""
        told = composing.bodies_in(body)
        parts = [composing.test_part()] if composing.is_test(body) else [*self._parts(told, there)]
        if not parts:
            raise Withheld("its reader may not see what it is about")
        heading = parts[0].heading if len(told) == 1 else f"{len(told)} things that are new for you"
        words = Words(
            composing.subject_of(issue, heading),
            [*self._missed(claimed), *parts],
            self._ending(issue),
        )
        return self._envelope(claimed, recipient, issue, words)

    def _envelope(
        self, claimed: Claimed, recipient: Named, issue: Issue | None, words: Words | None = None
    ) -> Mail:
        sender = self.rules.sender
        directory, short = self.known.directory, self.box.id[-26:][:SHORT]
        about = None if issue is None else f"{issue.id}.{short}@{self.rules.domain}"
        title = "Issues" if directory is None else directory.file.initiative.title
        return Mail(
            id=f"{claimed.message_id}.{short}@{self.rules.domain}",
            sender=Named(title, sender),
            recipient=recipient,
            subject="" if words is None else words.subject,
            text="" if words is None else words.text(),
            page="" if words is None else words.page(),
            at=claimed.created_at or self.now,
            thread=about,
            reply_to=None if issue is None else self._own(Purpose.REPLY, issue.id, or_sender=False),
            list_id=f"escalation.{self.rules.domain}",
            unsubscribe=self._unsubscribe(),
            headers={"X-Escalation-Event": claimed.message_id},
        )

    def _parts(
        self, told: Sequence[Mapping[str, Any]], there: Mapping[str, Issue]
    ) -> Iterator[Part]:
        directory = self.known.directory
        if directory is None or self.box.recipient is None:
            return
        if not directory.employed(self.box.recipient, self.now):
            return  # they have left since it was due
        sight = Sight.of(self.box.recipient, directory, self.now)
        zone = zone_of(self._wants(), directory)
        called = replace(called_in(self.connection, self.registry, there), zone=zone)
        for body in told:
            name = body["data"].get("issue", {}).get("id")
            issue = there.get(str(name))
            viewer = sight.viewers[0]
            if name is not None:
                seen = None if issue is None else sight.on(issue)
                if seen is None:
                    continue
                viewer = seen
            elif not _papers(sight, body):
                continue
            part = composing.part_of(
                veiled(self.connection, viewer, body), issue, self._link(body, issue), called
            )
            more = () if issue is not None else more_of(self.connection, sight, body)
            yield replace(part, facts=(*part.facts, *more))

    def _link(self, body: Mapping[str, Any], issue: Issue | None) -> str | None:
        base, details = self.rules.url, body["data"].get("details") or {}
        if base is None:
            return None
        if issue is not None:
            return f"{base}/v1/issues/{issue.id}"
        meeting = details.get("meeting")
        if meeting is not None:
            return f"{base}/v1/meetings/{meeting}{_AGENDA.get(body['type'], '')}"
        change = details.get("change")
        if change is not None:
            return f"{base}/v1/ladder-changes/{change}"
        digest = (details.get("digest") or {}).get("id")
        return None if digest is None else f"{base}/v1/digests/{digest}"

    def _missed(self, claimed: Claimed) -> Iterator[Part]:
        if claimed.missed:
            count = len(claimed.missed)
            yield Part(f"It is not known that you have had {count} earlier mail about this.")

    def _ending(self, issue: Issue | None) -> Sequence[str]:
        lines = []
        if issue is not None and self.rules.replies is not None:
            lines.append(ANSWERS)
        if self.rules.url is not None:
            lines.append(f"How you get mail: {self.rules.url}/v1/mailboxes/{self.box.recipient}")
        return lines

    def _unsubscribe(self) -> str | None:
        """Where to say that no more mail is wanted; it is read as any mail that comes in."""
        if self.rules.replies is None:
            return None
        to = self.rules.replies.address(Purpose.PREFERENCES, None, self.box.id)
        return f"mailto:{to}?subject=none"

    def _own(self, purpose: Purpose, issue: str | None, *, or_sender: bool = True) -> str | None:
        if self.rules.replies is None:
            return self.rules.sender if or_sender else None
        return self.rules.replies.address(purpose, issue, self.box.id)

    # -- what it stands on

    def _issues(self, claimed: Sequence[Claimed]) -> dict[str, Issue]:
        wanted = {each.aggregate for each in claimed if each.aggregate.startswith("iss_")}
        for each in claimed:
            if not each.aggregate.startswith("iss_"):
                wanted |= _issues_in(each.body)
        return {n: found.issue for n, found in issues.load(self.connection, wanted).items()}

    def _calendar(self, wants: Mailing) -> Calendar | None:
        publication = self.known.publication
        if wants.calendar is None or publication is None:
            return None
        there = publication.file.calendars
        return publication.calendar(wants.calendar) if wants.calendar in there else None


def _issues_in(body: bytes) -> set[str]:
    told = composing.bodies_in(json.loads(body))
    return {str(each["data"]["issue"]["id"]) for each in told if "issue" in each["data"]}


def _papers(sight: Sight, body: Mapping[str, Any]) -> bool:
    """Whether somebody may read what a forum is told."""
    details = body["data"].get("details") or {}
    forum = details.get("forum") or (details.get("digest") or {}).get("forum")
    return forum is None or sight.at(str(forum)) is not None

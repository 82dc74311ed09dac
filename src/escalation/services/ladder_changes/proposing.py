"""Proposing a ladder file: to the parties of the agreements it changes, and to their forums.

Which approvals a file needs is found when it is proposed, and once more when it is published.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.clock import whole_second
from escalation.errors import Refused
from escalation.routing.approval import Need
from escalation.routing.directory import Forum
from escalation.routing.publication import Publication
from escalation.routing.seats import Parties, holder
from escalation.routing.vocabulary import Role, Side
from escalation.services import approvals, framework
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.ladder_changes.tabling import SOUGHT, title_of
from escalation.services.ladder_changes.telling import Entry, answer, named
from escalation.services.once import NOBODY, Call
from escalation.services.registry import Known
from escalation.store import framework as in_force
from escalation.store import ladder_changes, meetings
from escalation.store.transaction import Connection
from escalation.workflow import forum
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Actor
from escalation.workflow.meetings.facts import Item, ItemKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A file that somebody proposes, and why."""

    source: str | bytes
    name: str
    reason: str
    actor: Actor
    call: Call = NOBODY


def propose(desk: Desk, proposal: Proposal) -> Answer:
    """Put a ladder file before those whose approval it needs: their forums' next meetings too.

    Raises:
        Invalid: the file has mistakes.
        Refused: ``in_force_already``, ``proposed_already``, ``label_taken``; ``not_the_maintainer``
            where it is not theirs to propose; ``no_meeting_ahead``.
    """
    publication = framework.check_ladders(desk, proposal.source, proposal.name)
    made = _Proposing(desk, proposal, publication)
    done: Answer = desk.do(made.run).result()
    return done


class _Proposing:
    def __init__(self, desk: Desk, proposal: Proposal, publication: Publication) -> None:
        self.desk = desk
        self.proposal = proposal
        self.publication = publication
        self.change = desk.ids.new("lch", desk.clock.now())
        self.entry = Entry.new(desk)

    def run(self, connection: Connection, now: datetime) -> Answer:
        in_force.hold_epoch(connection)  # two at once would each find that nobody has proposed it
        known = self.desk.registry.refresh(connection)
        call = self.proposal.call
        before = call.answered(connection, known, now)
        if before is not None:
            return before
        if not self.entry.made(connection):
            self._check(connection, known, now)
            self._write(connection, known, now)
        stored = ladder_changes.one(connection, self.change) or {}
        return call.keep(connection, answer(stored, 201), now)

    def _check(self, connection: Connection, known: Known, now: datetime) -> None:
        label = self.publication.label
        if known.epoch.current == self.publication.hash:
            raise Refused(f"{label!r} is in force already.", "in_force_already")
        framework.refuse_taken_label(connection, self.publication)
        waiting = (ladder_changes.OPEN, ladder_changes.APPROVED)
        found = ladder_changes.of_content(connection, self.publication.hash, waiting)
        if found:
            detail = f"{label!r} was proposed already, as {found[0]['id']}."
            raise Refused(detail, "proposed_already")
        self._check_maintainer(known, now)

    def _check_maintainer(self, known: Known, now: datetime) -> None:
        """Whoever acts for themselves is account manager of a provider, who keeps its agreements.

        Framework: the account manager is to "oversee and maintain the operating level agreement".
        """
        actor, directory = self.proposal.actor, known.directory
        if not actor.bound or directory is None:
            return
        providers = {ola.provider for ola in self.publication.file.olas.values()}
        keepers = {
            holder(directory, Side.PROVIDER, Role.ACCOUNT_MANAGER, Parties(code, code), now).person
            for code in providers
        }
        if actor.person not in keepers:
            raise Refused(
                f"{actor.person} is account manager of no provider here, who keeps its agreements.",
                "not_the_maintainer",
            )

    def _write(self, connection: Connection, known: Known, now: datetime) -> None:
        needs = approvals.needs_of(known, self.publication)
        carried = list(self._items(known, needs, whole_second(now)))
        meetings.carry(connection, carried, now)
        row = {
            "id": self.change,
            "hash": self.publication.hash,
            "label": self.publication.label,
            "name": self.proposal.name,
            "text": self.publication.text,
            "reason": self.proposal.reason,
            "status": ladder_changes.OPEN if needs else ladder_changes.APPROVED,
            "needs": [need.told() for need in needs],
            "answers": [],
            "version": 1,
            "proposed_by": self.proposal.actor.name,
            "proposed_at": now,
            "settled_at": None if needs else now,
        }
        ladder_changes.add(connection, row)
        payload = {**named(row), "reason": self.proposal.reason, "needs": row["needs"]}
        self.entry.write(connection, "proposed", payload, (self.proposal.actor, now))

    def _items(
        self, known: Known, needs: Sequence[Need], now: datetime
    ) -> Iterator[tuple[Sitting, Item]]:
        """Onto the agenda of the next meeting of each forum whose approval it needs."""
        for need in needs:
            if need.seat is None:
                body, ahead = self._next(known, need.forum or "", now)
                called = {"label": self.publication.label, "reason": self.proposal.reason}
                section = body.sections[0] if body.sections else None
                item = Item(
                    subject=self.change,
                    kind=ItemKind.LADDER,
                    title=title_of(called),
                    section=section,
                    sought=SOUGHT,
                    late=False,
                    carried_over=0,
                    tabled_at=now,
                )
                yield ahead, item

    def _next(self, known: Known, code: str, now: datetime) -> tuple[Forum, Sitting]:
        under = self.desk.registry.in_force(known)
        body = under.directory.forums.get(code)
        ahead = None if body is None else forum.next_sitting(under, body, now)
        if body is None or ahead is None:
            raise Refused(
                f"The partnering forum {code} whose approval it needs does not meet again.",
                "no_meeting_ahead",
            )
        return body, ahead

"""A delivery at the desk: kept, read, and acted upon, in one transaction with its effect.

The same delivery again finds itself kept already, and is answered the same. Whatever is wrong with
what it says is kept with it, for a person; only what it cannot be kept for is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.clock import whole_second
from escalation.errors import EscalationError, Refused
from escalation.services.desk import Desk
from escalation.services.inbound.acting import (
    Instants,
    change_asks,
    first_ask,
    said_ask,
    stands,
    toward,
)
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.judging import cannot_be_logged, nothing_follows, why_refused
from escalation.services.inbound.mapping import Meaning, Wanted, faults_view, meaning_of
from escalation.services.inbound.source_file import Source
from escalation.services.inbound.telling import (
    GOAL_OF,
    Book,
    Goal,
    StateNews,
    after_all,
    kept_position,
    position_of,
)
from escalation.services.inbound.values import text_of
from escalation.services.jobs import Answer, Job
from escalation.store import access, hooks, issues, timeline
from escalation.store.base import epoch_microseconds
from escalation.store.hooks import HookDelivery, HookState, Ticket
from escalation.store.transaction import Connection, part
from escalation.store.viewing import is_sealed
from escalation.workflow.commands import Ask, Link, Log
from escalation.workflow.facts import Actor, Facts

MARK = re.compile(r"\\?\[escalation (evt_[0-9a-z]{26,28})\\?\]\s*$")
"""How a text ends that we wrote into a tool: with its event; Jira may put `\\` before brackets."""
_TIED, _AWAITED = "tied:", "awaited:"
_LONGEST_REASON = 2_000
_REMARKED = frozenset({"inform", "note", "link"})
"""Acts that are taken once, by what was noted of their ticket."""
STEPS = 6
"""Acts that one change of a ticket's state takes at most."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source by its name."""

    name: str
    source: Source

    @property
    def system(self) -> str:
        """The system of its external references."""
        return self.source.system or self.name

    @property
    def actor(self) -> Actor:
        """The source as the timeline names it."""
        return Actor(kind="integration", name=self.source.title or self.name, system=self.system)


class _Stop(Exception):
    """Nothing more follows of the delivery."""

    def __init__(self, state: HookState, reason: str, waits_for: str | None = None) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.waits_for = waits_for


def receive(desk: Desk, known: Known, came: Sequence[Came]) -> "Future[list[HookDelivery]]":
    """Hand in deliveries of one request; answers a future of them as they were kept."""
    meanings = [meaning_of(known.source, each) for each in came]
    ids = [desk.ids.new("hkd", desk.clock.now()) for _ in came]

    def chore(connection: Connection, now: datetime) -> list[HookDelivery]:
        hand = Hand(desk, known, connection, now)
        return [hand.take_in(*each) for each in zip(ids, came, meanings, strict=True)]

    return desk.do(chore, logs=len(came), shared=True)


def again(desk: Desk, known: Known, delivery_id: str) -> HookDelivery:
    """Read a kept delivery again, by the rules as they are now, and act upon it.

    Raises:
        Refused: what came has been disposed of.
    """

    def chore(connection: Connection, now: datetime) -> HookDelivery | None:
        kept = hooks.one(connection, delivery_id, lock=True)
        if kept is not None and not kept.body:
            raise Refused(f"What came as {delivery_id} has been disposed of.", "disposed")
        return None if kept is None else Hand(desk, known, connection, now).handle(kept)

    found: HookDelivery = desk.do(chore, logs=1).result()
    return found


def came_of(delivery: HookDelivery) -> Came:
    """What came, from what was kept."""
    return Came(json.loads(delivery.body), dict(delivery.headers), delivery.body)


class Hand:
    """Deliveries of one source in one transaction of the desk."""

    def __init__(self, desk: Desk, known: Known, connection: Connection, now: datetime) -> None:
        """Act within ``connection`` at ``now``."""
        self.desk = desk
        self.known = known
        self.connection = connection
        self.now = now

    def take_in(self, delivery_id: str, came: Came, meaning: Meaning) -> HookDelivery:
        """Keep a delivery and act upon it; the one that is there already is left as it is."""
        key = meaning.key or (came.digest if meaning.order is not None else delivery_id)
        new = HookDelivery(
            id=delivery_id,
            source=self.known.name,
            key=key,
            headers=came.headers,
            body=came.raw,
            received_at=self.now,
            handled_at=self.now,
            position=self._position(meaning, key),
        )
        if hooks.take_in(self.connection, new):
            return self.handle(new, meaning)
        kept = hooks.by_key(self.connection, self.known.name, key)
        if kept is None:
            raise AssertionError(f"{key} of {self.known.name} is neither new nor there")
        return kept

    def handle(self, delivery: HookDelivery, meaning: Meaning | None = None) -> HookDelivery:
        """Act upon a kept delivery, and write down what became of it."""
        fresh = meaning is not None
        meaning = meaning or meaning_of(self.known.source, came_of(delivery))
        if not fresh and meaning.order is not None:
            delivery = replace(delivery, position=self._position(meaning, delivery.key))
        settled = replace(delivery, handled_at=self.now, ref=meaning.ref, waits_for=None)
        settled = replace(settled, faults=faults_view(meaning.faults), reason=None)
        work = _Work(self, settled, meaning, fresh=fresh)
        try:
            with part(self.connection), work.or_nothing():
                work.do()
            state, reason = work.outcome
            settled = replace(settled, state=state, reason=reason, did=work.did)
        except _Stop as stop:
            settled = replace(
                settled, state=stop.state, reason=stop.reason, waits_for=stop.waits_for
            )
        except EscalationError as error:
            settled = replace(settled, state=HookState.REFUSED, reason=why_refused(error))
        settled = replace(settled, reason=text_of(settled.reason, _LONGEST_REASON))
        settled = replace(settled, position=kept_position(work.position))
        settled = replace(settled, issue_id=work.issue_id)
        hooks.settle(self.connection, settled)
        if work.came_to_be_known and work.issue_id is not None:
            self._wake(settled.ref or "")
        return settled

    def _wake(self, ref: str) -> None:
        """A ticket has become known: what waited for it follows, in the order of its positions."""
        waiting = hooks.waiting_for(self.connection, self.known.name, ref)
        for each in sorted(waiting, key=lambda delivery: position_of(delivery.position)):
            self.handle(each)

    def _position(self, meaning: Meaning, key: str) -> list[Any]:
        """Where it stands: as its body says, else by when it came."""
        order = meaning.order or (epoch_microseconds(self.now),)
        return kept_position((order, key))


class _Work:
    """What one delivery does, in one part of the transaction."""

    def __init__(
        self, hand: Hand, delivery: HookDelivery, meaning: Meaning, *, fresh: bool
    ) -> None:
        self.hand = hand
        self.fresh = fresh
        self.position = position_of(delivery.position)
        self.connection = hand.connection
        self.delivery = delivery
        self.meaning = meaning
        self.did: list[str] = []
        self.issue_id: str | None = None
        self.came_to_be_known = False
        self.logged = False
        self.overtaken = False

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """An issue that is not logged after all is none."""
        try:
            yield
        except Exception:
            if self.logged:
                self.issue_id = None
            raise

    @property
    def outcome(self) -> tuple[HookState, str | None]:
        """What became of the delivery, once all is done that could be."""
        if self.overtaken:
            return HookState.OVERTAKEN, "Newer deliveries stand for all that it says."
        return HookState.DONE, None

    def do(self) -> None:
        """Act as the body says.

        Raises:
            _Stop: nothing is to follow, or not yet.
            EscalationError: the desk refused an act; then none of them is done.
        """
        self._look()
        ticket = hooks.hold_ticket(self.connection, self.hand.known.system, self.meaning.ref or "")
        if self.fresh and self.meaning.order is None:
            self.position = after_all(ticket, self.position)
        book = Book(ticket, self.position)
        self._find(ticket)
        news = self._fields(book)
        if self.issue_id is None:
            self._log(ticket, news)
        elif news:
            for ask in change_asks(self._facts().issue, news):
                self._ask(ask)
        for wanted in self.meaning.acts:
            if wanted.act in GOAL_OF:
                self._bring(book.state(wanted))
        asks = self.came_to_be_known or any(w.act in _REMARKED for w in self.meaning.acts)
        taken = hooks.remarks(self.connection, ticket) if asks else set()
        said = [self._remark(ticket, wanted, taken) for wanted in self.meaning.acts]
        self.overtaken = book.nothing_new and not any(said)
        hooks.keep_ticket(self.connection, ticket)
        self._tie(ticket, taken)

    def _look(self) -> None:
        stop = nothing_follows(self.hand.known.source, self.meaning)
        if stop is not None:
            raise _Stop(*stop)

    def _find(self, ticket: Ticket) -> None:
        """The issue of a ticket, also one that people logged with its reference."""
        name = (ticket.system, ticket.ref)
        self.came_to_be_known = ticket.issue_id is None
        if ticket.issue_id is None:
            owner = access.taken_refs(self.connection, [name]).get(name)
            ticket.issue_id = None if owner is None else owner.issue_id
        self.issue_id = ticket.issue_id

    def _fields(self, book: Book) -> dict[str, Any]:
        news: dict[str, Any] = {}
        for wanted in self.meaning.acts:
            if wanted.act == "change":
                news |= book.fields(wanted.given)
        return news

    def _log(self, ticket: Ticket, news: Mapping[str, Any]) -> None:
        logs = [wanted for wanted in self.meaning.acts if wanted.act == "log"]
        given = {name: value for wanted in logs for name, value in wanted.given.items()}
        given |= {name: value for name, value in news.items() if value is not None}
        if not logs or "title" not in given:
            lacks = "has no `title` to log it with" if logs else "logs none"
            why = f"{ticket.ref} is not known yet, and this {lacks}."
            raise _Stop(HookState.WAITING, why, ticket.ref)
        stop = cannot_be_logged(self.meaning)
        if stop is not None:
            raise _Stop(*stop)
        latest = whole_second(self.hand.now)
        instants = Instants(latest - self.hand.desk.backdating, latest)
        ref = {"system": ticket.system, "id": ticket.ref}
        if self.meaning.url is not None:
            ref["url"] = self.meaning.url
        answer = self._ask(first_ask(given, ref, instants))
        ticket.issue_id = self.issue_id = answer.issue_id
        self.logged = True

    def _bring(self, news: StateNews | None) -> None:
        """Step by step to where the ticket is: each is decided by how the issue then stands."""
        if news is None or (self.logged and news.goal is Goal.UNRESOLVED):
            return  # one that has just been logged is where nobody works on it yet
        if stands(facts := self._facts(), news):
            return
        for _ in range(STEPS):
            ask = toward(facts, news, self.hand.now)
            if ask is None:
                return
            self._ask(ask)
            facts = self._facts()

    def _remark(self, ticket: Ticket, wanted: Wanted, taken: set[str]) -> bool:
        """Take a comment once, by its id or its text; one that we wrote ourselves is no news."""
        if wanted.act not in {"inform", "note"}:
            return False
        text = wanted.given["text"]
        name = wanted.given.get("id") or f"sha256:{sha256(text.encode()).hexdigest()}"
        remark = f"said:{name}"
        if remark in taken or self._is_ours(text):
            return False
        taken.add(remark)
        self._take(ticket, remark)
        self._ask(said_ask(wanted))
        return True

    def _is_ours(self, text: str) -> bool:
        mark = MARK.search(text)
        return mark is not None and bool(timeline.aggregates_of(self.connection, [mark[1]]))

    def _tie(self, ticket: Ticket, taken: set[str]) -> None:
        """Ties to other tickets; one that is not known yet is tied once it is."""
        for wanted in self.meaning.acts:
            for to in wanted.given.get("to") or ():
                other = self._issue_called(ticket.system, to)
                if other is None:
                    awaited = Ticket(ticket.system, to)
                    self._take(awaited, f"{_AWAITED}{wanted.given['as']}:{ticket.ref}")
                else:
                    self._tie_one(ticket, wanted.given["as"], (to, other), taken)
        if self.came_to_be_known:
            for remark in sorted(each for each in taken if each.startswith(_AWAITED)):
                as_, _, ref = remark.removeprefix(_AWAITED).partition(":")
                other = self._issue_called(ticket.system, ref)
                if other is not None:
                    self._ask(
                        Link(issue="", reference="", as_=as_), issue=other, other=self.issue_id
                    )
                    self._take(Ticket(ticket.system, ref), f"{_TIED}{as_}:{ticket.ref}")

    def _tie_one(self, ticket: Ticket, as_: str, to: tuple[str, str], taken: set[str]) -> None:
        ref, other = to
        remark = f"{_TIED}{as_}:{ref}"
        if remark not in taken and other != self.issue_id:
            taken.add(remark)
            self._take(ticket, remark)
            self._ask(Link(issue="", reference="", as_=as_), other=other)

    def _issue_called(self, system: str, name: str) -> str | None:
        """The issue of another ticket, or of our own reference; a sealed one is tied to nothing."""
        owner = access.taken_refs(self.connection, [(system, name)]).get((system, name))
        if owner is not None:
            return owner.issue_id if owner.sealed_to is None else None
        found = issues.ids_of_references(self.connection, [name]).get(name)
        return None if found is None or is_sealed(self.connection, found) else found

    def _take(self, ticket: Ticket, remark: str) -> None:
        hooks.keep_remark(self.connection, ticket, remark, self.delivery.id)

    def _facts(self) -> Facts:
        """The issue as it stands within this transaction."""
        issue_id = self.issue_id or ""
        found = issues.load(self.connection, [issue_id], lock=True)[issue_id]
        registry = self.hand.desk.registry
        under = registry.agreement(self.connection, registry.refresh(self.connection), found.issue)
        return Facts(found.issue, found.clocks, under, found.ended)

    def _ask(self, ask: Log | Ask, *, issue: str | None = None, other: str | None = None) -> Answer:
        """Have one command decided and written."""
        desk = self.hand.desk
        job = Job(
            stem=desk.stem(),
            actor=self.hand.known.actor,
            ask=ask,
            issue=None if isinstance(ask, Log) else issue or self.issue_id,
            other=other,
            answers=False,
        )
        [outcome] = desk.within(self.connection, [job])
        if isinstance(outcome, Exception):
            raise outcome
        self.did.append(type(ask).__name__.lower())  # the command's name is the act's
        return outcome

"""From the outbox to the endpoints: events handed on, leased and marked, in short transactions.

Nothing is sent here, and nothing is sent while a transaction is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from escalation.clock import Clock
from escalation.delivery import retry
from escalation.delivery.formats.options import CloudEvents, format_of, sent_again
from escalation.delivery.letter import PER_ENDPOINT, Letter
from escalation.delivery.sender import Sent
from escalation.errors import Broken
from escalation.ids import IdSource
from escalation.services import endpoints as endpoint_acts
from escalation.services import own_headers
from escalation.services.fanning import FanOut
from escalation.services.forms import sent_of
from escalation.services.handing import Handover, Notes
from escalation.services.mail.posting import Posting
from escalation.services.mail.raisers import RaisersPosting
from escalation.services.mail.rules import MailRules
from escalation.services.mail.telling import Telling
from escalation.services.recovery import drained, settle_one
from escalation.services.registry import Registry
from escalation.services.secrets import Vault
from escalation.services.surveys.invitations import Invitations
from escalation.store import deliveries, dialect, endpoints, forgetting, heartbeat, outbox
from escalation.store.deliveries import Attempt, Claimed, DeliveryState, Mark
from escalation.store.endpoints import StoredEndpoint
from escalation.store.heartbeat import Recovery, RecoveryState
from escalation.store.mailing import RAISERS
from escalation.store.transaction import Connection, Engine, read, write

LEASE = timedelta(seconds=60)
"""How long what was claimed belongs to who claimed it; an attempt takes a quarter of it at most."""
AT_ONCE = 500
"""Events handed on in one transaction, and the others of the same issues."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a claimed delivery; nothing was ``sent`` of one that is given back."""

    claimed: Claimed
    started_at: datetime
    sent: Sent | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one lane asks: to mark what is done, and for at most ``limit`` more."""

    endpoint_id: str
    owner: str
    done: Sequence[Done]
    limit: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries of one endpoint, leased as of ``now``."""

    now: datetime
    claimed: Sequence[Claimed]
    url: str
    secrets: tuple[str, ...]
    headers: Mapping[str, str]
    handshake: str | None = None
    rate: int | None = None
    concurrency: int | None = None
    letters: Mapping[str, Letter] = field(default_factory=dict)
    handover: Handover | None = None

    @property
    def at_once(self) -> int:
        """How many requests go to the endpoint at once."""
        return self.concurrency or PER_ENDPOINT

    def letter(self, claimed: Claimed) -> Letter:
        """What is sent: as it was made for a mailbox, or by what goes to every endpoint alike."""
        made = self.letters.get(claimed.id)
        if made is not None:
            return made
        return Letter(
            url=self.url,
            message_id=claimed.message_id,
            requests=sent_of(claimed.body, claimed.requests),
            secrets=self.secrets,
            headers=self.headers,
            missed=claimed.missed,
            repeated=claimed.repeated,
            handshake=self.handshake,
            at_once=self.at_once,
            handing=None if self.handover is None else self.handover.of(claimed),
        )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The database's side of sending, for one process."""

    engine: Engine
    clock: Clock
    ids: IdSource
    vault: Vault
    registry: Registry
    notes: Notes
    mail: MailRules | None = None
    invitations: Invitations | None = None

    def hand_on(self, limit: int = AT_ONCE) -> int:
        """Hand events of the outbox to the endpoints that want them; answers how many events."""
        with read(self.engine) as connection:
            if not outbox.pending_any(connection, named=self.mail is not None):
                return 0
        with write(self.engine) as connection:
            if not outbox.take_turn(connection, outbox.FAN_OUT):
                return 0
            now = dialect.now(connection, self.clock)
            return self._fanning(connection, now).hand_on(heartbeat.current(connection), limit)

    def recover(self) -> int:
        """Move a recovery on by one step, where one goes on; answers whether there was one."""
        with read(self.engine) as connection:
            found = heartbeat.current(connection)
            if found is None or (
                found.state is RecoveryState.OPEN and not drained(connection, found)
            ):
                return 0
        with write(self.engine) as connection:
            if not outbox.take_turn(connection, outbox.FAN_OUT):
                return 0
            now = dialect.now(connection, self.clock)
            found = heartbeat.current(connection, locked=True)
            return 0 if found is None else self._recover(connection, found, now)

    def _recover(self, connection: Connection, recovery: Recovery, now: datetime) -> int:
        if recovery.state is RecoveryState.OPEN:
            # Once the clocks are seen to be drained, all that they caused is seen as well.
            if not drained(connection, recovery):
                return 0
            fanning = self._fanning(connection, now)
            while fanning.hand_on(recovery, AT_ONCE) >= AT_ONCE:
                pass
            heartbeat.settle(connection, recovery.id)
            return 1
        settle_one(connection, self.registry, self.ids, recovery, now)
        return 1

    def _fanning(self, connection: Connection, now: datetime) -> FanOut:
        telling = None
        if self.mail is not None:
            book = None if self.invitations is None else self.invitations.book
            telling = Telling(connection, self.registry, self.ids, now, book)
        return FanOut(connection, self.registry, self.ids, now, telling)

    def forget(self, kept: timedelta, limit: int = AT_ONCE) -> int:
        """Forget a chunk of what ended longer ago than it is kept; answers how much it was."""
        with read(self.engine) as connection:
            before = dialect.now(connection, self.clock) - kept
            if not forgetting.anything_old(connection, before):
                return 0
        with write(self.engine) as connection:
            gone = forgetting.forget_deliveries(connection, before, limit)
            outbox.forget_named(connection, before)
            return max(gone, forgetting.forget_outbox(connection, before, limit))

    def with_work(self, *, mail: bool = False) -> Sequence[str]:
        """Endpoints, or with ``mail`` mailboxes, to which something is due and nobody sends."""
        with read(self.engine) as connection:
            now = dialect.now(connection, self.clock)
            return endpoints.with_work(connection, now, mail=mail)

    def step(self, endpoint_id: str, owner: str, done: Sequence[Done], limit: int) -> Batch | None:
        """One step alone; see ``steps``.

        Raises:
            Broken: the endpoint's secret cannot be opened; what is due stays due.
        """
        [came] = self.steps([Step(endpoint_id, owner, done, limit)])
        if isinstance(came, Broken):
            raise came
        return came

    def steps(self, asked: Sequence[Step]) -> list[Batch | Broken | None]:
        """Mark what is done and lease what comes next, for several endpoints in one transaction.

        None where nothing is due, or another process sends; an error where a secret cannot be
        opened: what is due to that endpoint stays due.
        """
        came: dict[str, Batch | Broken | None] = {}
        if any(step.done for step in asked):
            self.notes.settle()  # what is marked has nothing noted of it any more
        with write(self.engine) as connection:
            now = dialect.now(connection, self.clock)
            for step in sorted(asked, key=lambda step: step.endpoint_id):
                came[step.endpoint_id] = self._step(connection, step, now)
        return [came[step.endpoint_id] for step in asked]

    def _step(self, connection: Connection, step: Step, now: datetime) -> Batch | Broken | None:
        if step.done:
            self._mark(connection, step.endpoint_id, step.done, now)
        came: Batch | Broken | None
        try:
            came = self._lease(connection, step, now)
        except Broken as error:  # what was done before is marked all the same
            came = error
        if not isinstance(came, Batch):
            endpoints.leave_lane(connection, step.endpoint_id, step.owner)
        return came

    def _lease(self, connection: Connection, step: Step, now: datetime) -> Batch | None:
        name = step.endpoint_id
        if step.limit < 1:
            return None
        if not endpoints.take_lane(connection, name, step.owner, now, now + LEASE):
            return None
        endpoint = endpoints.find(connection, name)
        if endpoint is None:
            return None
        if endpoint.is_mailbox:
            return self._mails(connection, endpoint, step.limit, now)
        return self._messages(connection, endpoint, step.limit, now)

    def _messages(
        self, connection: Connection, endpoint: StoredEndpoint, limit: int, now: datetime
    ) -> Batch | None:
        """The next messages of a webhook endpoint."""
        secrets = self._secrets(endpoint, now)
        claimed = deliveries.claim(connection, endpoint.id, now, now + LEASE, limit)
        handover = self._handover(endpoint)
        if handover is not None:
            marks = [mark for each in claimed if (mark := handover.settled(each)) is not None]
            deliveries.finish(connection, endpoint.id, marks, now)
            ended = {mark.claimed.id for mark in marks}
            claimed = [each for each in claimed if each.id not in ended]
        if not claimed:
            return None
        headers = own_headers.opened(endpoint.headers, self.vault)
        return Batch(
            now=now,
            claimed=claimed,
            url=endpoint.url,
            secrets=secrets,
            headers=headers,
            handshake=_origin(endpoint),
            rate=endpoint.rate,
            concurrency=endpoint.concurrency,
            handover=handover,
        )

    def _handover(self, endpoint: StoredEndpoint) -> Handover | None:
        """How messages are handed to an endpoint, where it cannot be asked what it has."""
        again = sent_again(format_of(endpoint.format))
        return None if again is None else Handover(self.notes, LEASE / 2, again)

    def _mails(
        self, connection: Connection, box: StoredEndpoint, limit: int, now: datetime
    ) -> Batch | None:
        """The next mails of a mailbox."""
        rules = self.mail
        if rules is None:
            return None
        known = self.registry.refresh(connection)
        handover = Handover(self.notes, rules.handed_for, rules.again)
        posting = Posting(connection, self.registry, known, rules, box, now, self.invitations)
        if box.recipient == RAISERS:
            if self.invitations is None:
                return None
            posting = RaisersPosting(
                connection, self.registry, known, rules, box, now, self.invitations
            )
        turn = posting.turn(now + LEASE, limit, handover)
        if turn is None:
            return None
        return Batch(now, turn.claimed, box.url, (), {}, letters=turn.letters)

    def _secrets(self, endpoint: StoredEndpoint, now: datetime) -> tuple[str, ...]:
        found = [self.vault.open(endpoint.secret)]
        both = endpoint.old_until is not None and now < endpoint.old_until
        if both and endpoint.old_secret is not None:
            found.append(self.vault.open(endpoint.old_secret))
        return tuple(found)

    def _mark(
        self, connection: Connection, endpoint_id: str, done: Sequence[Done], now: datetime
    ) -> None:
        marks, gone = [], False
        for each in done:
            mark, disable = _mark_of(each, now)
            marks.append(mark)
            gone = gone or disable
        deliveries.finish(connection, endpoint_id, marks, now)
        if gone:
            made = (self.ids.new("evt", now), self.ids.token(16).hex())
            endpoint_acts.gone(connection, endpoint_id, made, now)


def _origin(endpoint: StoredEndpoint) -> str | None:
    """Who asks the receiver to allow us, where it is asked."""
    chosen = format_of(endpoint.format)
    return chosen.origin if isinstance(chosen, CloudEvents) and chosen.handshake else None


def _mark_of(done: Done, now: datetime) -> tuple[Mark, bool]:
    """What a delivery has come to, and whether its endpoint is gone."""
    claimed, sent = done.claimed, done.sent
    if sent is None:
        return Mark(claimed, DeliveryState.WAITING, now, None), False
    result = sent.result
    follows = retry.following(result, claimed.attempts + 1, claimed.id, now)
    tried = Attempt(
        done.started_at,
        sent.milliseconds,
        result.status,
        result.outcome.value,
        result.detail,
        result.answer,
    )
    if follows.done:
        return Mark(claimed, DeliveryState.DELIVERED, None, tried), False
    if follows.wait is None:
        return Mark(claimed, DeliveryState.DEAD, None, tried), False
    return Mark(claimed, DeliveryState.WAITING, now + follows.wait, tried), follows.disable

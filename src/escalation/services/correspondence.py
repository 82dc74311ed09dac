"""Words that pass between us and who said something: by the receipt of it, or to acknowledge it.

They stand on the record of the contact or the feedback. Once that was raised into an issue, the
receipt leads to the issue and words go there.
"""

from dataclasses import dataclass
from datetime import datetime

from escalation.errors import NotFound, Refused
from escalation.services.desk import Desk
from escalation.services.interactions import raised_already
from escalation.services.jobs import Answer
from escalation.services.once import replayed
from escalation.services.reading.correspondence import ACKNOWLEDGED, ANSWERED, WRITTEN
from escalation.services.receipts import RAISER
from escalation.services.views import told
from escalation.store import access, interactions, journal
from escalation.store.access import Kept, Slot
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import Interaction
from escalation.workflow.viewing import EVERYTHING, Viewer

_CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be written, by whom, and the call's idempotency.

    ``viewer`` is who writes, as far as they may see what was said. What ``acknowledges`` feedback
    tells its giver that it arrived: whether they have a receipt or not, and once.
    """

    text: str
    actor: Actor = RAISER
    viewer: Viewer = EVERYTHING
    acknowledges: bool = False
    slot: Slot | None = None
    body_hash: str = ""

    @property
    def kind(self) -> str:
        """What becomes of it on the record."""
        if self.acknowledges:
            return ACKNOWLEDGED
        return WRITTEN if self.actor is RAISER else ANSWERED

    def marks(self, held: Interaction) -> tuple[str, ...]:
        """What of ``held`` it gives an instant; who has a receipt is answered by it too."""
        reads = self.acknowledges and held.receipt is not None
        return (self.kind, ANSWERED) if reads else (self.kind,)


def write(desk: Desk, said: Interaction, letter: Letter) -> Answer:
    """Have words put on the record of what was said, once; 201 without a body.

    Raises:
        NotFound: it has been raised meanwhile into an issue that the viewer may not see.
        Refused: ``no_receipt``, they gave a name and have no receipt to read it by;
            ``raised_already``, words go to the issue; ``acknowledged_already``.
    """
    at = desk.clock.now()
    event_id, salt = desk.ids.new("evt", at), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        before = None if letter.slot is None else access.recall(connection, [letter.slot])
        if before and letter.slot is not None:
            return replayed(before[letter.slot], letter.body_hash)
        held = interactions.find(connection, EVERYTHING, said.family, said.id, lock=True)
        if held is None:
            raise NotFound(f"There is no {said.family.value} {said.reference}.")
        (_check_acknowledged if letter.acknowledges else _check_answered)(connection, held, letter)
        marks = {f"{name}_at": now for name in letter.marks(held)}
        interactions.set_written(connection, said.id, **marks)
        journal.record(
            connection,
            said.id,
            event_id=event_id,
            kind=f"{said.family.value}.{letter.kind}",
            payload={"text": letter.text},
            actor=letter.actor,
            now=now,
            salt=salt,
        )
        if letter.slot is not None:
            kept = Kept(letter.slot, letter.body_hash, _CREATED, {}, b"", now)
            access.remember(connection, [kept])
        return Answer(_CREATED, b"", {}, "")

    written: Answer = desk.do(chore).result()
    return written


def _check_answered(connection: Connection, held: Interaction, letter: Letter) -> None:
    if held.issue_id is not None:
        raise raised_already(connection, held, letter.viewer)
    if held.receipt is None:
        raise Refused(
            f"Who said {held.reference} has no receipt to read an answer by: they gave a name, "
            "or it was recorded before receipts were given. Answer them by what they left.",
            "no_receipt",
        )


def _check_acknowledged(connection: Connection, held: Interaction, letter: Letter) -> None:
    if interactions.find(connection, letter.viewer, held.family, held.id) is None:
        raise NotFound(f"There is no {held.family.value} {held.reference}.")
    if held.acknowledged_at is not None:
        raise Refused(
            f"{held.reference} was acknowledged already, {told(held.acknowledged_at)}.",
            "acknowledged_already",
        )

"""What is over and may be disposed of, what is held, and the disposal itself: rows, one by one.

Of an issue go its words and people: in its row, its stays, its timeline's payloads, what forums
said of it, what was sent of it and what tools sent about it. Contacts, feedback and deliveries of
tools that became no issue go by themselves, and so do limits on conduct that have ended. What
remains says that there was a matter, of what kind, whose, when, and how it moved: without a name or
a sentence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from escalation.routing.retention import Ended
from escalation.store import dialect, models, surveys
from escalation.store.bulk import update_rows
from escalation.store.chain import content_hash

GONE = "Disposed of"
"""What stands where a title was."""
AT_ONCE = 500
_OF_STANDING = ("visits", "seats", "given", "sealing")
"""Whoever could not see it before must not see it after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold on one record or a whole class, for as long as it stands."""

    id: str
    scope: str
    subject: str
    reason: str
    placed_by: str
    placed_at: datetime
    until: datetime | None
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it holds at ``now``."""
        return self.lifted_at is None and (self.until is None or now < self.until)


def ended(connection: Connection, before: datetime) -> Iterator[Ended]:
    """Matters that were over before an instant and have not been disposed of, some at a time."""
    issue, said = models.issue.c, models.interaction.c
    over = (
        select(issue.id, issue.reference, issue.kind, issue.standing, issue.ended_at)
        .where(issue.ended_at < before, _kept(issue.id))
        .order_by(issue.id)
    )
    rows = connection.execute(over, execution_options={"yield_per": AT_ONCE})
    for row in rows:
        sealing = row.standing.get("sealing") or {}
        yield Ended(row[0], row[1], row[2], tuple(sealing.get("sensitive", ())), row[4])
    spoken = (
        select(said.id, said.reference, said.family, said.received_at)
        .where(
            said.received_at < before,
            said.issue_id.is_(None),
            said.about.is_(None),
            _kept(said.id),
        )
        .order_by(said.id)
    )
    for name, reference, family, at in connection.execute(
        spoken, execution_options={"yield_per": AT_ONCE}
    ):
        yield Ended(name, reference, family, (), at)

    hook = models.hook_delivery.c
    sent = (
        select(hook.id, hook.received_at)
        .where(hook.received_at < before, hook.issue_id.is_(None), _kept(hook.id))
        .order_by(hook.id)
    )
    for name, at in connection.execute(sent, execution_options={"yield_per": AT_ONCE}):
        yield Ended(name, name, "delivery", (), at)
    yield from _limits(connection, before)


def _limits(connection: Connection, before: datetime) -> Iterator[Ended]:
    limit = models.conduct_limit.c
    ends = case((limit.ended_at < limit.expires_at, limit.ended_at), else_=limit.expires_at)
    over = select(limit.id, ends).where(ends < before, _kept(limit.id)).order_by(limit.id)
    for name, at in connection.execute(over, execution_options={"yield_per": AT_ONCE}):
        yield Ended(name, name, "conduct_limit", (), at)


def _kept(subject: ColumnElement[str]) -> ColumnElement[bool]:
    gone = models.disposal.c.aggregate
    return ~select(gone).where(gone == subject).exists()


def holds(connection: Connection) -> list[Hold]:
    """Every legal hold there ever was, the oldest first."""
    table = models.legal_hold
    query = select(table).order_by(table.c.placed_at, table.c.id)
    return [Hold(**row) for row in connection.execute(query).mappings()]


def place(connection: Connection, hold: Hold) -> None:
    """Keep a hold."""
    row = {name: getattr(hold, name) for name in Hold.__slots__}
    connection.execute(insert(models.legal_hold), row)


def lift(connection: Connection, hold_id: str, by: str, now: datetime) -> bool:
    """End a hold; answers whether it had not been ended before."""
    table = models.legal_hold
    change = update(table).where(table.c.id == hold_id, table.c.lifted_at.is_(None))
    return connection.execute(change.values(lifted_by=by, lifted_at=now)).rowcount == 1


def named(connection: Connection, name: str) -> str | None:
    """The id of the issue, contact, feedback, delivery or limit of that id or reference."""
    for table in (models.issue, models.interaction):
        query = select(table.c.id).where((table.c.id == name) | (table.c.reference == name))
        found: str | None = connection.scalar(query)
        if found is not None:
            return found
    for table in (models.hook_delivery, models.conduct_limit):
        known: str | None = connection.scalar(select(table.c.id).where(table.c.id == name))
        if known is not None:
            return known
    return None


def dispose(connection: Connection, subject: str, event_id: str) -> Mapping[str, Any] | None:
    """Let go of a matter's words and people; what went, for the record.

    Its chain stays, each entry with the hash of what it held. None where it was done before. On
    PostgreSQL it takes the role that owns the tables.
    """
    event = models.event.c
    last = connection.scalar(select(func.max(event.number)).where(event.aggregate == subject))
    row = {"aggregate": subject, "through": last or 0, "event_id": event_id}
    new = dialect.insert(connection, models.disposal).values(**row).on_conflict_do_nothing()
    if connection.execute(new.returning(models.disposal.c.aggregate)).one_or_none() is None:
        return None
    said = models.interaction.c
    spoken = select(said.id).where((said.issue_id == subject) | (said.about == subject))
    gone: dict[str, Any] = {"entries": _entries(connection, subject), "through": last or 0}
    alongside = {
        each: dispose(connection, each, event_id) for each in connection.scalars(spoken).all()
    }
    gone["alongside"] = {each: told["through"] for each, told in alongside.items() if told}
    _issue(connection, subject)
    _interaction(connection, subject)
    _limit(connection, subject)
    gone["messages"] = _sent(connection, subject)
    _beside(connection, subject)
    return gone


def _entries(connection: Connection, subject: str) -> int:
    event = models.event.c
    query = select(event.id, event.salt, event.payload)
    rows = connection.execute(query.where(event.aggregate == subject, event.disposed.is_(None)))
    gone = [
        {"id": each, "payload": "", "salt": "", "disposed": content_hash(salt, payload)}
        for each, salt, payload in rows
    ]
    update_rows(connection, models.event, ("id",), gone)
    return len(gone)


def _issue(connection: Connection, subject: str) -> None:
    table, stay = models.issue, models.stay
    row = connection.execute(
        select(table.c.said, table.c.standing).where(table.c.id == subject)
    ).one_or_none()
    if row is None:
        return
    words = {"title": GONE, "description": "", "severity_reason": ""}
    raiser = {"type": (row.said["raiser"] or {}).get("type")}
    said = {**_emptied(row.said, ()), "raiser": raiser}
    kept = {"said": said, "standing": _emptied(row.standing, _OF_STANDING)}
    connection.execute(update(table).where(table.c.id == subject).values(**words, **kept))
    connection.execute(update(stay).where(stay.c.issue_id == subject).values(title=GONE))


def _interaction(connection: Connection, subject: str) -> None:
    table = models.interaction
    raiser = connection.scalar(select(table.c.raiser).where(table.c.id == subject))
    if raiser is not None:
        kept: dict[str, Any] = {"text": GONE, "raiser": {"type": raiser.get("type")}}
        kept |= {"survey": None, "quote": None}
        kept["receipt"] = None
        connection.execute(update(table).where(table.c.id == subject).values(**kept))
        surveys.forget_respondent(connection, subject)


def _limit(connection: Connection, subject: str) -> None:
    table = models.conduct_limit
    query = select(table.c.limits, table.c.reviews).where(table.c.id == subject)
    row = connection.execute(query).one_or_none()
    if row is not None:
        kinds = [{"kind": each["kind"]} for each in row.limits]
        seen = [{"at": each["at"], "outcome": each["outcome"]} for each in row.reviews]
        kept = {"raiser": {}, "limits": kinds, "reviews": seen}
        words = dict.fromkeys(("reason", "approved_by", "recorded_by"), GONE)
        connection.execute(update(table).where(table.c.id == subject).values(**kept, **words))


def _emptied(kept: Mapping[str, Any], but: tuple[str, ...]) -> dict[str, Any]:
    """The same members, empty ones in the place of all ``but`` some."""
    empty: dict[type, Any] = {list: [], dict: None, str: None}
    return {
        name: value if name in but else empty.get(type(value), value)
        for name, value in kept.items()
    }


def _sent(connection: Connection, subject: str) -> int:
    """What went out about it, and what waits to: it is not sent any more."""
    delivery, attempt = models.delivery, models.delivery_attempt
    own = select(models.event.c.id).where(models.event.c.aggregate == subject)
    ours = select(delivery.c.id).where(delivery.c.aggregate == subject)
    for beside in (attempt, models.rendering):
        connection.execute(delete(beside).where(beside.c.delivery_id.in_(ours)))
    connection.execute(delete(delivery).where(delivery.c.aggregate == subject))
    for waits in (models.outbox, models.named_outbox):
        connection.execute(delete(waits).where(waits.c.aggregate == subject))
    message = models.message
    return connection.execute(delete(message).where(message.c.id.in_(own))).rowcount


def _beside(connection: Connection, subject: str) -> None:
    """What forums said of it, what tools sent about it, and the ways that lead to it."""
    decision, action = models.decision, models.action
    decided = select(decision.c.id).where(decision.c.subject == subject)
    connection.execute(update(action).where(action.c.decision_id.in_(decided)).values(text=GONE))
    connection.execute(
        update(decision)
        .where(decision.c.subject == subject)
        .values(text=GONE, reasons=None, conditions=None, title=None)
    )
    item, hook = models.agenda_item, models.hook_delivery
    connection.execute(update(item).where(item.c.subject == subject).values(sought=None))
    empty: dict[str, Any] = {"body": b"", "headers": {}, "faults": [], "did": [], "reason": None}
    about = (hook.c.issue_id == subject) | (hook.c.id == subject)
    told = select(hook.c.ref).where(hook.c.id == subject)
    connection.execute(update(hook).where(about).values(**empty))
    ticket = models.hook_ticket
    its = (ticket.c.issue_id == subject) | (ticket.c.issue_id.is_(None) & ticket.c.ref.in_(told))
    connection.execute(update(ticket).where(its).values(told={}))
    for table in (models.external_ref, models.receipt, models.learning):
        connection.execute(delete(table).where(table.c.issue_id == subject))

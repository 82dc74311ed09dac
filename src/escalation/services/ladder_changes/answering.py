"""Answering a change of the ladder file: by an agreement's parties, or by a forum's decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from escalation.clock import whole_second
from escalation.errors import (
    Fault,
    Invalid,
    NotFound,
    Refused,
)
from escalation.routing.approval import Need
from escalation.routing.vocabulary import Side
from escalation.services.bodies import directory_of
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.ladder_changes.telling import (
    Entry,
    answer,
    missing,
    named,
    needs_in,
    view,
)
from escalation.services.once import NOBODY, Call
from escalation.services.registry import Known
from escalation.services.versions import check_seen
from escalation.services.views import told
from escalation.store import agendas, ladder_changes
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor
from escalation.workflow.meetings.plan import Made
from escalation.workflow.states import Effect

By = tuple[Actor, datetime]
"""Who does something, and when."""
Row = dict[str, Any]


class ChangeAct(StrEnum):
    """What is done to a change, spelt as in the REST path."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


_VERDICT = {ChangeAct.APPROVE: "approved", ChangeAct.DECLINE: "declined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One act on a change; ``seat`` and ``agreement`` say for whom, where a person does not."""

    change: str
    act: ChangeAct
    actor: Actor
    note: str | None = None
    seat: Side | None = None
    agreement: str | None = None
    if_match: int | None = None
    needs_match: bool = False
    call: Call = NOBODY


def act(desk: Desk, ask: Ask) -> Answer:
    """Approve or decline a change for a party of an agreement, or take it back.

    Raises:
        NotFound: there is no such change.
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: it has moved on.
        Invalid: it does not say for whom.
        Refused: ``change_settled``, ``not_your_approval``, ``approved_already``.
    """
    entry = Entry.new(desk)

    def chore(connection: Connection, now: datetime) -> Answer:
        known = desk.registry.refresh(connection)
        before = ask.call.answered(connection, known, now)
        if before is not None:
            return before
        row = ladder_changes.one(connection, ask.change, lock=True)
        if row is None:
            raise NotFound(f"There is no ladder change {ask.change}.")
        if not entry.made(connection):
            check_seen(
                "change",
                ask.if_match,
                row["version"],
                partial(view, row),
                needs=ask.needs_match,
            )
            _check_open(ask, row)
            if ask.act is ChangeAct.WITHDRAW:
                _withdraw(connection, row, ask, entry, now)
            else:
                given = [_given(need, ask, now) for need in _theirs(known, ask, row, now)]
                _settle(connection, row, given, entry, (ask.actor, now))
        stored = ladder_changes.one(connection, ask.change) or {}
        return ask.call.keep(connection, answer(stored, 200), now)

    done: Answer = desk.do(chore).result()
    return done


def _check_open(ask: Ask, row: Row) -> None:
    open_to = {ladder_changes.OPEN}
    if ask.act is ChangeAct.WITHDRAW:
        open_to.add(ladder_changes.APPROVED)
    if row["status"] not in open_to:
        raise Refused(f"The change is {row['status']} already.", "change_settled")


def _withdraw(connection: Connection, row: Row, ask: Ask, entry: Entry, now: datetime) -> None:
    ladder_changes.change(connection, row["id"], {"status": "withdrawn", "settled_at": now})
    agendas.take_off(connection, row["id"], "the change was withdrawn", whole_second(now))
    payload = {**named(row), "needs": row["needs"], **({"note": ask.note} if ask.note else {})}
    entry.write(connection, "withdrawn", payload, (ask.actor, now))


def _given(need: Need, ask: Ask, now: datetime) -> dict[str, Any]:
    return {
        "answer": _VERDICT[ask.act],
        "forum": None,
        "seat": need.seat,
        "party": need.party,
        "agreements": list(need.agreements),
        "person": ask.actor.person,
        "by": ask.actor.name,
        "at": told(whole_second(now)),
        "note": ask.note,
        "decision": None,
        "meeting": None,
    }


def _theirs(known: Known, ask: Ask, row: Row, now: datetime) -> list[Need]:
    """The approvals that who acts may give or refuse.

    Raises:
        Invalid: nobody in particular acts, and it is not said for which party.
        Refused: none of them is theirs, or they have given it.
    """
    needs = [
        need
        for need in needs_in(row)
        if need.seat is not None
        and ask.seat in {None, need.seat}
        and (ask.agreement is None or ask.agreement in need.agreements)
    ]
    if ask.actor.bound:
        directory = directory_of(known)
        needs = [n for n in needs if n.signatory(directory, now) == ask.actor.person]
    elif len({(need.seat, need.party) for need in needs}) > 1:
        fault = Fault("missing", "say for which party: `seat`, and `agreement`", pointer="/seat")
        raise Invalid("It is not said for whom it is answered.", errors=[fault])
    if not needs:
        whose = "; ".join(need.words for need in needs_in(row))
        raise Refused(f"It is for others to approve: {whose}.", "not_your_approval")
    left = [need for need in needs if not need.met_by(row["answers"])]
    if not left:
        raise Refused("It has this approval already.", "approved_already")
    return left


def decided(connection: Connection, made: Made, entry: Entry, by: By) -> None:
    """A forum has decided on a change: resolved it is approved, returned it is declined."""
    decision = made.decision
    row = ladder_changes.one(connection, made.item.subject, lock=True)
    if row is None or row["status"] != ladder_changes.OPEN or decision.effect == Effect.KEEP:
        return
    need = next((need for need in needs_in(row) if need.forum == decision.forum), None)
    if need is None:
        return  # it was put before a forum that is not asked
    given = {
        "answer": "approved" if decision.effect == Effect.RESOLVE else "declined",
        "forum": decision.forum,
        "seat": None,
        "party": None,
        "agreements": list(need.agreements),
        "person": None,
        "by": by[0].name,
        "at": told(decision.decided_at),
        "note": decision.text,
        "decision": decision.number or decision.id,
        "meeting": decision.meeting,
    }
    _settle(connection, row, [given], entry, by)


def _settle(
    connection: Connection, row: Row, given: Sequence[Mapping[str, Any]], entry: Entry, by: By
) -> None:
    """Keep what was answered; the last approval settles it, and so does the first refusal."""
    answered = {**row, "answers": [*row["answers"], *given]}
    verdict, left = given[0]["answer"], missing(answered)
    values: dict[str, Any] = {"answers": answered["answers"]}
    if verdict == "declined" or not left:
        values |= {"status": verdict, "settled_at": by[1]}
    ladder_changes.change(connection, row["id"], values)
    if verdict == "declined":
        agendas.take_off(connection, row["id"], "the change was declined", whole_second(by[1]))
    payload = {**named(row), "needs": row["needs"], "answers": list(given), "left": left}
    entry.write(connection, verdict, payload, by)

"""What is done to an action that a forum decided on: whether it is done, and what it serves."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from escalation.errors import (
    Fault,
    Invalid,
    NotFound,
    Refused,
)
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.once import NOBODY, Call
from escalation.services.reading.actions import view
from escalation.services.versions import check_seen
from escalation.store import actions, journal, themes, timeline
from escalation.store.transaction import Connection
from escalation.store.viewing import is_sealed
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import EVERYTHING, Viewer


class ActionAct(StrEnum):
    """What is done to an action, spelt as in the REST path."""

    DONE = "done"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One act on an action; ``note`` says how it was done, or why it is open again."""

    action: str
    act: ActionAct
    note: str | None
    actor: Actor
    if_match: int | None = None
    needs_match: bool = False
    call: Call = NOBODY
    viewer: Viewer = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to change of an action: its ``kind``, ``plan`` or ``theme``, and no more."""

    action: str
    changes: Mapping[str, Any]
    actor: Actor
    if_match: int | None = None
    needs_match: bool = False
    call: Call = NOBODY
    viewer: Viewer = EVERYTHING


def act(desk: Desk, ask: Ask) -> Answer:
    """Mark an action as done, or open it again, on its meeting's record.

    Raises:
        NotFound: there is no such action.
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: it has moved on.
        Refused: ``action_done`` or ``action_open``: it is so already.
    """

    def work(connection: Connection, found: Mapping[str, Any], now: datetime) -> _Done:
        done = found["done_at"] is not None
        if done is (ask.act is ActionAct.DONE):
            state = "done" if done else "open"
            raise Refused(f"The action is {state} already.", f"action_{state}")
        changes = _changes(ask, now)
        actions.change(connection, ask.action, changes)
        payload = {"text": found["text"], "owner": found["owner"]}
        payload |= {"note": ask.note} if ask.note else {}
        return f"action.{ask.act.value.replace('reopen', 'reopened')}", payload, changes

    return _on_record(desk, ask, work)


def change(desk: Desk, ask: Change) -> Answer:
    """Say of what kind an action is, of which plan, or which theme it serves from now on.

    Raises:
        NotFound: there is no such action.
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: it has moved on.
        Invalid: there is no such theme.
        Refused: ``sealed_matter``: a theme would tell of it.
    """
    link_id = desk.ids.new("tha", desk.clock.now())

    def work(connection: Connection, found: Mapping[str, Any], now: datetime) -> _Done:
        kept = {name: value for name, value in ask.changes.items() if name != "theme"}
        actions.change(connection, ask.action, kept)
        if "theme" in ask.changes:
            theme_id = _theme(connection, ask.changes["theme"], found)
            themes.link(connection, link_id, ask.action, theme_id, now)
        return "action.changed", {"changes": dict(ask.changes)}, ask.changes

    return _on_record(desk, ask, work)


def _theme(connection: Connection, code: str | None, found: Mapping[str, Any]) -> str | None:
    """The id of the theme that an action is to serve."""
    if code is None:
        return None
    if is_sealed(connection, found["subject"]):
        raise Refused("What was decided on a sealed matter serves no theme.", "sealed_matter")
    theme = themes.find(connection, code)
    if theme is None:
        known = f"found `{code}`, which the register of themes does not have"
        raise Invalid("Nothing was changed.", errors=[Fault("unknown", known, pointer="/theme")])
    return theme.id


_Done = tuple[str, Mapping[str, Any], Mapping[str, Any]]
"""What was done to an action: the kind of its entry, what that tells, and the new values."""
_Work = Callable[[Connection, Mapping[str, Any], datetime], _Done]


def _on_record(desk: Desk, ask: Ask | Change, work: _Work) -> Answer:
    """Do the work and put it on the record of the action's meeting, in one transaction."""
    made = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        before = ask.call.answered(connection, desk.registry.refresh(connection), now)
        if before is not None:
            return before
        row = actions.one(connection, ask.viewer, ask.action, lock=True)
        if row is None:
            raise NotFound(f"There is no action {ask.action}.")
        found = row._asdict()
        if not timeline.aggregates_of(connection, [made[0]]):
            check_seen(
                "action",
                ask.if_match,
                found["version"],
                partial(view, found),
                needs=ask.needs_match,
            )
            kind, payload, changes = work(connection, found, now)
            found |= {**changes, "version": found["version"] + 1}
            journal.record(
                connection,
                found["meeting_id"],
                event_id=made[0],
                kind=kind,
                payload={"action": ask.action, **payload},
                actor=ask.actor,
                now=now,
                salt=made[1],
            )
        body = json.dumps(view(found), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"ETag": f'"{found["version"]}"'}
        return ask.call.keep(connection, Answer(200, body, headers, ask.action), now)

    answer: Answer = desk.do(chore).result()
    return answer


def _changes(ask: Ask, now: datetime) -> dict[str, Any]:
    if ask.act is ActionAct.DONE:
        return {"done_at": now, "done_by": ask.actor.name, "remark": ask.note}
    return {"done_at": None, "done_by": None, "remark": ask.note}

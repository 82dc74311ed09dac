"""The action register: what forums have asked of people."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, exports, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH_OF_ACTION,
    JSON,
    READS,
    Operation,
)
from escalation.api.schemas.actions import (
    ActionBody,
    ActionList,
    ActionQuery,
    ActionView,
    ChangeAction,
)
from escalation.digests.selection import told
from escalation.reports.register_page import actions_page
from escalation.services import actions
from escalation.services.actions import ActionAct
from escalation.services.reading import actions as reading
from escalation.services.reading.registers import whole

ActionName = Annotated[str, Path(description="The action's id.")]


def list_actions(asked: Ask, query: Annotated[ActionQuery, Query()]) -> Response:
    """The register, what is due first first; what has no date comes last.

    As CSV or a workbook, by ``Accept``, it comes whole and not page by page.
    """
    question = query.question(asked)
    with asked.means.reader.look(asked.caller) as look:
        if kind := exports.wanted(asked):
            at = told(look.now)
            page = actions_page(whole(look, reading.page, question), at)
            return exports.file(kind, page, at, "Register", "actions")
        return paging.answer(asked, reading.page(look, question))


def get_action(asked: Ask, action: ActionName) -> Response:
    """One action."""
    with asked.means.reader.look(asked.caller) as look:
        found = reading.one(look, action)
    return paging.single(found, etag=str(found["version"]))


def change_action(asked: Ask, action: ActionName) -> Response:
    """Say what an action changes, of which plan it is part, and which theme it serves."""
    with asked.means.reader.look(asked.caller) as look:
        reading.one(look, action)
    sent = asking.read(asked, ChangeAction)
    ask = actions.Change(
        action=action,
        changes=sent.changes,
        actor=asked.caller.actor,
        if_match=headers.if_match(asked),
        needs_match=not headers.any_version(asked),
        call=asking.call_of(asked),
        viewer=asked.caller.viewer,
    )
    return asking.told(actions.change(asked.means.container.desk, ask))


def _endpoint(act: ActionAct) -> Callable[[Asked, str], Awaitable[Response]]:
    async def acted(asked: Ask, action: ActionName) -> Response:
        sent = asking.read(asked, ActionBody, may_be_empty=True)
        ask = actions.Ask(
            action=action,
            act=act,
            note=sent.note,
            actor=asked.caller.actor,
            if_match=headers.if_match(asked),
            needs_match=not headers.any_version(asked),
            call=asking.call_of(asked),
            viewer=asked.caller.viewer,
        )
        desk = asked.means.container.desk
        return asking.told(await run_in_threadpool(actions.act, desk, ask))

    acted.__doc__ = _SAYS[act]
    return acted


_SAYS = {ActionAct.DONE: "Say that an action is done.", ActionAct.REOPEN: "Open an action again."}

OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/actions",
        name="list_actions",
        tag="forums",
        summary="List actions",
        endpoint=list_actions,
        answer=ActionList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/actions/{action}",
        name="get_action",
        tag="forums",
        summary="Read an action",
        endpoint=get_action,
        answer=ActionView,
        refusals=FINDS,
    ),
    Operation(
        method="PATCH",
        path="/v1/actions/{action}",
        name="change_action",
        tag="forums",
        summary="Change what an action serves",
        endpoint=change_action,
        answer=ActionView,
        takes={JSON: ChangeAction},
        headers=(IF_MATCH_OF_ACTION, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    ),
    *(
        Operation(
            method="POST",
            path=f"/v1/actions/{{action}}/acts/{act}",
            name=f"{'do' if act is ActionAct.DONE else 'reopen'}_action",
            tag="forums",
            summary=_SAYS[act].rstrip("."),
            endpoint=_endpoint(act),
            direct=True,
            answer=ActionView,
            takes={JSON: ActionBody},
            body_required=False,
            headers=(IF_MATCH_OF_ACTION, IDEMPOTENCY_KEY),
            refusals=CHANGES,
        )
        for act in ActionAct
    ),
)

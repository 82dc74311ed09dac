"""Changes of the ladder file: proposed, answered, and read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH_OF_CHANGE,
    JSON,
    READS,
    WRITES,
    Operation,
)
from escalation.api.schemas.ladder_changes import (
    AnswerChange,
    ChangeList,
    ChangeQuery,
    ChangeText,
    ChangeView,
    ProposeChange,
    WithdrawChange,
)
from escalation.services.ladder_changes import answering
from escalation.services.ladder_changes.answering import ChangeAct
from escalation.services.ladder_changes.proposing import Proposal, propose
from escalation.services.reading import ladder_changes

ChangeName = Annotated[str, Path(description="The change's id.")]
_SAYS = {
    ChangeAct.APPROVE: "Approve a ladder change",
    ChangeAct.DECLINE: "Decline a ladder change",
    ChangeAct.WITHDRAW: "Withdraw a ladder change",
}
_BODIES: Mapping[ChangeAct, type[WithdrawChange]] = {
    ChangeAct.APPROVE: AnswerChange,
    ChangeAct.DECLINE: AnswerChange,
    ChangeAct.WITHDRAW: WithdrawChange,
}


def propose_ladder_change(asked: Ask) -> Response:
    """Put a ladder file before those whose approval it needs; a file that needs none has it."""
    asked.means.doorkeeper.confirmed(asked.caller)
    sent = asking.read(asked, ProposeChange)
    proposal = Proposal(
        source=sent.text,
        name=sent.name,
        reason=sent.reason,
        actor=asked.caller.actor,
        call=asking.call_of(asked),
    )
    return asking.told(propose(asked.means.container.desk, proposal))


def list_ladder_changes(asked: Ask, query: Annotated[ChangeQuery, Query()]) -> Response:
    """Changes, the newest first."""
    scope = query.status or ""
    after = paging.instant_of(asked, query.cursor, scope)
    with asked.means.reader.look(asked.caller) as look:
        page = ladder_changes.page(look, status=query.status, after=after, limit=query.limit)
    return paging.answer(asked, page, scope=scope)


def get_ladder_change(asked: Ask, change: ChangeName) -> Response:
    """One change with its text."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladder_changes.one(look, change)
    return paging.single(found, etag=str(found["version"]))


def _endpoint(act: ChangeAct) -> Callable[[Asked, str], Awaitable[Response]]:
    async def acted(asked: Ask, change: ChangeName) -> Response:
        sent = asking.read(asked, _BODIES[act], may_be_empty=True)
        whose = sent if isinstance(sent, AnswerChange) else AnswerChange()
        ask = answering.Ask(
            change=change,
            act=act,
            actor=asked.caller.actor,
            note=sent.note,
            seat=whose.seat,
            agreement=whose.agreement,
            if_match=headers.if_match(asked),
            needs_match=not headers.any_version(asked),
            call=asking.call_of(asked),
        )
        desk = asked.means.container.desk
        return asking.told(await run_in_threadpool(answering.act, desk, ask))

    acted.__doc__ = f"{_SAYS[act]}."
    return acted


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/ladder-changes",
        name="propose_ladder_change",
        tag="ladders",
        summary="Propose a ladder change",
        endpoint=propose_ladder_change,
        status=201,
        answer=ChangeView,
        takes={JSON: ProposeChange},
        headers=(IDEMPOTENCY_KEY,),
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/ladder-changes",
        name="list_ladder_changes",
        tag="ladders",
        summary="List ladder changes",
        endpoint=list_ladder_changes,
        answer=ChangeList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/ladder-changes/{change}",
        name="get_ladder_change",
        tag="ladders",
        summary="Read a ladder change",
        endpoint=get_ladder_change,
        answer=ChangeText,
        refusals=FINDS,
    ),
    *(
        Operation(
            method="POST",
            path=f"/v1/ladder-changes/{{change}}/acts/{act}",
            name=f"{act}_ladder_change",
            tag="ladders",
            summary=_SAYS[act],
            endpoint=_endpoint(act),
            direct=True,
            answer=ChangeView,
            takes={JSON: body},
            body_required=False,
            headers=(IF_MATCH_OF_CHANGE, IDEMPOTENCY_KEY),
            refusals=CHANGES,
        )
        for act, body in _BODIES.items()
    ),
)

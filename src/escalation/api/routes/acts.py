"""Acts on an issue, each at a path of its own."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import Response

from escalation.api import asking
from escalation.api.deps import Ask, Asked
from escalation.api.operations import CHANGES, IDEMPOTENCY_KEY, IF_MATCH, JSON, Operation
from escalation.api.routes.issues import IssueName
from escalation.api.schemas.act import ActBody
from escalation.api.schemas.acts import BODIES
from escalation.api.schemas.answers import IssueView
from escalation.errors import NotFound
from escalation.routing.wording import not_among
from escalation.workflow.commands import Do
from escalation.workflow.states import Act

_SUMMARIES = {
    Act.ACKNOWLEDGE: "Acknowledge",
    Act.INFORM: "Inform the raiser",
    Act.CONTACT: "Record an interaction",
    Act.NOTE: "Note something",
    Act.HOLD: "Put on hold",
    Act.RESUME: "Resume from a hold",
    Act.ESCALATE: "Escalate to the next rung",
    Act.SKIP: "Skip to a higher rung",
    Act.REFER_BACK: "Refer back to a lower rung",
    Act.REPORT_UP: "Report up to a higher forum",
    Act.SEEK_ADVICE: "Seek advice",
    Act.GIVE_ADVICE: "Give advice",
    Act.REASSIGN: "Give a seat to another person",
    Act.RECUSE: "Recuse a holder",
    Act.RECLASSIFY: "Reclassify",
    Act.LINK: "Link to another issue",
    Act.UNLINK: "Undo a link to another issue",
    Act.MERGE: "Merge into another issue",
    Act.PROPOSE: "Propose an outcome",
    Act.AGREE: "Agree to a proposal",
    Act.DISSENT: "Dissent from a proposal",
    Act.RESOLVE: "Resolve",
    Act.DISPUTE: "Dispute the outcome",
    Act.REOPEN: "Reopen",
    Act.WITHDRAW: "Withdraw",
    Act.CLOSE: "Close",
    Act.NAME: "Name a person who may see a sealed issue",
    Act.UNNAME: "Name a person no longer",
    Act.REFER: "Refer a sealed matter to another body",
    Act.RECORD_REFERRAL: "Record what a referral came to",
}


def _endpoint(act: Act) -> Callable[..., Any]:
    """The endpoint of one act."""
    model = BODIES[act]
    optional = not any(field.is_required() for field in model.model_fields.values())

    async def do(asked: Ask, issue: IssueName) -> Response:
        make = partial(_asked_of, asked, model, may_be_empty=optional)
        return await asking.changed(asked, issue, make, needs_match=model.needs_match)

    do.__doc__ = model.__doc__
    return do


def _asked_of(asked: Asked, model: type[ActBody], *, may_be_empty: bool) -> tuple[Do, str | None]:
    """What the body asks of the desk, and the other issue that it names."""
    sent = asking.read(asked, model, may_be_empty=may_be_empty)
    return sent.command(), sent.other


async def act_unknown(asked: Ask, issue: IssueName, act: str) -> Response:  # noqa: ARG001 - the path has it
    """No act of that name."""
    raise NotFound(f"There is no act of that name: {not_among(act, [each.value for each in Act])}.")


def _operation(act: Act) -> Operation:
    model = BODIES[act]
    optional = not any(field.is_required() for field in model.model_fields.values())
    return Operation(
        method="POST",
        path=f"/v1/issues/{{issue}}/acts/{act.value}",
        name=f"{act.value.replace('-', '_')}_issue",
        tag="acts",
        summary=_SUMMARIES[act],
        endpoint=_endpoint(act),
        direct=True,
        answer=IssueView,
        takes={JSON: model},
        body_required=not optional,
        headers=(IF_MATCH, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    )


OPERATIONS = (
    *(_operation(act) for act in Act),
    Operation(
        method="POST",
        path="/v1/issues/{issue}/acts/{act}",
        name="act_unknown",
        tag="acts",
        summary="An act that there is not",
        endpoint=act_unknown,
        direct=True,
        refusals=CHANGES,
        hidden=True,
    ),
)

"""Mail: how people want it, what was sent to them, and a test."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, JSON, READS, WRITES, Operation
from escalation.api.schemas.mail import (
    ChangeMailbox,
    MailboxList,
    MailboxView,
    MailList,
    MailQuery,
)
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.webhooks import DeliveryView
from escalation.bootstrap import Container
from escalation.errors import Forbidden
from escalation.services import deliveries
from escalation.services.mail import mailboxes
from escalation.services.roles import Permission

Person = Annotated[str, Path(description="The person's id in the directory.")]
_ACCEPTED = 202


def list_mailboxes(asked: Ask, query: Annotated[PageQuery, Query()]) -> Response:
    """The mailboxes that there are: of who was sent something, or has said how they want it."""
    at = paging.position_of(asked, query.cursor, (str,))
    desk = _confirmed(asked).desk
    page = mailboxes.page(desk, after=None if at is None else at[1], limit=query.limit)
    return paging.answer(asked, page)


def get_mailbox(asked: Ask, person: Person) -> Response:
    """How somebody has their mail: for themselves, and for who manages it."""
    return paging.single(mailboxes.one(_own(asked, person).desk, person))


def change_mailbox(asked: Ask, person: Person) -> Response:
    """Change how somebody has their mail: they themselves, or who manages it."""
    inside = _own(asked, person)
    sent = asking.read(asked, ChangeMailbox)
    wishes = {name: getattr(sent, name) for name in sent.model_fields_set - {"enabled"}}
    found = mailboxes.change(
        inside.desk, person, wishes, enabled=sent.enabled, actor=asked.caller.actor
    )
    return paging.single(found)


def test_mailbox(asked: Ask, person: Person) -> Response:
    """Have a mail sent to somebody that says only that mail arrives; the log goes on about it."""
    inside = _confirmed(asked)
    mailboxes.require_mail(inside.mail_rules)
    _, delivery = mailboxes.test(inside.desk, person)
    response = paging.single(deliveries.one(inside.desk, delivery, inside.deliveries_kept))
    response.status_code = _ACCEPTED
    return response


def list_mails(asked: Ask, query: Annotated[MailQuery, Query()]) -> Response:
    """What was mailed and what became of it, the latest first."""
    at = paging.position_of(asked, query.cursor, (str,))
    page = mailboxes.log(
        _confirmed(asked).desk,
        query.person,
        state=query.state,
        before=None if at is None else at[1],
        limit=query.limit,
    )
    return paging.answer(asked, page)


def _own(asked: Asked, person: str) -> Container:
    """What is inside, for whose mailbox it is and for who manages all."""
    inside = _confirmed(asked)
    if asked.caller.viewer.person != person and not asked.caller.may(Permission.MANAGE_WEBHOOKS):
        raise Forbidden(
            "A mailbox is for whose it is, by a key that names them, and for who has"
            f" `{Permission.MANAGE_WEBHOOKS}`."
        )
    return inside


def _confirmed(asked: Asked) -> Container:
    asked.means.doorkeeper.confirmed(asked.caller)
    return asked.means.container


_ONE = "/v1/mailboxes/{person}"
OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/mailboxes",
        name="list_mailboxes",
        tag="mail",
        summary="List mailboxes",
        endpoint=list_mailboxes,
        answer=MailboxList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get_mailbox",
        tag="mail",
        summary="Read how somebody has their mail",
        endpoint=get_mailbox,
        answer=MailboxView,
        refusals=FINDS,
    ),
    Operation(
        method="PATCH",
        path=_ONE,
        name="change_mailbox",
        tag="mail",
        summary="Change how somebody has their mail",
        endpoint=change_mailbox,
        answer=MailboxView,
        takes={JSON: ChangeMailbox},
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/test",
        name="test_mailbox",
        tag="mail",
        summary="Send somebody a test mail",
        endpoint=test_mailbox,
        status=_ACCEPTED,
        answer=DeliveryView,
        refusals=(*FINDS, 408, 409, 413, 422),
    ),
    Operation(
        method="GET",
        path="/v1/mails",
        name="list_mails",
        tag="mail",
        summary="List what was mailed",
        endpoint=list_mails,
        answer=MailList,
        refusals=FINDS,
    ),
)

"""Mailboxes: how people want their mail, what was sent to them, and a test that some arrives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from escalation.delivery import payloads
from escalation.delivery.mail.addresses import address
from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.routing.directory import Directory
from escalation.routing.wording import not_among
from escalation.services import endpoints as endpoint_acts
from escalation.services import framework
from escalation.services.deliveries import delivery_views
from escalation.services.desk import Desk
from escalation.services.mail.mailing import Mailing, Mode
from escalation.services.mail.rules import MailRules
from escalation.services.pages import Page, page_of
from escalation.store import deliveries, delivery_log, endpoints, mailing
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.endpoints import EndpointState, StoredEndpoint
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

View = dict[str, Any]


def one(desk: Desk, person: str) -> View:
    """How somebody has their mail, and how it goes.

    Raises:
        NotFound: there is nobody of that id in the directory.
    """
    directory = _directory(desk)
    _check(directory, person)
    with read(desk.engine) as connection:
        found = endpoints.find(connection, mailing.mailbox_id(person))
        counts = delivery_log.counts(connection, mailing.mailbox_id(person))
    return _view(directory, person, found, counts)


def page(desk: Desk, *, after: str | None = None, limit: int = 50) -> Page:
    """The mailboxes that something was sent to, or whose owner has said how they want it."""
    directory = _directory(desk)
    with read(desk.engine) as connection:
        found = mailing.page(connection, after=after, limit=limit + 1)
        boxes = [endpoints.find(connection, each.id) for each in found[:limit]]
        views = [
            _view(directory, box.recipient or "", box, delivery_log.counts(connection, box.id))
            for box in boxes
            if box is not None
        ]
    last = found[limit - 1].recipient if len(found) > limit else None
    return Page(views, limit, None if last is None else (last, last))


def change(
    desk: Desk, person: str, wishes: Mapping[str, Any], *, enabled: bool | None, actor: Actor
) -> View:
    """Change how somebody has their mail; what is not named stays as it is.

    Raises:
        NotFound: there is nobody of that id in the directory.
        Invalid: a value will not do; nothing was changed.
    """
    directory = _directory(desk)
    _check(directory, person)
    name = mailing.mailbox_id(person)

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        mailing.ensure(connection, [person], now)
        before = endpoints.find(connection, name, locked=True)
        if before is None:
            raise AssertionError(f"{name} was made just now")
        after = changed(Mailing.of(before.mailing), wishes)
        _check_calendar(desk, after)
        if enabled is not None:
            state = EndpointState.ENABLED if enabled else EndpointState.DISABLED
            values = {"state": state.value, "state_reason": None if enabled else "by hand"}
            endpoints.change(connection, name, values)
        keep(connection, name, after, now)
        found = endpoints.find(connection, name)
        return before if found is None else found

    about = sorted([*wishes, *([] if enabled is None else ["enabled"])])
    endpoint_acts.recorded(desk, "mailbox.changed", actor, name, work, person=person, changed=about)
    return one(desk, person)


def keep(connection: Connection, mailbox: str, wants: Mailing, now: datetime) -> None:
    """Have mail come to a mailbox so from now on."""
    endpoints.change(connection, mailbox, {"mailing": wants.kept()})
    if wants.mode is not Mode.DIGEST:  # what it put off may come now
        mailing.bring_forward(connection, mailbox, now)


def changed(before: Mailing, wishes: Mapping[str, Any]) -> Mailing:
    """How mail is wanted after a change.

    Raises:
        Invalid: a value will not do.
    """
    try:
        return Mailing.model_validate({**before.model_dump(), **wishes})
    except ValueError as error:
        wrong = error.errors() if hasattr(error, "errors") else []
        faults = [
            Fault("wrong_value", each["msg"], pointer="".join(f"/{p}" for p in each["loc"]))
            for each in wrong
        ]
        raise Invalid("The mailbox was not changed.", errors=faults) from error


def log(
    desk: Desk,
    person: str | None,
    *,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page:
    """The mails to somebody, or to all, and what became of them, the latest first.

    Raises:
        NotFound: there is nobody of that id in the directory.
    """
    if person is not None and "@" not in person:
        _check(_directory(desk), person)
    box = None if person is None else mailing.mailbox_id(person)
    with read(desk.engine) as connection:
        found = delivery_log.page(
            connection, box, state=state, before=before, limit=limit + 1, mail=True
        )
        views = delivery_views(connection, found)
        owners = mailing.owners(connection, [each.endpoint_id for each in found])
    return page_of(
        found,
        limit,
        lambda shown: ({**views[each.id], "recipient": owners[each.endpoint_id]} for each in shown),
        lambda each: (each.id, each.id),
    )


def test(desk: Desk, recipient: str) -> tuple[str, str]:
    """Have a mail sent that says nothing but that mail arrives; answers its mailbox and delivery.

    Raises:
        NotFound: there is nobody of that id in the directory.
        Invalid: they have no address, or it is none.
    """
    to = recipient if "@" in recipient else _address_of(_directory(desk), recipient)
    try:
        to = address(to)
    except ValueError as error:
        fault = Fault("wrong_value", str(error), pointer="/recipient")
        raise Invalid("No mail was sent.", errors=[fault]) from error
    at = desk.clock.now()
    message_id, delivery_id = desk.ids.new("evt", at), desk.ids.new("dlv", at)
    box = mailing.mailbox_id(to)

    def chore(connection: Connection, now: datetime) -> None:
        mailing.ensure(connection, [to], now)
        body = payloads.ping_body(message_id, box, now)
        new = NewDelivery(
            id=delivery_id,
            endpoint_id=box,
            message_id=message_id,
            aggregate=message_id,
            number=1,
            type=payloads.PING,
        )
        deliveries.add(connection, [Message(message_id, payloads.PING, body, now)], [new], now)

    desk.do(chore).result()
    return box, delivery_id


def require_mail(rules: MailRules | None) -> None:
    """Go no further where no mail is sent.

    Raises:
        Refused: no server is set.
    """
    if rules is None:
        raise Refused(
            "No mail is sent here: set ESCALATION_SMTP_HOST and ESCALATION_MAIL_FROM.", "no_mail"
        )


def _view(
    directory: Directory, person: str, box: StoredEndpoint | None, counts: Mapping[str, int]
) -> View:
    known = directory.people.get(person)
    wants = Mailing.of(None if box is None else box.mailing)
    return {
        "person": person,
        "address": person if "@" in person else (None if known is None else known.email),
        **wants.model_dump(mode="json"),
        "enabled": box is None or box.state is EndpointState.ENABLED,
        "disabled_because": None if box is None else box.state_reason,
        "mails": dict(counts),
    }


def _address_of(directory: Directory, person: str) -> str:
    _check(directory, person)
    found = directory.people[person].email
    if not found:
        raise Refused(f"{person} has no address in the directory.", "no_address")
    return found


def _check(directory: Directory, person: str) -> None:
    if person not in directory.people:
        raise NotFound(f"person: {not_among(person, directory.people)}")


def _check_calendar(desk: Desk, wants: Mailing) -> None:
    publication = framework.in_force(desk).publication
    there = {} if publication is None else publication.file.calendars
    if wants.calendar is not None and wants.calendar not in there:
        fault = Fault("unknown_word", not_among(wants.calendar, there), pointer="/calendar")
        raise Invalid("The mailbox was not changed.", errors=[fault])


def _directory(desk: Desk) -> Directory:
    found = framework.in_force(desk).directory
    if found is None:
        raise NotFound("No directory has been applied yet: there is nobody to mail to.")
    return found

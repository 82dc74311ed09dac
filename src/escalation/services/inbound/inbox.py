"""The inbox: what tools have sent, why some of it had no effect, and reading it again."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from escalation.errors import NotFound
from escalation.services.desk import Desk
from escalation.services.inbound.book import SourceBook
from escalation.services.inbound.envelopes import Came, unwrapped
from escalation.services.inbound.judging import cannot_be_logged, nothing_follows
from escalation.services.inbound.mapping import meaning_of, view_of
from escalation.services.inbound.receiving import Known, again, came_of
from escalation.services.inbound.rehearsing import rehearsed
from escalation.services.inbound.source_file import Source
from escalation.services.mail.arriving import SOURCE as MAIL
from escalation.services.pages import Page, page_of
from escalation.services.views import told
from escalation.store import hooks
from escalation.store.hooks import LEFT, HookDelivery, HookState
from escalation.store.transaction import Connection, read
from escalation.store.viewing import hidden, references
from escalation.workflow.viewing import EVERYTHING, Viewer

__all__ = ["LEFT", "HookState"]

View = dict[str, Any]
_AT_ONCE = 200


def page(
    desk: Desk,
    viewer: Viewer = EVERYTHING,
    *,
    source: str | None = None,
    states: Sequence[HookState] = (),
    before: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of the inbox, of one source or of all, in some states or in any."""
    with read(desk.engine) as connection:
        found = hooks.page(
            connection, viewer, source=source, states=states, before=before, limit=limit + 1
        )
        views = _views(connection, found)
    return page_of(
        found, limit, lambda shown: (views[each.id] for each in shown), lambda each: (each.id,) * 2
    )


def one(desk: Desk, book: SourceBook, delivery_id: str, viewer: Viewer = EVERYTHING) -> View:
    """A delivery with what came, and what its source's rules say of it now.

    Of one that was disposed of nothing is left to read.

    Raises:
        NotFound: there is none of that id.
    """
    found = _found(desk, delivery_id, viewer)
    shown = _view_of(desk, found)
    if not found.body:
        return {**shown, "headers": {}, "body": None, "reading": None}
    if found.source == MAIL:
        return {**shown, "headers": {}, "body": json.loads(found.body), "reading": None}
    came, known = came_of(found), book.known(found.source)
    reading = None if known is None else _reading(known.source, came)
    return {**shown, "headers": dict(came.headers), "body": came.body, "reading": reading}


def replay(desk: Desk, book: SourceBook, delivery_id: str, viewer: Viewer = EVERYTHING) -> View:
    """Read a delivery again by the rules as they are now, and act upon it.

    What it did before is not done again; newer words on its ticket stand.

    Raises:
        NotFound: there is none of that id, or its source is no more.
    """
    read_again = _again(desk, book, _found(desk, delivery_id, viewer).source)
    return _view_of(desk, read_again(delivery_id))


def replay_left(desk: Desk, book: SourceBook, source: str) -> Iterator[View]:
    """Read again whatever of a source had no effect, the oldest first.

    Raises:
        NotFound: there is no such source.
    """
    read_again, after = _again(desk, book, source), ""
    while True:
        with read(desk.engine) as connection:
            ids = hooks.left_of(connection, source, after, _AT_ONCE)
        if not ids:
            return
        for delivery_id in ids:
            yield _view_of(desk, read_again(delivery_id))
        after = ids[-1]


def _again(desk: Desk, book: SourceBook, source: str) -> Callable[[str], HookDelivery]:
    """How a delivery of a source is read again."""
    if source != MAIL:
        return partial(again, desk, book.one(source))
    if book.mail is None:
        raise NotFound("No mail comes in here: ESCALATION_MAIL_REPLY_DOMAIN is not set.")
    return book.mail.again


def preview(
    known: Known, data: object, headers: dict[str, str], raw: bytes, desk: Desk | None = None
) -> list[View]:
    """What a body would do, expression by expression: one for each ticket or event in it.

    With a ``desk`` it is rehearsed there, so that the directory and the issue have their say.

    Raises:
        Invalid: it is no CloudEvent where one is expected.
    """
    came: Sequence[Came] = unwrapped(known.source, data, headers, raw)
    read_so = [_reading(known.source, each) for each in came]
    if desk is None:
        return read_so
    kept = rehearsed(desk, known, came)
    return [{**each, **_outcome(it)} for each, it in zip(read_so, kept, strict=True)]


def _outcome(rehearsal: HookDelivery) -> View:
    """Why it would not be done, as the inbox would have it."""
    if rehearsal.state is HookState.DONE:
        return {"state": None, "reason": None}
    return {"state": rehearsal.state.value, "reason": rehearsal.reason}


def _reading(source: Source, came: Came) -> View:
    """What the rules say of a body, and what it comes to where nothing follows of it."""
    meaning = meaning_of(source, came)
    state, reason = nothing_follows(source, meaning) or cannot_be_logged(meaning) or (None, None)
    told_state = None if state is None else state.value
    return {**view_of(meaning, came), "state": told_state, "reason": reason}


def receipt(delivery: HookDelivery) -> View:
    """What a tool is answered: the same each time that it sends the same delivery."""
    return {
        "id": delivery.id,
        "source": delivery.source,
        "key": delivery.key,
        "received_at": told(delivery.received_at),
    }


def _view_of(desk: Desk, delivery: HookDelivery) -> View:
    with read(desk.engine) as connection:
        return _views(connection, [delivery])[delivery.id]


def _views(connection: Connection, found: Sequence[HookDelivery]) -> Mapping[str, View]:
    """Deliveries as they stand in the inbox, by their ids."""
    named = references(connection, (each.issue_id for each in found))
    return {each.id: _view(each, named.get(each.issue_id or "")) for each in found}


def _view(delivery: HookDelivery, reference: str | None) -> View:
    return {
        **receipt(delivery),
        "state": delivery.state.value,
        "reason": delivery.reason,
        "faults": list(delivery.faults),
        "about": delivery.ref,
        "waits_for": delivery.waits_for,
        "issue": delivery.issue_id,
        "reference": reference,
        "did": list(delivery.did),
        "handled_at": told(delivery.handled_at),
    }


def _found(desk: Desk, delivery_id: str, viewer: Viewer) -> HookDelivery:
    with read(desk.engine) as connection:
        found = hooks.one(connection, delivery_id)
        about = [] if found is None or found.issue_id is None else [found.issue_id]
        secret = bool(about) and bool(hidden(connection, viewer, about))
    if found is None or secret:
        raise NotFound(f"There is no delivery {delivery_id}.")
    return found

"""A subscription's windows as they are shown: what each came to, and the links that it has."""

from collections.abc import Sequence
from typing import Any

from escalation.services.pages import Page
from escalation.services.reading.reader import Look
from escalation.services.subscribing import shown
from escalation.services.views import told
from escalation.store import links, windows
from escalation.store.links import Link
from escalation.store.windows import Window


def page(look: Look, name: str, *, before: int | None, limit: int) -> Page:
    """The windows of a subscription that were closed, the newest first.

    Raises:
        NotFound: there is no such subscription for who looks.
    """
    shown.found_for(look, name)
    found = windows.of_subscription(look.connection, name, before=before, limit=limit + 1)
    of_page = found[:limit]
    of_each = links.of_windows(look.connection, [each.id for each in of_page])
    goes_on = (of_page[-1].number, of_page[-1].id) if len(found) > limit else None
    return Page([_view(each, of_each.get(each.id, ())) for each in of_page], limit, goes_on)


def _view(window: Window, made: Sequence[Link]) -> dict[str, Any]:
    return {
        "id": window.id,
        "number": window.number,
        "since": told(window.since),
        "as_at": told(window.as_at),
        "closed_at": told(window.closed_at),
        "late_seconds": int((window.closed_at - window.as_at).total_seconds()),
        "state": window.state.value,
        "gathered": window.gathered,
        "why": window.why,
        "digest": window.digest_id,
        "handed_to": window.handed_to,
        "ended_at": told(window.ended_at),
        "links": [_link(each) for each in made],
    }


def _link(link: Link) -> dict[str, Any]:
    """What is told of a link: everything but its token, which is its recipient's."""
    return {
        "id": link.id,
        "format": link.kind,
        "created_at": told(link.created_at),
        "expires_at": told(link.expires_at),
        "revoked_at": told(link.revoked_at),
        "uses": link.uses,
        "last_used_at": told(link.last_used_at),
    }

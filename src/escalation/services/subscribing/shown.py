"""Subscriptions as they are shown: to whoever may list their digests."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from escalation.digests.cards import own_profiles
from escalation.digests.windows import Course
from escalation.errors import NotFound
from escalation.services.callers import Caller
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.subscribing import occasions
from escalation.services.subscribing.grounds import Grounds
from escalation.services.views import told
from escalation.store import subscriptions, windows
from escalation.store.subscriptions import Subscription, SubscriptionState

NEXT = 5
"""Windows ahead that are shown."""


def absent(name: str) -> NotFound:
    """There is no such subscription, or none for who asks: the same words for both."""
    return NotFound(f"There is no subscription {name}.")


def shown_to(caller: Caller, found: Subscription) -> bool:
    """The rule of the list, for one: whoever may list its digests."""
    viewer = caller.viewer
    if found.forum is not None:
        return viewer.forums is None or found.forum in viewer.forums
    return not viewer.limited or found.profile in own_profiles(viewer)


def page(look: Look, *, after: tuple[datetime, str] | None, limit: int) -> Page:
    """Subscriptions to the digests that are for who looks, the newest first."""
    viewer = look.viewer
    found = subscriptions.page(
        look.connection,
        among=viewer.forums,
        cards=own_profiles(viewer) if viewer.limited else None,
        after=after,
        limit=limit + 1,
    )
    return page_of(found, limit, partial(map, plain), lambda each: (each.created_at, each.id))


def found_for(look: Look, name: str) -> Subscription:
    """A subscription.

    Raises:
        NotFound: there is none of that id for who looks.
    """
    found = subscriptions.find(look.connection, name)
    if found is None or not shown_to(look.caller, found):
        raise absent(name)
    return found


def view(grounds: Grounds, found: Subscription) -> dict[str, Any]:
    """What is told of one: with its next windows, and what came of the last."""
    last = windows.last(grounds.connection, found.id)
    ended = None
    if last is not None:
        ended = {"number": last.number, "state": last.state.value, "why": last.why}
    return {**plain(found), "next_windows": ahead(grounds, found), "last_window": ended}


def plain(found: Subscription) -> dict[str, Any]:
    """What is told of one in a list, and on the record."""
    return {
        "id": found.id,
        "profile": found.profile,
        "forum": found.forum,
        "recipient": dict(found.recipient),
        "when": dict(found.occasion),
        "formats": list(found.formats),
        "marking": found.marking,
        "periods": found.periods,
        "state": found.state.value,
        "since": told(found.since),
        "next_at": told(found.promised_at),
        "windows": found.windows,
        "created_by": found.made_by["name"],
        "created_at": told(found.created_at),
    }


def ahead(grounds: Grounds, found: Subscription) -> Sequence[dict[str, Any]]:
    """Its next windows as they are promised now."""
    ends = occasions.read(found.occasion, grounds.under)
    if ends is None or found.state is not SubscriptionState.ACTIVE:
        return []
    ahead = islice(Course(found.since, found.promised_at).ahead(ends), NEXT)
    return [{"since": told(each.since), "as_at": told(each.as_at)} for each in ahead]

"""Windows closed when their time has come: exactly once, each at the end that was promised."""

from dataclasses import replace
from datetime import datetime

from escalation.digests.windows import Course
from escalation.ids import named
from escalation.services.desk import Desk
from escalation.services.subscribing import occasions
from escalation.services.subscribing.grounds import Grounds
from escalation.services.subscribing.occasions import OccasionKind
from escalation.store import subscriptions, windows
from escalation.store.subscriptions import Subscription, SubscriptionState
from escalation.store.transaction import Connection, read
from escalation.store.windows import Window, WindowState

AT_ONCE = 50
"""Subscriptions that one transaction tends at most."""
MOST = 400
"""Windows of one subscription that one transaction closes at most."""


def close_due(desk: Desk, *, timeout: float | None = None) -> int:
    """Close what is due of a chunk of subscriptions; answers how many were looked at."""
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
    if known.directory is None or known.publication is None:
        return 0

    def chore(connection: Connection, now: datetime) -> int:
        grounds = Grounds.of(desk, connection, now)
        found = subscriptions.to_tend(connection, grounds.epochs, grounds.second, AT_ONCE)
        for each in found:
            subscriptions.change(connection, promised(grounds, brought_up(grounds, each)))
        return len(found)

    tended: int = desk.do(chore).result(timeout)
    return tended


def brought_up(grounds: Grounds, found: Subscription) -> Subscription:
    """A subscription, held by the caller, with the windows closed whose time has come.

    They end where that was promised, also where a meeting has moved or the rule has changed since.
    """
    ends = occasions.read(found.occasion, grounds.under)
    if ends is None:
        return replace(found, promised_at=None)
    course = Course(found.since, found.promised_at)
    closed, course = course.closed(ends, grounds.second, MOST)
    rows = [
        Window(
            id=named("win", found.id, str(number)),
            subscription_id=found.id,
            number=number,
            since=each.since,
            as_at=each.as_at,
            closed_at=grounds.now,
            gathered=number < found.windows + len(closed),
            state=WindowState.CLOSED,
            due_at=grounds.now,
            tries=0,
            token=0,
        )
        for number, each in enumerate(closed, start=found.windows + 1)
    ]
    windows.add(grounds.connection, rows)
    return replace(
        found,
        since=course.since,
        promised_at=course.promised,
        windows=found.windows + len(rows),
    )


def promised(grounds: Grounds, found: Subscription) -> Subscription:
    """The same with its next window promised by what holds now; at its rule's end it ends."""
    if found.state is not SubscriptionState.ACTIVE:
        return replace(found, promised_under=grounds.epochs)
    ends = occasions.read(found.occasion, grounds.under)
    course = Course(found.since, found.promised_at)
    if ends is None:
        course = Course(found.since, None)
    elif course.promised is None or course.promised > grounds.second:
        course = course.promising(ends, grounds.second)
    over = course.promised is None and found.occasion["kind"] == OccasionKind.RECURRING
    return replace(
        found,
        state=SubscriptionState.ENDED if over else found.state,
        promised_at=course.promised,
        promised_under=grounds.epochs,
    )

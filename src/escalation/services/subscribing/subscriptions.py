"""Subscriptions to digests: asked for, changed, paused, resumed, ended."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from escalation.errors import Refused
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.makers import maker_of
from escalation.services.subscribing import closing, occasions, shown
from escalation.services.subscribing.checks import (
    Asking,
    Wanted,
    check_over,
    check_recipient,
    drawn_up,
    require_own,
)
from escalation.services.subscribing.grounds import Grounds
from escalation.store import journal, subscriptions, timeline
from escalation.store.subscriptions import Subscription, SubscriptionState
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be otherwise; None leaves it as it is.

    An empty ``marking`` takes the marking off, ``periods`` of 0 the periods.
    """

    recipient: Mapping[str, Any] | None = None
    occasion: Mapping[str, Any] | None = None
    formats: tuple[str, ...] | None = None
    marking: str | None = None
    periods: int | None = None


def create(desk: Desk, wanted: Wanted, asking: Asking) -> Answer:
    """Subscribe somebody from now on.

    Raises:
        Invalid: each value that will not do; also a digest that is not for who asks, or not for
            whoever is to have it.
        Forbidden: webhook endpoints are not for who asks.
    """
    started = desk.clock.now()
    name = desk.ids.new("sub", started)
    made = desk.ids.new("evt", started), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        grounds = Grounds.of(desk, connection, now)
        before = asking.call.answered(connection, grounds.known, now)
        if before is not None:
            return before
        found = subscriptions.find(connection, name)
        if found is None:
            found = drawn_up(grounds, name, wanted, asking)
            subscriptions.add(connection, found)
            _record(connection, "subscription.created", found, asking.caller.actor, made, now)
        body = json.dumps(shown.view(grounds, found), ensure_ascii=False, separators=(",", ":"))
        headers = {"Location": f"/v1/digest-subscriptions/{name}"}
        return asking.call.keep(connection, Answer(201, body.encode(), headers, name), now)

    answer: Answer = desk.do(chore).result()
    return answer


def preview(grounds: Grounds, wanted: Wanted, asking: Asking) -> dict[str, Any]:
    """The next windows that a subscription would have; nothing is kept.

    Raises:
        Invalid: as when it is asked for.
        Forbidden: webhook endpoints are not for who asks.
    """
    new = drawn_up(grounds, "", wanted, asking)
    return {
        "profile": new.profile,
        "when": dict(new.occasion),
        "next_windows": shown.ahead(grounds, new),
    }


def change(desk: Desk, name: str, changes: Changes, asking: Asking) -> dict[str, Any]:
    """Change a subscription: windows whose time has come end as was promised, the next one anew.

    Raises:
        NotFound: there is none of that id for who asks.
        Invalid: a value will not do.
        Refused: ``subscription_ended``.
    """

    def work(grounds: Grounds, before: Subscription) -> Subscription:
        after = before
        if changes.recipient is not None:
            after = replace(after, recipient=changes.recipient, made_by=maker_of(asking.caller))
        if changes.formats is not None:
            after = replace(after, formats=changes.formats)
        if changes.marking is not None:
            after = replace(after, marking=changes.marking or None)
        if changes.periods is not None:
            after = replace(after, periods=changes.periods or None)
            check_over(grounds, after.profile, after.periods)
        check_recipient(grounds, after, asking)
        if changes.occasion is None:
            return after
        kept = occasions.kept(changes.occasion, before.forum)
        found = occasions.checked(kept, grounds.under)
        occasions.first_course(found, grounds.second, None)
        return replace(after, occasion=kept, promised_at=None)

    return _changed(desk, name, "subscription.changed", asking, work)


def pause(desk: Desk, name: str, asking: Asking) -> dict[str, Any]:
    """Close no more windows for now; those whose time has come end as was promised.

    Raises:
        NotFound: there is none of that id for who asks.
        Refused: ``subscription_ended``.
    """

    def work(grounds: Grounds, before: Subscription) -> Subscription:
        del grounds
        return replace(before, state=SubscriptionState.PAUSED, promised_at=None)

    return _changed(desk, name, "subscription.paused", asking, work)


def resume(desk: Desk, name: str, asking: Asking) -> dict[str, Any]:
    """Go on: the next window begins where the last one ended, before the pause.

    Raises:
        NotFound: there is none of that id for who asks.
        Refused: ``subscription_ended``.
    """

    def work(grounds: Grounds, before: Subscription) -> Subscription:
        check_recipient(grounds, before, asking)
        return replace(before, state=SubscriptionState.ACTIVE)

    return _changed(desk, name, "subscription.resumed", asking, work)


def end(desk: Desk, name: str, asking: Asking) -> None:
    """End a subscription; its windows stay.

    Raises:
        NotFound: there is none of that id for who asks.
        Refused: ``subscription_ended``.
    """

    def work(grounds: Grounds, before: Subscription) -> Subscription:
        del grounds
        return replace(before, state=SubscriptionState.ENDED, promised_at=None)

    _changed(desk, name, "subscription.ended", asking, work)


def _changed(
    desk: Desk,
    name: str,
    kind: str,
    asking: Asking,
    work: Callable[[Grounds, Subscription], Subscription],
) -> dict[str, Any]:
    """Close what is to be closed, do the work, promise anew, and put it on the record."""
    made = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> dict[str, Any]:
        grounds = Grounds.of(desk, connection, now)
        caller = asking.caller.again(grounds.known, now)
        before = subscriptions.find(connection, name, lock=True)
        if before is None or not shown.shown_to(caller, before):
            raise shown.absent(name)
        if timeline.aggregates_of(connection, [made[0]]):
            return shown.view(grounds, before)
        require_own(caller, before)
        if before.state is SubscriptionState.ENDED:
            raise Refused(f"{name} has ended; subscribe anew.", "subscription_ended")
        after = closing.promised(grounds, work(grounds, closing.brought_up(grounds, before)))
        subscriptions.change(connection, after)
        _record(connection, kind, after, caller.actor, made, now)
        return shown.view(grounds, after)

    found: dict[str, Any] = desk.do(chore).result()
    return found


def _record(
    connection: Connection,
    kind: str,
    about: Subscription,
    actor: Actor,
    made: tuple[str, str],
    now: datetime,
) -> None:
    payload = {"subscription": shown.plain(about)}
    journal.record(
        connection,
        about.id,
        event_id=made[0],
        kind=kind,
        payload=payload,
        actor=actor,
        now=now,
        salt=made[1],
    )

"""What a scorecard comes to: both of its periods counted, in the snapshot that is read."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from escalation.digests.framework import Framework
from escalation.digests.scorecard import Asked, build
from escalation.digests.tallies import Counted, Period, Scope, merged
from escalation.store import measuring
from escalation.store.opinions import opinions
from escalation.store.selecting import Unsealed
from escalation.store.transaction import Connection


def measured(
    connection: Connection, framework: Framework, asked: Asked, unsealed: Unsealed = ()
) -> dict[str, Any]:
    """The document of what is asked, with the issues of ``unsealed`` though they are sealed now."""
    now = Period(asked.since, asked.as_at, asked.known_at)
    before = Period(asked.before_since, asked.since, asked.known_at)
    scope = asked.card.scope
    begun = (asked.before_since, *asked.earlier)
    return build(
        framework,
        asked,
        counted(connection, now, scope, unsealed),
        counted(connection, before, scope, unsealed),
        [
            moved(connection, Period(since, until, asked.known_at), scope, unsealed)
            for until, since in pairwise(begun)
        ],
    )


def counted(
    connection: Connection, period: Period, scope: Scope, unsealed: Unsealed = ()
) -> Counted:
    """What a period comes to."""
    given = (connection, period, scope, unsealed)
    return replace(
        moved(*given),
        waiting=measuring.waiting(*given),
        arrivals=measuring.arrivals(*given),
        sealed=measuring.sealed(*given),
    )


def moved(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed = ()) -> Counted:
    """What a period comes to in its figures: without what waits at its end, and arrivals."""
    given = (connection, period, scope, unsealed)
    return Counted(
        merged(measuring.moves(*given), measuring.updates(*given), measuring.standing(*given)),
        measuring.visits(*given),
        (),
        opinions=opinions(*given),
    )

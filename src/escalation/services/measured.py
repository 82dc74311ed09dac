"""What a scorecard comes to: both of its periods counted, in the snapshot that is read."""

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
    return build(
        framework,
        asked,
        counted(connection, now, scope, unsealed),
        counted(connection, before, scope, unsealed),
    )


def counted(
    connection: Connection, period: Period, scope: Scope, unsealed: Unsealed = ()
) -> Counted:
    """What a period comes to."""
    given = (connection, period, scope, unsealed)
    return Counted(
        merged(measuring.moves(*given), measuring.updates(*given), measuring.standing(*given)),
        measuring.visits(*given),
        measuring.waiting(*given),
        measuring.arrivals(*given),
        measuring.sealed(*given),
        opinions(*given),
    )

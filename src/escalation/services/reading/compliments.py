"""The compliment report as it stands when it is asked for."""

from collections.abc import Mapping
from typing import Any

from escalation.clock import SystemClock
from escalation.digests import periods
from escalation.digests.compliments import Asked, build
from escalation.services.asked_digests import Request, framework_at, instants_of
from escalation.services.desk import Desk
from escalation.store import praising
from escalation.store.settling import settle
from escalation.store.transaction import snapshot
from escalation.workflow.viewing import EVERYTHING, Viewer


def compliments(
    desk: Desk, of: Mapping[str, str], request: Request, viewer: Viewer = EVERYTHING
) -> dict[str, Any]:
    """Compliments of a period, without ``since`` of its quarter: what ``viewer`` may see of them.

    ``of`` narrows them to a ``party``, ``function`` and ``region``; one that there is none of has
    none. Of sealed issues nothing is told, to anybody.

    Raises:
        Invalid: each instant that cannot be.
        Busy: what was recorded by ``known_at`` is not settled yet.
    """
    as_at, known_at = instants_of(desk, request)
    settle(desk.engine, known_at if isinstance(desk.clock, SystemClock) else None)
    with snapshot(desk.engine) as connection:
        framework = framework_at(desk, connection, as_at, known_at)
        under = framework.in_force
        zone = under.calendar(under.ladder.calendar.value).zone
        since = request.since or periods.quarter_begin(as_at, zone)
        asked = Asked(of, since, as_at, known_at, zone.key)
        praises = praising.praises(connection, viewer, asked)
        quotes = praising.quotes(connection, viewer, asked)
    return build(framework, asked, praises, quotes)

"""An issue as one caller sees it: its view, the ties they may see, the limits on its raiser."""

from datetime import datetime
from typing import Any

from escalation.services.registry import Known
from escalation.services.veil import tied
from escalation.services.views import issue_view, told
from escalation.store.transaction import Connection
from escalation.workflow.conduct import ConductLimit, limits_on
from escalation.workflow.facts import Actor, Facts
from escalation.workflow.viewing import Viewer


def seen(
    connection: Connection,
    known: Known,
    facts: Facts,
    now: datetime,
    *,
    viewer: Viewer,
    actor: Actor,
) -> dict[str, Any]:
    """An issue as ``viewer`` may see it, with the acts that are open to ``actor``."""
    limits = limits_on(known.limits, facts.issue.raiser, now)
    view = issue_view(facts, now, actor)
    view["conduct_limits"] = [_brief(limit) for limit in limits]
    return tied(connection, viewer, view)


def _brief(limit: ConductLimit) -> dict[str, Any]:
    """What those who hold an issue need to know of a limit on its raiser."""
    return {
        "id": limit.id,
        "limits": [dict(each) for each in limit.limits],
        "until": told(limit.ends_at),
    }

"""An issue as one caller sees it: its view, the ties they may see, the limits on its raiser."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from escalation.services.registry import Known
from escalation.services.veil import tied
from escalation.services.views import issue_view, told
from escalation.store import issues
from escalation.store.transaction import Connection
from escalation.workflow.conduct import ConductLimit, limits_on
from escalation.workflow.facts import Actor, Facts
from escalation.workflow.viewing import Viewer


def seen(  # noqa: PLR0913 - what a view depends on is independent
    connection: Connection,
    known: Known,
    facts: Facts,
    now: datetime,
    *,
    viewer: Viewer,
    actor: Actor,
    beside: Mapping[str, Facts] = MappingProxyType({}),
) -> dict[str, Any]:
    """An issue as ``viewer`` may see it, with the acts that are open to ``actor``.

    ``beside`` are other issues as they are about to be written.
    """
    limits = limits_on(known.limits, facts.issue.raiser, now)
    view = issue_view(facts, now, actor)
    view["conduct_limits"] = [_brief(limit) for limit in limits]
    view = tied(connection, viewer, view)
    if view["links"]:
        view["links"] = list(_with_status(connection, view["links"], beside))
    return view


def _with_status(
    connection: Connection, links: Sequence[dict[str, Any]], beside: Mapping[str, Facts]
) -> Iterator[dict[str, Any]]:
    """Each tie with how the other issue stands; none where that one was disposed of."""
    named = {link["issue"] for link in links}
    stands = {name: beside[name].issue.status.value for name in named & beside.keys()}
    stands |= issues.statuses(connection, named - stands.keys())
    return ({**link, "status": stands.get(link["issue"])} for link in links)


def _brief(limit: ConductLimit) -> dict[str, Any]:
    """What those who hold an issue need to know of a limit on its raiser."""
    return {
        "id": limit.id,
        "limits": [dict(each) for each in limit.limits],
        "until": told(limit.ends_at),
    }

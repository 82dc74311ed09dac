"""What must hold at the end of a year: nobody is left in silence, and the records agree."""

from collections.abc import Iterator
from typing import Any

from escalation.store import watching
from escalation.store.transaction import read
from tests.crash.invariants import broken
from tests.year.cluster import Year

OVER = {"resolved", "closed", "withdrawn"}


def wrong(year: Year) -> list[str]:
    """Each thing that is not as it should be; nothing is what tests ask for."""
    return [
        *_left_alone(year),
        *_disagreeing(year),
        *_late(year),
        *broken(year.service.container.engine),
    ]


def _left_alone(year: Year) -> Iterator[str]:
    """Every issue that is not over has a holder who leads, a meeting, or an alarm."""
    for name in year.logged:
        issue = year.service.found(f"/v1/issues/{name}")
        if issue["status"] in OVER or _cared_for(issue) or _alarmed(year, issue):
            continue
        yield f"{issue['reference']} is {issue['status']} on {issue['rung']['id']}, with nobody"


def _cared_for(issue: dict[str, Any]) -> bool:
    rung = issue["rung"]
    if rung["forum"] is not None:
        return rung["meeting"] is not None or issue["status"] == "on_hold"
    return rung["seats"]["provider"]["holder"] is not None


def _alarmed(year: Year, issue: dict[str, Any]) -> bool:
    """Whether it was said, since it came to its rung, that somebody is missing."""
    since = issue["rung"]["entered_at"]
    alarms = {"issue.seat_vacant", "issue.exhausted"}
    return any(
        entry["type"] in alarms and entry["recorded_at"] >= since
        for entry in timeline(year, issue["id"])
    )


def _disagreeing(year: Year) -> Iterator[str]:
    """Each decision stands on the issue it decided, and each issue's in its meeting's minutes."""
    minuted = {
        (decision["id"], meeting, decision["issue"], decision["effect"])
        for meeting, came in year.meetings.items()
        if came == "met"
        for decision in year.service.found(f"/v1/meetings/{meeting}")["decisions"]
        if decision.get("issue")
    }
    told = {
        (
            entry["data"]["decision"],
            entry["data"]["meeting"],
            name,
            entry["data"]["effect"],
        )
        for name in year.logged
        for entry in timeline(year, name)
        if entry["type"] == "issue.decided"
    }
    yield from (f"minuted and not on the issue: {each}" for each in minuted - told)
    yield from (f"on the issue and not minuted: {each}" for each in told - minuted)


def _late(year: Year) -> Iterator[str]:
    with read(year.service.container.engine) as connection:
        late = list(watching.overdue(connection, year.now, 10))
    yield from (f"{each.reference}: {each.kind} has not fired" for each in late)


def timeline(year: Year, name: str) -> Iterator[dict[str, Any]]:
    """Every entry of an issue's timeline."""
    path = f"/v1/issues/{name}/timeline?limit=200"
    while path:
        page = year.service.found(path)
        yield from page["data"]
        path = page["links"].get("next", "")

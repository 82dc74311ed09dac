"""What came late after an outage: what it should have been, and how it was told."""

import json
from collections import Counter

from escalation.bootstrap import Container
from escalation.delivery import payloads
from escalation.store import heartbeat, timeline
from escalation.store.transaction import read
from escalation.workflow.events import INTERNAL
from tests.delivery.receiver import Got


def of_issues(got: list[Got]) -> list[Got]:
    """Without what tells of meetings, which a worker plans meanwhile."""
    return [each for each in got if not json.loads(each.body)["type"].startswith("meeting.")]


def told(got: list[Got]) -> tuple[Counter[str], list[str]]:
    """How often each issue was told of live, and the events that summaries list."""
    live: Counter[str] = Counter()
    listed: list[str] = []
    for each in of_issues(got):
        message = json.loads(each.body)
        if message["type"] == payloads.SUMMARY:
            listed += [entry["id"] for entry in message["data"]["events"]]
            assert message["data"]["count"] == len(message["data"]["events"])
        else:
            live[message["data"]["issue"]["id"]] += 1
    return live, listed


def summaries(got: list[Got]) -> int:
    return sum(json.loads(each.body)["type"] == payloads.SUMMARY for each in got)


def told_once(got: list[Got], expected: set[str]) -> None:
    """Each of these was told once: live, or in a summary. The same message may come twice."""
    first = {each.headers["webhook-id"]: each for each in reversed(got)}
    _, listed = told(list(first.values()))
    live = [event for event in first if event in expected]
    assert sorted([*listed, *live]) == sorted(expected)


def going_on(inside: Container) -> bool:
    """Whether a recovery does."""
    with read(inside.engine) as connection:
        return heartbeat.current(connection) is not None


def late_events(inside: Container, issues: list[str]) -> set[str]:
    """Events of these issues that go out and that the engine made."""
    found = set()
    internal = {kind.value for kind in INTERNAL}
    with read(inside.engine) as connection:
        for issue in issues:
            found |= {
                entry.id
                for entry in timeline.entries(connection, issue)
                if entry.type not in internal and entry.actor["kind"] == "engine"
            }
    return found

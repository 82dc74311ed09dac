"""A forum that meets, as its secretariat does it through REST."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.api.service import Service

FORUM = "bmf-southern-cross"
VOTERS = (
    "dominic-ferraro",
    "ruth-goldfinch",
    "zoran-petrovic",
    "carmel-rossi",
    "helena-costa",
    "xiomara-delgado",
    "trang-nguyen",
)
"""Who fills the seats of the business manager forum that vote; the quorum is five."""


def tabled_issue(service: Service, **changes: Any) -> dict[str, Any]:
    """An issue on the agenda of the forum's next meeting."""
    issue = service.log(**{"severity": "high", **changes})
    return service.act(issue, "skip", reason="r", to="business_manager_forum")


def meeting_of(issue: dict[str, Any]) -> str:
    """The meeting that it waits for."""
    meeting: str = issue["rung"]["meeting"]["id"]
    return meeting


def begin(service: Service, meeting: str, minutes: int = 5) -> None:
    """Some minutes after the meeting's beginning."""
    starts_at = datetime.fromisoformat(service.found(f"/v1/meetings/{meeting}")["starts_at"])
    service.clock.move_to(starts_at + timedelta(minutes=minutes))


def does(service: Service, meeting: str, act: str, **body: Any) -> httpx.Response:
    """An act on a meeting as it stands."""
    seen = service.get(f"/v1/meetings/{meeting}").headers["etag"]
    return service.post(f"/v1/meetings/{meeting}/acts/{act}", body, if_match=seen)


def done(service: Service, meeting: str, act: str, **body: Any) -> dict[str, Any]:
    """An act on a meeting that is not refused; the answer."""
    answer = does(service, meeting, act, **body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def sit(service: Service, meeting: str, people: Iterable[str] = VOTERS) -> dict[str, Any]:
    """The meeting has begun and these are there."""
    begin(service, meeting)
    return done(service, meeting, "attend", present=[{"person": name} for name in people])


def timeline(service: Service, issue: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The entries of one type on an issue's timeline, oldest first."""
    found = service.found(f"/v1/issues/{issue['id']}/timeline?limit=200")["data"]
    return [entry for entry in found if entry["type"] == f"issue.{kind}"]


def made(service: Service, **asked: Any) -> dict[str, Any]:
    """The forum's digest as it now is; the clock goes on a little after it."""
    answer = service.post("/v1/digests", {"forum": FORUM, **asked})
    assert answer.is_success, answer.text
    service.clock.advance(timedelta(minutes=1))
    found: dict[str, Any] = service.found(f"/v1/digests/{answer.json()['id']}")
    return found

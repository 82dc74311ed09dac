"""A digest goes by how its forum really meets, and shows what has been asked of people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from escalation.services import digests
from tests.api.sealed import sealed_matter, told
from tests.api.service import Service, serving
from tests.api.sitting import FORUM, begin, done, made, meeting_of, sit, tabled_issue

BY_RULE, LATER, BETWEEN = "2026-03-10T00:00:00Z", "2026-03-12T01:00:00Z", "2026-03-06T00:00:00Z"
ACTIONS = [
    {"text": "=Pay", "owner": "priya-nair", "due_on": "2026-03-20"},
    {"text": "Write to them", "owner": "dominic-ferraro", "due_on": "2026-03-13"},
    {"text": "Think", "owner": "priya-nair"},
]


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def starts(digest: dict[str, Any], which: str = "next") -> str:
    found: str = digest["document"]["meetings"][which]["starts_at"]
    return found


def holds(service: Service, *made_before: dict[str, Any]) -> None:
    for each in made_before:
        verdict = digests.verify(service.container.desk, each["id"])
        assert verdict.ok, each["number"]


def test_the_next_meeting_is_the_one_that_takes_place(service: Service) -> None:
    meeting = meeting_of(tabled_issue(service))
    first = made(service)
    done(service, meeting, "move", starts_at=LATER, reason="flood")
    moved = made(service)
    done(service, meeting, "move", starts_at=BY_RULE, reason="the water fell")
    back = made(service)
    done(service, meeting, "cancel", reason="flood again")
    cancelled = made(service)
    extra = {"starts_at": BETWEEN, "reason": "urgent"}
    assert service.post(f"/v1/forums/{FORUM}/meetings", extra).is_success
    between = made(service)
    found = [starts(each) for each in (first, moved, back, cancelled, between)]
    assert found == [BY_RULE, LATER, BY_RULE, "2026-04-14T00:00:00Z", BETWEEN]
    asked = {name: moved[name] for name in ("as_at", "known_at", "since")}
    assert made(service, **asked)["id"] == moved["id"]
    holds(service, first, moved, back, cancelled, between)


def test_the_period_begins_when_a_moved_meeting_ended(service: Service) -> None:
    meeting = meeting_of(tabled_issue(service))
    done(service, meeting, "move", starts_at=LATER, reason="flood")
    begin(service, meeting, minutes=-60)
    before = made(service)
    begin(service, meeting, minutes=24 * 60)
    after = made(service)
    assert starts(before, "previous") == "2026-02-10T00:00:00Z"
    assert starts(after, "previous") == LATER
    assert after["since"] == after["document"]["meetings"]["previous"]["ends_at"]


def actions(digest: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(each["text"], each["overdue"]) for each in digest["document"]["sections"]["actions"]]


def test_actions_are_shown_until_they_are_done(service: Service) -> None:
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    before = made(service)
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Pay.", actions=ACTIONS)
    service.clock.advance(timedelta(days=5))
    asked = made(service)
    wanted = [("Write to them", True), ("=Pay", False), ("Think", False)]
    assert (actions(before), actions(asked)) == ([], wanted)
    [late, *_] = asked["document"]["sections"]["actions"]
    assert (late["reference"], late["decision"]) == (issue["reference"], "BMF-SC-2026-001")
    acts = f"/v1/actions/{late['id']}/acts"
    assert service.post(f"{acts}/done", {}, if_match="*").is_success
    without = made(service)
    assert service.post(f"{acts}/reopen", {"note": "it came back"}, if_match="*").is_success
    again = made(service)
    assert (actions(without), actions(again)) == (wanted[1:], wanted)
    holds(service, before, asked, without, again)
    text = service.get(f"/v1/digests/{asked['id']}.md").text
    assert "| Write to them | Dominic Ferraro | Fri 13 Mar 2026; overdue |" in text
    assert '"\'=Pay"' in service.get(f"/v1/digests/{asked['id']}.csv").text
    assert service.get(f"/v1/digests/{asked['id']}.pdf").content.startswith(b"%PDF-")
    assert "No action of this forum is open." in service.get(f"/v1/digests/{before['id']}.md").text


def test_what_was_asked_on_a_sealed_matter_stands_in_no_digest(service: Service) -> None:
    matter = sealed_matter(service, None, "priya-nair")
    found = made(service)
    assert actions(found) == []
    assert not list(told(str(found), matter.marks))

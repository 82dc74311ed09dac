"""What a forum decided since its last meeting stands in its paper, whatever it was on."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from escalation.clock import VirtualClock
from escalation.digests.decided import by_decision
from escalation.digests.selection import Decided
from escalation.errors import EscalationError
from escalation.reports.kept_page import kept_page
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.store import migrate, models
from escalation.store.engine import make_engine
from escalation.store.transaction import read
from escalation.workflow.commands import Decide, Edit, Skip
from escalation.workflow.states import Effect
from tests.api.sealed import sealed_matter, told
from tests.api.service import Service, serving
from tests.api.sitting import FORUM, VOTERS, begin, done, made, meeting_of, sit, tabled_issue
from tests.builders import CLERK, ask
from tests.digests import folding
from tests.digests.history import TITLES, History
from tests.digests.test_figures import document, events_of
from tests.digests.test_what_a_chair_reads import HEADING

ASKS = [
    {"text": "Draw them up", "owner": "priya-nair", "due_on": "2026-03-20"},
    {"text": "Think", "owner": "dominic-ferraro"},
]


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def decided(digest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = digest["document"]["sections"]["decisions"]
    return found


def matter_of(service: Service, meeting: str, title: str) -> str:
    done(service, meeting, "table", kind="matter", title=title)
    sections = service.found(f"/v1/meetings/{meeting}/agenda")["sections"]
    items = (item for each in sections for item in each["items"])
    [topic] = [item["subject"] for item in items if item["title"] == title]
    return str(topic)


def three_decided(service: Service) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An issue decided between meetings, then a topic and another issue at the meeting.

    The first issue, and the digest before, after the first decision, after all, and a day later.
    """
    first, second = tabled_issue(service, title="=Overpaid"), tabled_issue(service)
    meeting = meeting_of(first)
    topic = matter_of(service, meeting, "Rosters for winter")
    found = [made(service)]
    between = {"issue": first["id"], "text": "Pay it.", "assents": list(VOTERS)}
    done(service, meeting, "decide", **between, conditions="By June.", reason="It was owed.")
    service.clock.advance(timedelta(minutes=1))
    found.append(made(service))
    sit(service, meeting)
    done(service, meeting, "decide", item=topic, text="Agreed.", actions=ASKS)
    service.clock.advance(timedelta(minutes=1))
    done(service, meeting, "decide", issue=second["id"], text="Ask them.", effect="climb")
    service.clock.advance(timedelta(minutes=1))
    found.append(made(service))
    begin(service, meeting, 24 * 60)
    return first, [*found, made(service)]


def test_a_board_reads_what_it_decided_on_issues_on_topics_and_between_meetings(
    service: Service,
) -> None:
    first, (before, early, late, after) = three_decided(service)
    [paid] = decided(early)
    wanted = {"number": "BMF-SC-2026-001", "kind": "issue", "issue": first["id"],
              "reference": first["reference"], "title": "=Overpaid", "text": "Pay it.",
              "reasons": "It was owed.", "conditions": "By June.", "effect": "resolve",
              "out_of_session": True, "actions": []}  # fmt: skip
    assert {name: paid[name] for name in wanted} == wanted
    assert [each["text"] for each in decided(late)] == ["Pay it.", "Agreed.", "Ask them."]
    rosters = decided(late)[1]
    assert [rosters[name] for name in ("kind", "title", "issue")] == [
        "matter", "Rosters for winter", None,
    ]  # fmt: skip
    asked = [{"due_on": None, **each} for each in ASKS]
    assert [{name: each[name] for name in asked[0]} for each in rosters["actions"]] == asked
    assert decided(before) == decided(after) == [], "a meeting has ended since"
    for each in (before, early, late, after):
        assert digests.verify(service.container.desk, each["id"]).ok, each["number"]
    again = made(service, as_at=early["as_at"], known_at=early["known_at"], marking="OFFICIAL")
    assert decided(again) == decided(early)


def test_every_format_tells_the_same_decisions(service: Service) -> None:
    *_, late, after = three_decided(service)[1]
    texts = [service.get(f"/v1/digests/{late['id']}.{kind}").text for kind in ("md", "csv")]
    for words in ("BMF-SC-2026-001", "Pay it. Conditions: By June.", "out of session", "Sent up",
                  "Rosters for winter", "Draw them up (Priya Nair, by Fri 20 Mar 2026)",
                  "3 decisions, 2 on issues, 1 out of session"):  # fmt: skip
        assert all(words in text for text in texts), words
    assert "This forum decided nothing." in service.get(f"/v1/digests/{after['id']}.md").text
    assert service.get(f"/v1/digests/{late['id']}.pdf").content.startswith(b"%PDF-")


def test_a_decision_recorded_later_in_the_same_second_is_not_in_a_paper_of_before(
    service: Service,
) -> None:
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    service.clock.advance(timedelta(milliseconds=200))
    desk = service.container.desk
    before = digests.make(desk, Request(forum=FORUM), CLERK).stored
    service.clock.advance(timedelta(milliseconds=500))
    asked = [{"text": "Pay", "owner": "priya-nair"}]
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Pay it.", actions=asked)
    assert digests.verify(desk, before.id).ok
    sections = json.loads(digests.content(desk, before))["sections"]
    assert (sections["decisions"], sections["actions"]) == ([], [])
    service.clock.advance(timedelta(seconds=1))
    [told_of] = decided(made(service))
    assert told_of["text"] == "Pay it."


def test_an_older_database_tells_what_was_decided_as_it_is_told_now(furnished_url: str) -> None:
    def told_of() -> list[tuple[Any, ...]]:
        table = models.decision.c
        with read(engine) as connection:
            query = select(table.id, table.recorded_at, table.title).order_by(table.id)
            return [tuple(row) for row in connection.execute(query)]

    with serving(furnished_url) as service:
        service.clock.advance(timedelta(milliseconds=300))
        three_decided(service)
    engine = make_engine(furnished_url, owner=True)
    before = told_of()
    assert {title for *_, title in before} >= {"=Overpaid", "Rosters for winter"}
    migrate.downgrade(engine, "0030")
    migrate.upgrade(engine)
    assert told_of() == before
    engine.dispose()


def test_what_was_decided_on_a_sealed_matter_stands_in_no_paper(service: Service) -> None:
    matter = sealed_matter(service, None, "priya-nair")
    found = made(service)
    assert decided(found) == []
    assert not list(told(str(found), matter.marks))


def test_of_what_somebody_said_a_paper_tells_that_it_was_decided_and_no_more(
    service: Service,
) -> None:
    said = service.post("/v1/contacts", {"text": "A zanzibar call", "party": "rivers"}).json()
    meeting = meeting_of(tabled_issue(service))
    done(service, meeting, "table", kind="contact", item=said["reference"])
    sit(service, meeting)
    asks = [{"text": "Call zanzibar", "owner": "priya-nair"}]
    done(service, meeting, "decide", item=said["id"], text="Ring zanzibar.", actions=asks)
    service.clock.advance(timedelta(minutes=1))
    digest = made(service)
    [only] = decided(digest)
    assert (only["kind"], only["number"], only["actions"]) == ("contact", "BMF-SC-2026-001", [])
    [due] = digest["document"]["sections"]["actions"]
    assert (due["decision"], due["text"], due["owner"], due["subject"]) == (
        only["number"],
        *[None] * 3,
    )
    whole = str(digest["document"])
    assert "zanzibar" not in whole
    assert "priya-nair" not in whole
    assert "| A contact |" in service.get(f"/v1/digests/{digest['id']}.md").text


def test_a_paper_from_before_it_told_of_decisions_is_still_laid_out(desk: Desk) -> None:
    found = document(desk, forum="ceo-board")
    told_now = {each.id for each in kept_page(found, HEADING).sections}
    del found["sections"]["decisions"]
    page = kept_page(found, HEADING)
    assert told_now - {each.id for each in page.sections} == {"decisions"}
    [brief] = [each for each in page.sections if each.id == "brief"]
    assert "Decided since" not in str(brief)


def test_decisions_of_one_instant_stand_by_their_ids_whatever_order_rows_come_in() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)

    def row(name: str, action: str | None, number: str | None = None) -> Decided:
        return Decided(name, number, "issue", "iss_1", None, "Pay.", None, None, "keep", [], at,
                       "SSI-1", action, action, None, None)  # fmt: skip

    rows = [row("dec_2", None), row("dec_1", "acn_2"), row("dec_1", "acn_1")]
    found = by_decision(rows)
    assert [each["id"] for each in found] == ["dec_1", "dec_2"]
    assert [each["id"] for each in found[0]["actions"]] == ["acn_1", "acn_2"]
    assert found == by_decision(reversed(rows))


@pytest.mark.parametrize("seed", [1, 2])
def test_decisions_are_those_of_the_folded_timelines_as_at_and_known_at_any_instant(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = History(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    for _ in range(8):
        issue = history.log(agency="rivers")
        ask(desk, Skip(to=history.random.choice(list(folding.BODIES)), reason="large"), issue)
    instants = [clock.now()]
    for _ in range(12):
        history.pass_time(clock.now() + timedelta(days=history.random.randrange(1, 9), seconds=0.7))
        for issue, view in history.views().items():
            meeting = view["rung"]["meeting"]
            if meeting and history.random.random() < 0.5:
                ask(desk, Edit(changes={"title": history.random.choice(TITLES)}), issue)
                decide(history, issue, meeting["id"])
            clock.move_to(clock.now() + timedelta(milliseconds=400))
        instants.append(clock.now())
    events, told_of = events_of(desk), 0
    for known_at in instants[3::3]:
        for as_at in (history.random.choice(instants), known_at):
            for body in folding.BODIES.values():
                found = document(desk, forum=body, as_at=min(as_at, known_at), known_at=known_at)
                period = (instant(found["since"]), instant(found["as_at"]))
                made = folding.decisions(events, body, period, known_at)
                shown = found["sections"]["decisions"]
                names = ("decided_at", "id", "title", "text", "effect")
                assert [tuple(each[name] for name in names) for each in shown] == made
                told_of += len(made)
    assert told_of > 5, "the forums of the history decide next to nothing"


def decide(history: History, issue: str, meeting: str) -> None:
    """In whatever way, where the body may."""
    effect = history.random.choice(list(Effect))
    with suppress(EscalationError):
        ask(history.desk, Decide(meeting=meeting, text="Do it.", reason="r", effect=effect), issue)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)

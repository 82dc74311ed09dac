"""The figures of a digest are what the timeline, folded by a second reader, comes to."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from escalation.clock import VirtualClock
from escalation.digests import suppression
from escalation.routing.vocabulary import Sensitivity
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.commands import Escalate
from escalation.workflow.viewing import EVERYTHING
from tests.builders import CLERK, ask, complaint
from tests.digests import counting, folding
from tests.digests.history import lived
from tests.digests.reckoning import reckoner


def document(desk: Desk, **asked: Any) -> dict[str, Any]:
    """The document of a digest that is asked for."""
    made = digests.make(desk, Request(**asked), CLERK)
    found: dict[str, Any] = json.loads(digests.content(desk, made.stored))
    return found


def events_of(desk: Desk) -> list[Any]:
    table = models.event
    with read(desk.engine) as connection:
        return list(connection.execute(select(table).order_by(table.c.aggregate, table.c.number)))


def some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def test_whether_one_more_matter_is_sealed_is_told_by_nothing_in_a_digest(
    desk: Desk, clock: VirtualClock
) -> None:
    open_one = ask(desk, complaint())
    for _ in range(2):
        ask(desk, Escalate(reason="stuck"), open_one["id"])
    seen = []
    for _ in range(7):
        found = document(desk, forum="bmf-southern-cross")
        seen.append({name: found[name] for name in ("sections", "figures", "titles", "ladders")})
        clock.move_to(clock.now() + timedelta(seconds=1))
        hidden = ask(desk, complaint(sensitive=(Sensitivity.PRIVACY,)), viewer=EVERYTHING)
        for _ in range(2):
            ask(desk, Escalate(reason="stuck"), hidden["id"], viewer=EVERYTHING)
        clock.move_to(clock.now() + timedelta(seconds=1))
    assert [each["figures"]["sealed"] for each in seen] == [None] * 5 + [5] * 2
    assert all(each == seen[0] for each in seen[:5]), "none, one, or some: all is the same"
    assert seen[5] == seen[6]
    assert seen[5]["figures"]["now"] == seen[0]["figures"]["now"]
    for each in digests_of(desk):
        assert digests.verify(desk, each).ok


def digests_of(desk: Desk) -> list[str]:
    with read(desk.engine) as connection:
        return list(connection.scalars(select(models.digest.c.number)))


@given(st.integers(min_value=0, max_value=10_000))
def test_of_sealed_matters_a_total_is_told_in_whole_fives_and_never_too_many(count: int) -> None:
    told = suppression.sealed(count)
    assert told == (None if count < 5 else 5 * (count // 5))


def standing(told: counting.Told, body: str, at: datetime) -> bool:
    return any(state.body == body for state, *_ in [s for s in told.steps if s[0].at <= at][-1:])


def ola(told: counting.Told) -> str | None:
    agreement: str | None = told.steps[0][1]["ola"]
    return agreement


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_and_movements_are_those_of_the_folded_timeline(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = lived(desk, clock, seed, days=24, acts=9)
    events = events_of(desk)
    agencies = {i: view["agency"] for i, view in history.views().items()}
    stood, by_clocks = 0, reckoner(desk)
    for (known_at, _), (as_at, _) in zip(history.seen[1:], history.seen, strict=False):
        for known in (as_at, known_at):
            states = list(folding.by_issue(events, agencies, known).values())
            timelines = list(counting.by_issue(events, known).values())
            for body in folding.BODIES.values():
                found = document(desk, forum=body, as_at=as_at, known_at=known)
                now = found["figures"]["now"]
                told = folding.figures(states, body, as_at)
                for name, counts in told.items():
                    shown = some(now[name]) if isinstance(now[name], dict) else now[name]
                    assert shown == counts, (body, as_at, known, name)
                since = datetime.fromisoformat(found["since"])
                before = folding.figures(states, body, since)
                assert found["figures"]["before"]["total"] == before["total"]
                for when, at in (("now", as_at), ("before", since)):
                    there = [told for told in timelines if standing(told, body, at)]
                    shown = found["figures"][when]
                    past = sum(by_clocks.past_target(told, at) for told in there)
                    assert shown["past_target"] == past, (body, at, known)
                    ages = Counter(counting.band(ola(t), t.received_at, at) for t in there)
                    assert some(shown["by_age"]) == ages
                moved = folding.movements(states, body, since, as_at)
                assert some(found["figures"]["movements"]) == moved, (body, as_at, known)
                stood += told["total"]
    assert stood > 10, "the history has nothing before a forum"


@pytest.mark.parametrize("seed", [4])
def test_each_item_is_as_the_issue_was_when_it_was_the_present(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = lived(desk, clock, seed, days=24, acts=9)
    for at, views in history.seen:
        for body in folding.BODIES.values():
            found = document(desk, forum=body, as_at=at, known_at=at)
            items = {item["id"]: item for item in found["sections"]["at_rung"]}
            there = {i: v for i, v in views.items() if _before(v, body)}
            assert items.keys() == there.keys()
            for issue, view in there.items():
                _the_same(items[issue], view)
            _high_level_is_complete(found, views, body)


def _before(view: dict[str, Any], body: str) -> bool:
    return view["status"] in folding.UNRESOLVED and view["rung"]["forum"] == body


def _the_same(item: dict[str, Any], view: dict[str, Any]) -> None:
    for name in ("reference", "title", "agency", "provider", "function", "severity", "status"):
        assert item[name] == view[name]
    assert item["rung"] == view["rung"]["id"]
    assert item["entered_at"] == view["rung"]["entered_at"]
    assert item["past_target"] is view["past_target"]
    assert (item["exhausted_at"] is not None) is view["exhausted"]
    meeting = view["rung"]["meeting"]
    assert (item["meeting"] or {}).get("id") == (meeting or {}).get("id")
    dues = [c["due_at"] for c in view["clocks"] if c["kind"] == "forum"]
    assert [item["due_at"]] == (dues or [None])


def _high_level_is_complete(
    found: dict[str, Any], views: dict[str, dict[str, Any]], body: str
) -> None:
    corporate = {"executive_pair", "partnering_forum", "governing_board", "ceo_board"}
    shown = {item["id"] for item in found["sections"]["high_level"]}
    expected = {
        i
        for i, v in views.items()
        if v["status"] in folding.UNRESOLVED
        and not _before(v, body)
        and (v["severity"] in {"critical", "high"} or v["rung"]["id"] in corporate)
    }
    assert expected <= shown
    reported = {item["id"] for item in found["sections"]["high_level"] if item["reported_up_to"]}
    assert shown - expected <= reported

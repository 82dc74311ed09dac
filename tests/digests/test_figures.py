"""The figures of a digest are what the timeline, folded by a second reader, comes to."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
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
from tests.digests import folding
from tests.digests.history import History, lived
from tests.digests.second_paper import SecondPaper


def document(desk: Desk, **asked: Any) -> dict[str, Any]:
    """The document of a digest that is asked for."""
    made = digests.make(desk, Request(**asked), CLERK)
    found: dict[str, Any] = json.loads(digests.content(desk, made.stored))
    return found


def events_of(desk: Desk) -> list[Any]:
    table = models.event
    with read(desk.engine) as connection:
        return list(connection.execute(select(table).order_by(table.c.aggregate, table.c.number)))


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


@pytest.mark.parametrize("seed", [1, 8])
def test_figures_and_movements_are_those_of_the_folded_timeline(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = lived(desk, clock, seed, days=24, acts=9)
    found = Found()
    assert not next(faults(history, found), None)
    assert found.stood > 10, "the history has nothing before a forum"


@dataclass
class Found:
    """How much papers had to tell."""

    stood: int = 0
    moved: int = 0


def faults(history: History, found: Found, sealed: Iterable[str] = ()) -> Iterator[str]:
    """What of forums' papers is not as the second reader has it, in periods of all kinds.

    Among them those that begin with a movement there, end with one, and are known then; and those
    that end as an agreed time runs out, or as a hold did that was known to have ended later.
    """
    desk, events, end = history.desk, events_of(history.desk), history.seen[-1][0]
    seconds = {at: SecondPaper(desk, events, at, sealed) for at, _ in history.seen}
    missed = sorted(ended(events, {"overall", "out_of_session"}))
    resumed = ((e.effective_at, e.recorded_at) for e in events if e.type == "issue.resumed")
    late = [(at, recorded) for at, recorded in resumed if at < recorded < end]
    for body in folding.BODIES.values():
        asked: list[tuple[datetime, datetime, datetime | None]] = []
        for (known_at, _), (as_at, _) in pairwise(history.seen[::-1]):
            asked += [(as_at, known_at, None), (as_at, as_at, None)]
        moved = sorted({at for *_, at in seconds[end].moves(body, folding.BEGINNING, end)})
        middle = [datetime.fromisoformat(at) for at in moved[1:-1]]
        if len(middle) > 1:
            first, last = sorted(history.random.sample(middle, 2))
            seconds[last] = SecondPaper(desk, events, last, sealed)
            asked += [(last, end, first), (last, last, first)]
        for at, recorded in late:
            seconds.setdefault(recorded, SecondPaper(desk, events, recorded, sealed))
            asked += [(at, end, None), (at, recorded, None)]
        asked += [(at, end, None) for at in history.random.sample(missed, min(2, len(missed)))]
        for each in asked:
            yield from _parts(history, seconds[each[1]], body, each, found)


def ended(events: Iterable[Any], clocks: set[str]) -> set[datetime]:
    """The instants at which clocks of these kinds ran out, and were said to."""
    warned = (each for each in events if each.type == "issue.warned")
    told = ((each.effective_at, json.loads(each.payload)) for each in warned)
    return {at for at, what in told if what["step"] == "end" and what["clock"] in clocks}


def _parts(
    history: History,
    second: SecondPaper,
    body: str,
    asked: tuple[datetime, datetime, datetime | None],
    found: Found,
) -> Iterator[str]:
    as_at, known_at, since = asked
    request = Request(forum=body, as_at=as_at, known_at=known_at, since=since)
    paper = digests.looked(history.desk, request)
    ends = [datetime.fromisoformat(point["at"]) for point in paper["figures"]["trend"]]
    edges = (as_at, *_begun(as_at, datetime.fromisoformat(paper["since"]), ends))
    sections, counted = paper["sections"], second.figures(body, edges, ends)
    shown = {
        "figures": paper["figures"],
        "order": [(each["id"], each["age_business_days"], each["business_days_at_rung"])
                  for each in sections["at_rung"]],
        "moves": Counter((kind, each["id"], each["at"])
                         for kind, moved in sections["since"].items() for each in moved),
        "high_level": {each["id"] for each in sections["high_level"]
                       if set(each["because"]) & {"severity", "corporate_layer"}},
    }  # fmt: skip
    expected = {
        "figures": counted,
        "order": second.in_order(body, as_at),
        "moves": second.moves(body, edges[1], as_at),
        "high_level": second.high_level(body, as_at),
    }
    found.stood += counted["now"]["total"]
    found.moved += sum(counted["movements"].values())
    for each in differences(shown, expected):
        yield f"{body} {as_at} {known_at}: {each}"


def _begun(as_at: datetime, since: datetime, ends: list[datetime]) -> tuple[datetime, datetime]:
    """When the period began, and the one before it: with meetings, or as long."""
    meetings = [*ends, as_at]  # with which one may have ended, too
    if since in meetings[1:]:
        return since, meetings[meetings.index(since) - 1]
    return since, since - (as_at - since)


def differences(found: Any, expected: Any, where: str = "") -> Iterator[str]:
    """Where two documents part, down to the figure."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}, key=str):
            here, there = found.get(name, "nothing"), expected.get(name, "nothing")
            yield from differences(here, there, f"{where}/{name}")
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, pair in enumerate(zip(found, expected, strict=True)):
            yield from differences(*pair, f"{where}/{number}")
    elif found != expected:
        yield f"{where} is {found}, counted {expected}"


@pytest.mark.parametrize("seed", [3])
def test_what_is_told_to_come_comes_at_that_instant_if_nobody_acts(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = lived(desk, clock, seed, days=20, acts=7)
    told, came = come(history)
    assert told == came
    assert told, "nothing comes"


def come(history: History) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """What papers tell is to come to their forum, and what came to it once time had passed."""
    now, until = history.clock.now(), dict[str | None, datetime]()
    told: dict[tuple[str, str], str] = {}
    for rung, body in folding.BODIES.items():
        paper = digests.looked(history.desk, Request(forum=body))
        meeting = paper["meetings"]["open"]
        closes = None if meeting is None else datetime.fromisoformat(meeting["agenda_closes_at"])
        if closes is not None and closes < now + timedelta(days=50):
            until[rung] = closes
            told |= {(body, e["id"]): e["arrives_at"] for e in paper["sections"]["coming"]}
    history.pass_time(max(until.values()))
    came: dict[tuple[str, str], str] = {}
    for event in events_of(history.desk):
        to = str(json.loads(event.payload).get("to"))
        if event.type == "issue.escalated" and to in until and now < event.effective_at < until[to]:
            at = event.effective_at.isoformat().replace("+00:00", "Z")
            came.setdefault((folding.BODIES[to], event.aggregate), at)
    return told, came


@pytest.mark.parametrize("seed", [3])
def test_a_paper_of_months_ago_is_what_it_was_when_it_was_the_present(
    desk: Desk, clock: VirtualClock, seed: int
) -> None:
    history = lived(desk, clock, seed, days=14, acts=6)
    at = history.seen[-1][0]
    asked = [Request(forum=body, as_at=at, known_at=at) for body in folding.BODIES.values()]
    now = [digests.looked(desk, each) for each in asked]
    history.pass_time(clock.now() + timedelta(days=75))
    for each, paper in zip(asked, now, strict=True):
        assert list(differences(digests.looked(desk, each), paper)) == []


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

"""Every figure of a scorecard is what the timeline comes to, counted by a second reader."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.store import models
from escalation.store.transaction import read
from tests.builders import CLERK, copied_sqlite, desk_on, postgres_copy
from tests.digests import counting, folding
from tests.digests.busy import Busy, busy
from tests.digests.reckoning import reckoner
from tests.fakes import seeded_ids, virtual_clock

SSI = "scorecard:ssi"
OVER = (
    "logged", "resolved", "first_contact", "closed", "withdrawn", "disputed", "reopened",
    "escalated", "referred_back", "held", "in_target", "past_target", "updates_given",
    "updates_missed", "acknowledgements_missed", "complaints_received", "further_action",
    "no_further_action",
)  # fmt: skip
AT_END = ("unresolved", "unresolved_exhausted", "unresolved_on_hold")


def card(desk: Desk, profile: str = SSI, **asked: Any) -> dict[str, Any]:
    made = digests.make(desk, Request(profile=profile, **asked), CLERK)
    found: dict[str, Any] = json.loads(digests.content(desk, made.stored))
    return found


@contextmanager
def fresh(request: pytest.FixtureRequest, database: str, path: Path) -> Iterator[str]:
    """A furnished database for one history alone."""
    if database == "sqlite":
        yield copied_sqlite(request.getfixturevalue("furnished_sqlite"), path / "one.db")
    else:
        server = request.getfixturevalue("postgres_server")
        with postgres_copy(server, request.getfixturevalue("furnished_postgres")) as url:
            yield url


def rows(desk: Desk, table: Any, *order: Any) -> list[Any]:
    with read(desk.engine) as connection:
        return list(connection.execute(select(table).order_by(*order)))


DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.mark.parametrize("database", DATABASES)
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10_000), acts=st.integers(3, 8))
def test_figures_are_those_of_the_folded_timeline(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, seed: int, acts: int
) -> None:
    clock = virtual_clock()
    with (
        fresh(request, database, tmp_path) as url,
        desk_on(url, clock, ids=seeded_ids()) as desk,
    ):
        history = busy(desk, clock, seed, days=15, acts=acts)
        ends = [at for at, _ in history.seen]
        views = dict(history.seen)
        for since, as_at in pairwise(ends):
            for known_at in (as_at, ends[-1]):
                asked: dict[str, Any] = {"since": since, "as_at": as_at, "known_at": known_at}
                _holds(history, asked, card(desk, **asked))
            found = card(desk, since=since, as_at=as_at, known_at=as_at)["figures"]["now"]
            past = [v for v in views[as_at].values() if _unresolved(v) and v["past_target"]]
            assert found["unresolved_past_target"] == len(past)


def _unresolved(view: dict[str, Any]) -> bool:
    return view["status"] in folding.UNRESOLVED


def _holds(history: Busy, asked: dict[str, Any], found: dict[str, Any]) -> None:
    """The figures of both periods, in each dimension; ages; and times by standard."""
    desk, known_at = history.desk, asked["known_at"]
    events = rows(desk, models.event, models.event.c.aggregate, models.event.c.number)
    timelines = counting.by_issue(events, known_at)
    by_clocks = reckoner(desk)
    late = {(issue, n) for issue, told in timelines.items() for n in by_clocks.late_visits(told)}
    begun = datetime.fromisoformat(found["before_since"])
    spans = {"now": (asked["since"], asked["as_at"]), "before": (begun, asked["since"])}
    for when, (since, until) in spans.items():
        over = counting.counted(timelines, late, since, until)
        at_end = counting.standing(timelines, until)
        _same(found["figures"][when], over["", None], at_end["", None])
        for name in counting.DIMENSIONS:
            codes = {each["code"]: each for each in found["by"][when][name]}
            mine = {code for by, code in (*over, *at_end) if by == name}
            assert {c for c, each in codes.items() if _anything(each)} == mine, name
            for code in mine:
                _same(codes[code], over[name, code], at_end[name, code])
        past = sum(by_clocks.past_target(told, until) for told in timelines.values())
        assert found["figures"][when]["unresolved_past_target"] == past
        ages = {band: n for band, n in found["ages"][when].items() if n}
        assert ages == counting.ages(timelines, until)
        _planned(found["planned"], when, counting.times(timelines, since, until))


def _anything(figures: dict[str, Any]) -> bool:
    return any(figures[measure] for measure in (*OVER, *AT_END))


def _same(found: dict[str, Any], over: dict[str, int], at_end: dict[str, int]) -> None:
    for measure in OVER:
        assert found[measure] == over[measure], measure
    for measure in AT_END:
        assert found[measure] == at_end[measure], measure
    for share, good, bad in (
        ("share_in_target", "in_target", "past_target"),
        ("updates_kept", "updates_given", "updates_missed"),
    ):
        of = over[good] + over[bad]
        assert found[share] == (f"{100 * over[good] / of + 1e-9:.1f}" if of else None)


def _planned(
    standards: list[dict[str, Any]], when: str, times: dict[tuple[Any, str, str], list[int]]
) -> None:
    shown = {(s["ola"], s["rung"], s["severity"]): s[when] for s in standards}
    assert len(shown) == len(standards)
    for key, told in shown.items():
        took = times.pop(key, [])
        assert told["visits"] == len(took) == told["in_target"] + told["past_target"]
        assert told["mean_business_seconds"] == (sum(took) // len(took) if took else None), key
    assert not times

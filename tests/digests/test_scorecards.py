"""Every figure of a scorecard is what the timeline comes to, counted by a second reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from escalation.clock import VirtualClock
from escalation.digests import exceptions
from escalation.digests.measures import MEASURES
from escalation.routing.vocabulary import Scope
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from tests.builders import ask, complaint, copied_sqlite, desk_on, postgres_copy
from tests.digests import folding
from tests.digests.busy import Wide, wide
from tests.digests.history import HOUR
from tests.digests.second_card import COUNTED, Second, figures_of
from tests.digests.test_cards_kept import EVERY
from tests.digests.test_figures import differences, ended, events_of
from tests.fakes import seeded_ids, virtual_clock

SSI = "scorecard:ssi"


@contextmanager
def fresh(request: pytest.FixtureRequest, database: str, path: Path) -> Iterator[str]:
    """A furnished database for one history alone."""
    if database == "sqlite":
        yield copied_sqlite(request.getfixturevalue("furnished_sqlite"), path / "one.db")
    else:
        server = request.getfixturevalue("postgres_server")
        with postgres_copy(server, request.getfixturevalue("furnished_postgres")) as url:
            yield url


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
        history = wide(desk, clock, seed, days=15, acts=acts)
        assert not next(faults(history, 3), None)


def faults(history: Wide, at_once: int = len(EVERY)) -> Iterator[str]:
    """What of scorecards is not as the second reader has it, in periods of all kinds.

    In each of them so many profiles are looked at; in the next one those that follow.
    """
    profiles, desk = cycle(EVERY), history.desk
    events = events_of(desk)
    ends, views = [at for at, _ in history.seen], dict(history.seen)
    moments = sorted({each.effective_at for each in events if each.aggregate.startswith("iss_")})
    missed = sorted(ended(events, {"overall", "acknowledge"}) - {moments[0]})
    some = sorted({*history.random.sample(moments[:-1], 2), *history.random.sample(missed, 2)})
    for known_at, spans in (
        (ends[-1], [*pairwise(ends), *pairwise(some)]),
        *((as_at, [(since, as_at)]) for since, as_at in pairwise(ends)),
    ):
        second = Second(desk, events, known_at, history.sealed)
        for since, as_at in spans:
            for profile in islice(profiles, at_once):
                periods = None if profile == "benchmark" else 4
                found = looked(desk, profile, periods, since=since, as_at=as_at, known_at=known_at)
                begun = datetime.fromisoformat(found["before_since"])
                expected = second.card(profile, (as_at, since, begun), periods)
                if figures_of(found) != expected:
                    told = list(differences(figures_of(found), expected))
                    yield f"{profile} {since} {as_at} {known_at}: {told[:9]}"
            if known_at == as_at:
                past = [v for i, v in views[as_at].items() if _past(v) and i not in history.sealed]
                now = looked(desk, SSI, None, since=since, as_at=as_at, known_at=known_at)
                if now["figures"]["now"]["unresolved_past_target"] != len(past):
                    yield f"{as_at}: {len(past)} said of themselves that they are past target"


def _past(view: dict[str, Any]) -> bool:
    return view["status"] in folding.UNRESOLVED and view["past_target"]


def looked(desk: Desk, profile: str, periods: int | None, **asked: Any) -> dict[str, Any]:
    return digests.looked(desk, Request(profile=profile, periods=periods, **asked))


def test_every_measure_of_issues_is_counted_by_the_second_reader() -> None:
    assert MEASURES.keys() == COUNTED


def test_what_waits_for_an_agencys_seat_is_told_as_the_agencys_workload(
    desk: Desk, clock: VirtualClock
) -> None:
    ask(desk, complaint(agency="wellbeing", scope=Scope.AGREEMENT, function=None))
    clock.move_to(clock.now() + HOUR)
    [line] = looked(desk, SSI, None)["workload"]
    assert line == {
        "party": "wellbeing", "rung": "account_manager", "seat": "business_manager",
        "function": None, "region": None, "unresolved": 1,
    }  # fmt: skip


def test_by_exception_a_standard_is_told_that_was_missed_now_and_not_before() -> None:
    kept, missed = {"past_target": 0}, {"past_target": 1}
    standards = [{"now": kept, "before": missed}, {"now": missed, "before": kept}]
    by = dict.fromkeys(("provider", "agency", "rung", "severity"), ())
    assert exceptions.told(standards, by)["planned"] == standards[1:]

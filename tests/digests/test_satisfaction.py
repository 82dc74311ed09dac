"""What surveys come to is what counting by hand comes to, and what few have said is withheld."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from escalation.clock import VirtualClock
from escalation.digests import satisfaction
from escalation.digests.tallies import Period, Scope
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.store import models
from escalation.store.opinions import opinions
from escalation.store.transaction import read, write
from tests.builders import CLERK
from tests.fakes import utc

SINCE, UNTIL, KNOWN = utc("2026-04-01 00:00"), utc("2026-05-01 00:00"), utc("2026-05-10 00:00")
DIMENSIONS = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
    "survey", "period",
)  # fmt: skip
CODES: Mapping[str, tuple[str | None, ...]] = {
    "provider": ("meridian", "corptech"), "cluster": ("southern-cross", None),
    "agency": ("rivers", "schools", "fisheries"), "function": ("payroll", "finance", None),
    "region": ("far-north", None), "channel": ("phone", "email"), "severity": ("high", None),
    "rung": ("service_manager", None), "ola": ("ola-1", None), "layer": ("operational",),
}  # fmt: skip


def rows(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Invitations and answers, some of them beside the period or not known by then."""
    chance = Random(seed)  # noqa: S311 - to be repeated

    def moment() -> datetime:
        return SINCE + timedelta(hours=chance.randrange(-200, 1200))

    def places() -> dict[str, Any]:
        return {name: chance.choice(codes) for name, codes in CODES.items()}

    asked = []
    for number in range(60):
        at = moment()
        back = at + timedelta(hours=chance.randrange(1, 300)) if chance.random() < 0.6 else None
        asked.append(
            {"id": f"svy_{number}", "issue_id": f"iss_{number}", "survey": "after",
             "feedback": None, "why_not": "limited" if chance.random() < 0.1 else None,
             "invited_at": at, "expires_at": at, "answered_at": back, **places()}
        )  # fmt: skip
    given = []
    for number in range(90):
        at, late = moment(), timedelta(hours=chance.choice((0, 0, 900)))
        period = chance.choice((None, "2025", "2026"))
        given.append(
            {"id": f"fbk_{number}", "survey": chance.choice(("after", "yearly")), "issue_id": None,
             "period": period, "respondent": None if period is None else f"r{number}",
             "content": None, "rating": chance.choice((None, 1, 2, 3, 4, 5, 5)),
             "answered_at": at, "recorded_at": at + late, **places()}
        )  # fmt: skip
    return asked, given


def put(desk: Desk, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    asked, given = rows(seed)
    with write(desk.engine) as connection:
        connection.execute(insert(models.survey_invitation), asked)
        connection.execute(insert(models.survey_answer), given)
    return asked, given


def by_hand(
    asked: list[dict[str, Any]], given: list[dict[str, Any]], **scope: str
) -> dict[tuple[str, str | None], Counter[str]]:
    found: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)

    def count(row: dict[str, Any], what: str) -> None:
        for key in [("", None), *((name, row.get(name)) for name in DIMENSIONS)]:
            found[key][what] += 1

    for row in asked:
        within = SINCE < row["invited_at"] <= UNTIL and row["why_not"] is None
        if within and all(row[name] == code for name, code in scope.items()):
            count(row, "surveys_sent")
            if row["answered_at"] is not None and row["answered_at"] <= UNTIL:
                count(row, "surveys_returned")
    for row in given:
        within = SINCE < row["answered_at"] <= UNTIL and row["recorded_at"] <= KNOWN
        if within and all(row[name] == code for name, code in scope.items()):
            count(row, f"rated_{row['rating']}")
    return found


def rounded(value: Decimal, places: str) -> str:
    return str(value.quantize(Decimal(places), ROUND_HALF_UP))


def shown(counts: Counter[str]) -> dict[str, Any]:
    """The figures of one line, were nothing withheld."""
    steps = {step: counts[f"rated_{step}"] for step in range(1, 6)}
    rated, sent, back = sum(steps.values()), counts["surveys_sent"], counts["surveys_returned"]
    total = Decimal(sum(step * many for step, many in steps.items()))
    share = Decimal(100 * (steps[4] + steps[5]))
    return {
        "surveys_sent": sent,
        "surveys_returned": back,
        "response_rate": rounded(Decimal(100 * back) / sent, "0.1") if sent else None,
        "ratings": rated,
        "satisfaction": rounded(total / rated, "0.01") if rated else None,
        "satisfied": rounded(share / rated, "0.1") if rated else None,
        "distribution": {str(step): many for step, many in steps.items()} if rated else None,
    }


@pytest.mark.parametrize("scope", [{}, {"provider": "meridian"}, {"layer": "operational"}])
def test_each_figure_is_what_counting_by_hand_comes_to(desk: Desk, scope: dict[str, str]) -> None:
    asked, given = put(desk, 3)
    with read(desk.engine) as connection:
        found = opinions(connection, Period(SINCE, UNTIL, KNOWN), Scope(**scope), ())
    told, mine = satisfaction.told(found), by_hand(asked, given, **scope)
    assert same(told["all"], shown(mine["", None])) or scope
    compared = 0
    for name in DIMENSIONS:
        lines = {line["code"]: line for line in told["by"][name]}
        assert {code for by, code in mine if by == name} == set(lines)
        compared += sum(same(line, shown(mine[name, code])) for code, line in lines.items())
    assert compared > 5


def same(line: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Each figure is the expected one or withheld, with all that follows from it."""
    assert line["surveys_sent"] == expected["surveys_sent"]
    if line["surveys_returned"] is None:
        assert line["response_rate"] is None
    else:
        assert line["surveys_returned"] == expected["surveys_returned"]
        assert line["response_rate"] == expected["response_rate"]
    if line["ratings"] is None:
        assert (line["satisfaction"], line["satisfied"], line["distribution"]) == (None,) * 3
        return False
    for name in ("ratings", "satisfaction", "satisfied", "distribution"):
        assert line[name] == expected[name], name
    return True


COUNTS = st.dictionaries(
    st.sampled_from(["rated_1", "rated_3", "rated_5", "surveys_sent"]), st.integers(0, 9)
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", None]), COUNTS, max_size=4))
def test_what_few_have_said_is_withheld_and_follows_from_no_sum(
    counts: dict[str | None, dict[str, int]],
) -> None:
    lines = satisfaction.beside({("agency", c): each for c, each in counts.items()}, ["agency"])
    rated = {code: satisfaction.ratings(each) for code, each in counts.items()}
    hidden = [line["code"] for line in lines["agency"] if line["ratings"] is None]
    assert {code for code, many in rated.items() if 0 < many < 5} <= set(hidden)
    assert len(hidden) != 1 or not [n for n in rated.values() if n >= 5]
    for line in lines["agency"]:
        known = line["satisfaction"] is not None
        assert known is bool(line["ratings"])


def test_a_scorecard_has_them_once_anybody_was_asked_and_is_built_the_same_again(
    desk: Desk, clock: VirtualClock
) -> None:
    clock.move_to(KNOWN)
    request = Request(profile="scorecard:ssi", since=SINCE, as_at=UNTIL, known_at=KNOWN)
    assert "satisfaction" not in digests.looked(desk, request)
    asked, given = put(desk, 5)
    document = digests.looked(desk, request)
    assert document["satisfaction"]["now"]["all"] == shown(by_hand(asked, given)["", None])
    assert "satisfaction_beside" not in document
    benchmark = digests.looked(
        desk, Request(profile="benchmark", since=SINCE, as_at=UNTIL, known_at=KNOWN)
    )
    assert set(benchmark["satisfaction_beside"]) == {"provider", "cluster"}
    assert "satisfaction" not in benchmark
    stored = digests.make(desk, request, CLERK).stored
    for kind in ("html", "md", "csv", "xlsx", "pdf"):
        assert digests.rendered(desk, stored, kind)
    assert b"What people say" in digests.rendered(desk, stored, "html")
    assert digests.verify(desk, stored.id).ok

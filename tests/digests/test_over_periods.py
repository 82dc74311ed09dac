"""How figures went over several periods: each is what a scorecard of that period alone has."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.clock import VirtualClock
from escalation.digests.periods import LONGEST
from escalation.errors import Forbidden, Invalid
from escalation.services import corrections, digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.workflow.viewing import Viewer
from tests.api.service import COMPLAINT, problem, serving
from tests.builders import CLERK, ask, complaint
from tests.digests.busy import busy
from tests.digests.test_cards_kept import BUSINESS, seal
from tests.digests.test_satisfaction import put

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_each_period_has_the_figures_of_a_scorecard_of_its_own(
    desk: Desk, clock: VirtualClock
) -> None:
    busy(desk, clock, 12, days=8, acts=4)
    until = clock.now()
    asked: dict[str, Any] = {"as_at": until, "known_at": until, "since": until - 2 * DAY}
    for profile in ("layer:corporate", BUSINESS):
        found = digests.looked(desk, Request(profile=profile, periods=5, **asked))
        points = found["trend"]
        assert points[-1]["figures"] == found["figures"]["now"]
        assert points[-2]["figures"] == found["figures"]["before"]
        ends = [at(point["as_at"]) for point in points]
        assert ends == [until - 2 * n * DAY for n in (4, 3, 2, 1, 0)]
        for point in points[:3]:
            span: dict[str, Any] = {name: at(point[name]) for name in ("since", "as_at")}
            alone = digests.looked(desk, Request(profile=profile, known_at=until, **span))
            assert alone["figures"]["now"] == point["figures"]
        plain = digests.looked(desk, Request(profile=profile, **asked))
        assert plain == {name: part for name, part in found.items() if name != "trend"}
        differ = {point["figures"]["logged"] for point in points}
        assert len(differ) > (profile == BUSINESS)
    for profile in ("benchmark", "forum:bmf-southern-cross"):  # no totals, or by its meetings
        with pytest.raises(Invalid) as refused:
            digests.looked(desk, Request(profile=profile, periods=4))
        assert [each.pointer for each in refused.value.errors] == ["/periods"]


def test_quarters_go_by_quarters_and_what_people_said_goes_with_them(
    desk: Desk, clock: VirtualClock
) -> None:
    end = at("2026-07-01T00:00:00+10:00")
    clock.move_to(end)
    put(desk, 3)
    found = digests.looked(desk, Request(profile="scorecard:ssi", periods=4))
    begun = [at(point["since"]).astimezone(end.tzinfo) for point in found["trend"]]
    assert [(each.year, each.month, each.day) for each in begun] == [
        (2025, 7, 1), (2025, 10, 1), (2026, 1, 1), (2026, 4, 1),
    ]  # fmt: skip
    said = [point["satisfaction"]["ratings"] for point in found["trend"]]
    assert said[-1] == found["satisfaction"]["now"]["all"]["ratings"]
    assert said[0] == 0


def test_it_is_another_digest_with_it_in_every_format_and_is_verified(
    desk: Desk, clock: VirtualClock
) -> None:
    busy(desk, clock, 12, days=4, acts=4)
    until = clock.now()
    asked: dict[str, Any] = {"as_at": until, "known_at": until, "since": until - DAY}
    made = {
        periods: digests.make(desk, Request(profile=BUSINESS, periods=periods, **asked), CLERK)
        for periods in (None, 3, 2)
    }
    assert len({each.stored.id for each in made.values()}) == 3
    assert not digests.make(desk, Request(profile=BUSINESS, periods=3, **asked), CLERK).new
    assert all(digests.verify(desk, each.stored.number).ok for each in made.values())
    stored = made[3].stored
    trend = json.loads(digests.content(desk, stored))["trend"]
    logged = [str(point["figures"]["logged"]) for point in trend]
    assert f"| Logged | {' | '.join(logged)} |" in digests.rendered(desk, stored, "md").decode()
    lines = list(csv.reader(io.StringIO(digests.rendered(desk, stored, "csv").decode("utf-8-sig"))))
    assert any(line[-4:] == ["Logged", *logged] for line in lines)
    page = digests.rendered(desk, stored, "html").decode()
    assert "Over the periods" in page
    assert "Line charts of Logged" in page
    assert digests.rendered(desk, stored, "pdf").startswith(b"%PDF-")
    assert b"Over the periods" not in digests.rendered(desk, made[None].stored, "html")


def test_a_matter_of_an_earlier_period_that_is_sealed_is_taken_out_of_what_counted_it(
    desk: Desk, clock: VirtualClock
) -> None:
    issue = ask(desk, complaint(outcome={"summary": "Paid", "reasons": "Owed"}))["id"]
    clock.advance(3 * DAY)
    ask(desk, complaint())
    until = clock.now() + timedelta(hours=1)
    clock.move_to(until)
    asked: dict[str, Any] = {"as_at": until, "known_at": until, "since": until - DAY}
    made = digests.make(desk, Request(profile=BUSINESS, periods=4, **asked), CLERK).stored
    clock.advance(DAY)
    seal(desk, issue)
    assert corrections.correct_next(desk) == 1
    again = digests.make(desk, Request(profile=BUSINESS, periods=4, **asked), CLERK).stored
    assert again.corrects == made.id
    assert digests.verify(desk, again.number).ok
    assert digests.verify(desk, made.number).ok
    with pytest.raises(Forbidden):
        digests.content(desk, made, Viewer())
    first, second = (json.loads(digests.content(desk, each))["trend"] for each in (made, again))
    assert first[0]["figures"]["logged"] - second[0]["figures"]["logged"] == 1


def test_it_is_asked_for_over_rest(furnished_url: str) -> None:
    with serving(furnished_url) as service:
        assert service.post("/v1/issues", COMPLAINT).status_code == 201
        looked = service.get("/v1/reports/scorecard?periods=4").json()
        assert [each["figures"]["logged"] for each in looked["trend"]] == [0, 0, 0, 1]
        assert "trend" not in service.get("/v1/reports/scorecard").json()
        kept = service.post("/v1/digests", {"profile": "scorecard:ssi", "periods": 4})
        assert len(service.get(kept.headers["location"]).json()["document"]["trend"]) == 4
        wrong = problem(
            service.get(f"/v1/reports/scorecard?periods={LONGEST + 1}"), 400, "malformed"
        )
        assert wrong["errors"][0]["source"] == {"parameter": "periods"}
        problem(service.post("/v1/digests", {"profile": "benchmark", "periods": 4}), 422, "invalid")

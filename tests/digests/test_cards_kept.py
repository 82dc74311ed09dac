"""Scorecards are kept like digests: the same bytes for ever, for those whose figures they are."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from escalation.clock import VirtualClock
from escalation.digests import periods
from escalation.digests.cards import own_profiles
from escalation.errors import Forbidden, Invalid, NotFound, Refused
from escalation.reports import FORMATS
from escalation.routing.vocabulary import Sensitivity
from escalation.services import corrections, digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.workflow.commands import Reclassify
from escalation.workflow.viewing import Part, Viewer, covers
from tests.builders import CLERK, ask, complaint
from tests.digests.busy import Busy, busy
from tests.digests.history import HOUR
from tests.fakes import utc

BUSINESS = "scorecard:business:meridian"
EVERY = ("scorecard:ssi", "scorecard:cluster:southern-cross", BUSINESS,
         "scorecard:service:ola-rivers", "agency:rivers", "benchmark", "layer:operational",
         "layer:service", "layer:corporate", "scrutiny")  # fmt: skip
BRISBANE, SYDNEY = ZoneInfo("Australia/Brisbane"), ZoneInfo("Australia/Sydney")


def document(desk: Desk, profile: str, **asked: Any) -> dict[str, Any]:
    made = digests.make(desk, Request(profile=profile, **asked), CLERK)
    found: dict[str, Any] = json.loads(digests.content(desk, made.stored))
    return found


def later(history: Busy, clock: VirtualClock) -> None:
    """Some hundred changes."""
    for _ in range(12):
        history.log()
        for _ in range(5):
            history.act()
        history.pass_time(clock.now() + 9 * HOUR)


def seal(desk: Desk, issue: str) -> None:
    """It turns out to be a matter of privacy."""
    changes = {"sensitive": (Sensitivity.PRIVACY,)}
    ask(desk, Reclassify(reason="it is private", changes=changes), issue)


def test_what_counts_a_matter_that_is_sealed_later_is_withheld_and_corrected(
    desk: Desk, clock: VirtualClock
) -> None:
    issue = ask(desk, complaint())["id"]
    for _ in range(5):
        ask(desk, complaint())
    clock.move_to(clock.now() + HOUR)
    profiles = ("scorecard:ssi", BUSINESS, "benchmark", "forum:board-meridian")
    of_others = ("scorecard:business:corptech", "agency:schools", "forum:bmf-southern-cross")
    at = clock.now()
    made = {
        p: digests.make(desk, Request(profile=p, as_at=at, known_at=at), CLERK).stored
        for p in (*profiles, *of_others)
    }
    clock.move_to(clock.now() + HOUR)
    seal(desk, issue)
    asked = Request(profile=BUSINESS, as_at=at, known_at=at)
    first = digests.make(desk, asked, CLERK)
    assert first.stored.corrects == made[BUSINESS].id, "who asks again does not wait for the worker"
    assert (corrections.correct_next(desk), corrections.correct_next(desk)) == (1, 0)
    assert digests.make(desk, asked, CLERK).stored == first.stored
    for profile, old in made.items():
        again = digests.make(desk, Request(profile=profile, as_at=at, known_at=at), CLERK).stored
        assert digests.verify(desk, old.number).ok, profile
        if profile in of_others:
            assert again == old, profile
            assert digests.content(desk, old, Viewer())
            continue
        assert again.corrects == old.id, profile
        assert digests.verify(desk, again.number).ok, profile
        with pytest.raises(Forbidden) as refused:
            digests.content(desk, old, Viewer())
        assert refused.value.extra == {"corrected_by": again.number}
        new = json.loads(digests.content(desk, again, Viewer()))
        assert new["corrects"]["number"] == old.number
        assert f"{old.number}, withheld" in digests.rendered(desk, again, "md").decode()
    both = (digests.content(desk, each) for each in (made[BUSINESS], first.stored))
    assert [json.loads(each)["figures"]["now"]["logged"] for each in both] == [6, 5]


def test_every_scorecard_comes_in_every_format_with_the_same_figures(
    desk: Desk, clock: VirtualClock
) -> None:
    busy(desk, clock, 12, days=8, acts=4)
    for profile in EVERY:
        made = digests.make(desk, Request(profile=profile, marking="OFFICIAL"), CLERK)
        found = json.loads(digests.content(desk, made.stored))
        files = {kind: digests.rendered(desk, made.stored, kind) for kind in FORMATS}
        assert all(files.values())
        text = files["md"].decode()
        assert found["title"] in text
        assert "OFFICIAL" in text
        assert "How it is worked out" in text
        for kind in ("html", "csv"):
            assert found["title"] in files[kind].decode()
        if "figures" in found:
            assert f"| Logged | {found['figures']['now']['logged']} |" in text


def test_an_empty_scorecard_makes_files_too(desk: Desk) -> None:
    for profile in EVERY:
        made = digests.make(desk, Request(profile=profile), CLERK)
        assert all(digests.rendered(desk, made.stored, kind) for kind in FORMATS)


def test_the_figures_of_a_part_are_those_of_its_line_in_the_whole(
    desk: Desk, clock: VirtualClock
) -> None:
    history = busy(desk, clock, 13, days=9, acts=5)
    at = history.seen[-1][0]
    whole = document(desk, "scorecard:ssi", as_at=at, known_at=at)
    parts = {"provider": (BUSINESS, "meridian"), "agency": ("agency:rivers", "rivers"),
             "ola": ("scorecard:service:ola-rivers", "ola-rivers"),
             "cluster": ("scorecard:cluster:southern-cross", "southern-cross")}  # fmt: skip
    for dimension, (profile, code) in parts.items():
        [line] = [each for each in whole["by"]["now"][dimension] if each["code"] == code]
        figures = document(desk, profile, as_at=at, known_at=at)["figures"]["now"]
        assert {name: figures[name] for name in line if name != "code"} == {
            name: value for name, value in line.items() if name != "code"
        }


def test_a_benchmark_withholds_small_counts_and_what_gives_them_away(
    desk: Desk, clock: VirtualClock
) -> None:
    for _ in range(7):
        ask(desk, complaint())
    for _ in range(2):
        ask(desk, complaint(provider="corptech", agency="meridian", function="technology"))
    clock.move_to(clock.now() + HOUR)
    found = document(desk, "benchmark")
    lines = {each["code"]: each for each in found["benchmark"]["now"]["provider"]}
    assert lines["corptech"]["logged"] is None
    assert lines["meridian"]["logged"] is None, "the sum of both is known from elsewhere"
    assert lines["meridian"]["closed"] == lines["corptech"]["closed"] == 0
    for _ in range(3):
        ask(desk, complaint(provider="corptech", agency="meridian", function="technology"))
    clock.move_to(clock.now() + HOUR)
    lines = {e["code"]: e for e in document(desk, "benchmark")["benchmark"]["now"]["provider"]}
    assert (lines["corptech"]["logged"], lines["meridian"]["logged"]) == (5, 7)


def test_a_layer_tells_its_own_progress_and_the_corporate_one_only_what_went_astray(
    desk: Desk, clock: VirtualClock
) -> None:
    history = busy(desk, clock, 15, days=14, acts=4)
    at = history.seen[-1][0]
    whole = document(desk, "scorecard:ssi", as_at=at, known_at=at)
    rungs = {each["code"]: each for each in whole["by"]["now"]["rung"]}
    layers = {"operational": {"service_manager"},
              "service": {"function_director", "business_manager_forum"}}  # fmt: skip
    layers["corporate"] = rungs.keys() - layers["operational"] - layers["service"]
    for layer, codes in layers.items():
        found = document(desk, f"layer:{layer}", as_at=at, known_at=at)
        assert found["layer"]["progress_reported_to"]
        for measure in ("logged", "escalated", "past_target", "unresolved"):
            expected = sum(rungs[code][measure] for code in codes if code in rungs)
            assert found["figures"]["now"][measure] == expected, (layer, measure)
    corporate = document(desk, "layer:corporate", as_at=at, known_at=at)
    astray = corporate["exceptions"]
    assert "by" not in corporate
    assert all(each["now"]["past_target"] for each in astray["planned"])
    shown = {each["code"] for each in astray["by"]["rung"]}
    wrong = ("past_target", "updates_missed", "unresolved_past_target", "unresolved_exhausted")
    assert shown == {c for c in layers["corporate"] if any(rungs[c][m] for m in wrong)}
    assert shown, "nothing went astray"


def test_the_scrutiny_pack_has_all_figures_and_the_benchmark(desk: Desk) -> None:
    found = document(desk, "scrutiny")
    assert found["figures"] == document(desk, "scorecard:ssi")["figures"]
    assert found["benchmark"] == document(desk, "benchmark")["benchmark"]


def test_sealed_matters_stand_in_totals_that_are_withheld_when_small(
    desk: Desk, clock: VirtualClock
) -> None:
    history = busy(desk, clock, 14, days=3, acts=3)
    before = document(desk, "scorecard:ssi")["figures"]["now"]
    for _ in range(4):
        history.seal()
    clock.move_to(clock.now() + HOUR)
    found = document(desk, "scorecard:ssi")
    assert found["figures"]["now"]["logged"] == before["logged"]
    assert found["sealed"]["now"] == {"logged": None, "resolved": None, "unresolved": None}
    history.seal()
    clock.move_to(clock.now() + HOUR)
    assert document(desk, "scorecard:ssi")["sealed"]["now"]["logged"] == 5
    assert document(desk, "scorecard:business:corptech")["sealed"]["now"]["logged"] is None


def test_a_provider_sees_its_own_scorecard_and_no_other(desk: Desk) -> None:
    meridian = Viewer(within=((Part(providers=frozenset({"meridian"})),),))
    made = digests.make(desk, Request(profile=BUSINESS), CLERK, meridian)
    assert digests.content(desk, made.stored, meridian)
    for profile in ("scorecard:ssi", "scorecard:business:corptech", "benchmark", "agency:rivers"):
        with pytest.raises(Invalid):
            digests.make(desk, Request(profile=profile), CLERK, meridian)
        others = digests.make(desk, Request(profile=profile), CLERK).stored
        with pytest.raises(NotFound):
            digests.content(desk, others, meridian)


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("scorecard:business:meridien", "meridian"),
        ("scorecard:business:rivers", "corptech"),
        ("scorecard:service:ola-river", "ola-rivers"),
        ("scorecard:cluster:nowhere", "southern-cross"),
        ("scorecard:everything", "expected one of"),
        ("agency:river", "rivers"),
        ("layer:corporat", "corporate"),
    ],
)
def test_a_scorecard_that_there_is_not_is_refused_by_name(
    desk: Desk, profile: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        digests.make(desk, Request(profile=profile), CLERK)
    [fault] = refused.value.errors
    assert (fault.code, fault.pointer) == ("unknown_reference", "/profile")
    assert says in fault.detail
    with pytest.raises(Refused):
        digests.make(desk, Request(profile="nothing:of:this"), CLERK)


@pytest.mark.parametrize(
    ("part", "of", "whether"),
    [
        (Part(), {}, True),
        (Part(providers=frozenset({"p"})), {"provider": "p"}, True),
        (Part(providers=frozenset({"p"})), {"agency": "p"}, False),
        (Part(parties=frozenset({"a"})), {"provider": "p", "agency": "a"}, True),
        (Part(clusters=frozenset({"c"}), agencies=frozenset({"a"})), {"cluster": "c"}, False),
        (Part(functions=frozenset({"f"})), {"provider": "p"}, False),
        (Part(forums=frozenset({"f"})), {"cluster": "c"}, False),
        (Part(holders=frozenset({"h"})), {"provider": "p"}, False),
    ],
)
def test_who_may_count_all_issues_of_some_parties(
    part: Part, of: dict[str, str], whether: bool
) -> None:
    assert covers(Viewer(within=((part,),)), of) is whether
    assert covers(Viewer(reach=(part,)), of) is whether
    assert covers(Viewer(reach=()), of) is False
    assert covers(Viewer(), of) is True


def test_the_scorecards_of_a_key_are_those_of_its_parties() -> None:
    both = Viewer(within=((Part(providers=frozenset({"p"})),), (Part(agencies=frozenset({"a"})),)))
    assert own_profiles(both) == [], "a provider's issues with one agency are no whole scorecard"
    holder = Viewer(
        person="h", reach=(Part(holders=frozenset({"h"})), Part(parties=frozenset({"p"})))
    )
    assert own_profiles(holder) == ["agency:p", "scorecard:business:p"]
    cluster = Viewer(within=((Part(clusters=frozenset({"c"})),),))
    assert own_profiles(cluster) == ["scorecard:cluster:c"]


def test_a_period_begins_with_its_quarter_and_the_one_before_is_as_long() -> None:
    april = datetime(2026, 4, 1, tzinfo=BRISBANE).astimezone(UTC)
    january = datetime(2026, 1, 1, tzinfo=BRISBANE).astimezone(UTC)
    assert periods.quarter_begin(april, BRISBANE) == january
    assert periods.quarter_begin(april + timedelta(seconds=1), BRISBANE) == april
    october = datetime(2025, 10, 1, tzinfo=BRISBANE).astimezone(UTC)
    assert periods.before(january, april, BRISBANE) == october
    odd = utc("2026-04-20 04:00")
    assert periods.before(april, odd, BRISBANE) == april - (odd - april)
    whole = datetime(2026, 5, 1, tzinfo=SYDNEY).astimezone(UTC)
    begun = datetime(2026, 4, 1, tzinfo=SYDNEY).astimezone(UTC)
    assert periods.before(begun, whole, SYDNEY) == datetime(2026, 3, 1, tzinfo=SYDNEY)

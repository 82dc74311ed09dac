import pytest

from escalation.errors import Invalid
from escalation.routing.effective import EffectiveLadder
from escalation.routing.merging import Part, settled
from escalation.routing.positions import Positions
from escalation.routing.vocabulary import (
    Awaiting,
    EmptySeat,
    Involvement,
    Layer,
    RungKind,
    SetBy,
    Severity,
    Side,
)
from escalation.timekeeping.duration import Duration
from tests.unit.routing.samples import LADDERS, ladders, place_of

PUBLISHED = ladders()


@pytest.fixture
def overridden() -> EffectiveLadder:
    return PUBLISHED.effective("ola-health", "function")


@pytest.fixture
def plain() -> EffectiveLadder:
    return PUBLISHED.effective(None, "plain")


def line(word: str, nth: int = 1) -> int:
    return int(place_of(LADDERS, word, nth).partition(":")[0])


def test_base_values_hold_where_nothing_else_is_said(plain: EffectiveLadder) -> None:
    acknowledge = plain.rung("managers").acknowledge[Severity.LOW]
    assert str(acknowledge.value) == "1 business day"
    assert acknowledge.source.set_by is SetBy.BASE
    assert acknowledge.source.line == line("acknowledge: 1 business day")
    assert acknowledge.source.clause == "base clause"
    assert acknowledge.source.file == "ladders.yaml"
    assert acknowledge.source.publication == PUBLISHED.hash


def test_a_ladder_speaks_over_the_base_severity_by_severity(plain: EffectiveLadder) -> None:
    overall = plain.clocks.overall
    assert [str(overall[severity].value) for severity in overall] == [
        "10 business days",
        "30 business days",
        "30 business days",
        "30 business days",
    ]
    assert overall[Severity.CRITICAL].source.set_by is SetBy.LADDER
    assert overall[Severity.CRITICAL].source.clause == "plain clause"
    assert overall[Severity.HIGH].source.set_by is SetBy.BASE


def test_an_agreement_speaks_over_the_ladder_value_by_value(overridden: EffectiveLadder) -> None:
    targets = overridden.rung("managers").targets
    assert str(targets[Severity.MEDIUM].value) == "1 business day"
    assert targets[Severity.MEDIUM].source.set_by is SetBy.OLA
    assert targets[Severity.MEDIUM].source.line == line("target: {medium: 1 business day}")
    assert targets[Severity.MEDIUM].source.clause == "health 8(a)"
    assert str(targets[Severity.CRITICAL].value) == "4 hours"
    assert targets[Severity.CRITICAL].source.set_by is SetBy.LADDER
    assert targets[Severity.CRITICAL].source.clause == "rung one"


def test_an_agreement_may_change_clocks_and_the_lead(overridden: EffectiveLadder) -> None:
    assert overridden.rung("managers").lead is Side.AGENCY
    assert str(overridden.clocks.review.value) == "14 days"
    assert overridden.clocks.review.source.clause == "health 8"
    assert str(overridden.clocks.inform[Severity.LOW].value) == "20 business days"
    assert overridden.clocks.inform[Severity.HIGH].source.set_by is SetBy.BASE
    assert str(overridden.clocks.hold_caps[Awaiting.RAISER].value) == "5 business days"
    assert overridden.clocks.hold_caps[Awaiting.AGENCY].source.set_by is SetBy.BASE


def test_an_agreement_may_omit_and_insert_rungs(overridden: EffectiveLadder) -> None:
    assert [rung.id for rung in overridden.rungs] == ["managers", "directors", "pair", "board"]
    pair = overridden.rung("pair")
    assert pair.source.set_by is SetBy.OLA
    assert pair.clause == "health 8(c)"
    assert pair.targets[Severity.LOW].source.line == line("target: 3 business days")
    assert pair.warnings.value == (50, Duration.parse("4 business hours"))
    assert pair.warnings.source.clause == "health 8"
    assert overridden.skip == ()


def test_one_duration_stands_for_every_severity(plain: EffectiveLadder) -> None:
    targets = plain.rung("directors").targets
    assert list(targets) == ["critical", "high", "medium", "low"]
    assert {str(valued.value) for valued in targets.values()} == {"5 business days"}


def test_a_forum_rung_has_what_is_a_forums_and_no_target(plain: EffectiveLadder) -> None:
    forum = plain.rung("forum")
    assert forum.kind is RungKind.FORUM
    assert (forum.targets, forum.acknowledge) == ({}, {})
    assert forum.grace is not None
    assert forum.grace.source.set_by is SetBy.BASE
    assert forum.carry_over_limit is not None
    assert forum.carry_over_limit.value == 2
    assert list(forum.out_of_session) == ["critical"]
    managers = plain.rung("managers")
    assert managers.kind is RungKind.OFFICERS
    assert (managers.grace, managers.carry_over_limit) == (None, None)
    assert plain.rung("board").seats == {}


def test_next_rung_is_an_alarm_on_the_last_rung(plain: EffectiveLadder) -> None:
    assert plain.empty_seat("directors") is EmptySeat.NEXT_RUNG
    assert plain.empty_seat("board") is EmptySeat.ALARM
    assert plain.empty_seat("managers") is EmptySeat.ALTERNATE


def test_rungs_have_positions(plain: EffectiveLadder) -> None:
    assert plain.position("managers") == 0
    assert plain.position("board") == 3
    assert plain.last.id == "board"
    with pytest.raises(KeyError):
        plain.rung("nowhere")


@pytest.mark.parametrize("ola", [None, "ola-health", "ola-tech"])
@pytest.mark.parametrize("scope", ["function", "agreement"])
def test_every_effective_value_names_its_line_and_clause(ola: str | None, scope: str) -> None:
    found = dict(PUBLISHED.effective(ola, scope).values())
    text = LADDERS.splitlines()
    for path, valued in found.items():
        source = valued.source
        assert source.publication == PUBLISHED.hash, path
        assert source.clause, path
        assert 1 <= source.line <= len(text), path
    assert {"calendar", "external_review", "clocks.review"} <= set(found)


def test_provenance_reaches_every_plain_value_of_a_rung(overridden: EffectiveLadder) -> None:
    found = dict(overridden.values())
    assert found["rungs.managers.lead"].source.set_by is SetBy.OLA
    assert found["rungs.managers.title"].source.set_by is SetBy.LADDER
    assert found["rungs.managers.seats.agency"].source.line == line("function_manager}")
    assert found["rungs.pair.layer"].source.set_by is SetBy.OLA
    assert found["rungs.board.forum"].source.line == line("kind: ceo_board")
    assert found["rungs.board.grace"].source.line == line("grace: 1 business day")
    assert found["entry.directors"].value == "clients may"
    assert "skip.forum" not in found
    assert "skip.forum" in dict(PUBLISHED.effective(None, "plain").values())


def test_a_statutory_clock_cites_the_law(overridden: EffectiveLadder) -> None:
    (clock,) = overridden.clocks.statutory
    assert (clock.name, clock.on, clock.starts, clock.stops) == (
        "human_rights",
        ("human_rights",),
        "received",
        "resolve",
    )
    assert clock.budget.source.clause == "HRA s 65"


def test_the_calendar_is_the_agreements_where_it_has_one() -> None:
    assert PUBLISHED.effective("ola-tech", "function").calendar.source.set_by is SetBy.OLA
    assert PUBLISHED.effective("ola-health", "function").calendar.source.set_by is SetBy.LADDER


def test_a_value_that_no_part_says_is_a_defect_of_the_models() -> None:
    part = Part(object(), (), SetBy.BASE, "c", "hash", Positions("f"))
    with pytest.raises(LookupError):
        settled([part], "title")


def test_a_rung_says_who_is_responsible_accountable_consulted_and_informed() -> None:
    ladder = ladders().effective(None, "plain")
    told = {each: tuple(v.value) for each, v in ladder.rung("managers").responsibilities.items()}
    assert told == {
        Involvement.RESPONSIBLE: ("service manager of the provider",),
        Involvement.ACCOUNTABLE: ("Heads",),
        Involvement.CONSULTED: ("function manager of the agency",),
        Involvement.INFORMED: ("Managers",),
    }
    body = ladder.rung("forum").responsibilities
    assert body[Involvement.RESPONSIBLE].value == ("business manager forum",)
    assert len(body[Involvement.CONSULTED].value) == 2
    assert Involvement.CONSULTED not in ladder.rung("board").responsibilities
    said = "title: Managers\n        responsibilities: {informed: [Treasury, Union]}"
    own = ladders(("title: Managers", said)).effective(None, "plain")
    informed = own.rung("managers").responsibilities[Involvement.INFORMED]
    assert informed.value == ("Treasury", "Union")
    assert informed.source.set_by is SetBy.LADDER
    assert "rungs.managers.responsibilities.informed" in dict(own.values())


def test_a_rung_of_two_layers_stands_with_the_higher_of_them() -> None:
    said = "title: Directors\n        also_layer: corporate"
    both = ladders(("title: Directors", said)).effective(None, "plain")
    assert both.rung("directors").layers == (Layer.SERVICE, Layer.CORPORATE)
    assert both.rung("directors").standing is Layer.CORPORATE
    assert dict(both.values())["rungs.directors.also_layer"].value is Layer.CORPORATE
    assert both.rung("managers").standing is Layer.OPERATIONAL
    again = "title: Directors\n        also_layer: service"
    with pytest.raises(Invalid, match="another layer than its own"):
        ladders(("title: Directors", again))

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.errors import Invalid
from escalation.routing.entry import Entry, choose, next_rung, severity_of
from escalation.routing.vocabulary import Degree, RaiserType, Scope, Severity
from tests.unit.routing.samples import (
    DIRECTORY,
    LADDERS,
    Change,
    directory,
    ladders,
    shape,
    told,
)

PUBLISHED = ladders()
KNOWN = directory()
PLAIN = PUBLISHED.effective(None, "plain")


def entry(**fields: Any) -> Entry:
    return choose(PUBLISHED, KNOWN, shape(**fields))


def refused(*changes: Change, **fields: Any) -> list[str]:
    of_ladders = [change for change in changes if change[0] in LADDERS]
    of_directory = [change for change in changes if change[0] in DIRECTORY]
    with pytest.raises(Invalid) as caught:
        choose(ladders(*of_ladders), directory(*of_directory), shape(**fields))
    return told(caught.value)


def test_the_agreement_follows_from_client_function_region_and_date() -> None:
    found = entry()
    assert (found.ola, found.ladder.id, found.rung.id) == ("ola-health", "plain", "managers")
    assert (found.provider, found.cluster) == ("alpha", "north")
    assert found.warnings == ()
    assert found.reasons == (
        "Plain ladder is the ladder of ola-health (Health with Alpha)",
        "It enters at Managers, the first rung",
        "Calendar city is that of the ladder",
    )


def test_the_scope_chooses_the_agreements_ladder() -> None:
    found = entry(scope=Scope.AGREEMENT, function=None)
    assert (found.ola, found.ladder.id, found.rung.id) == ("ola-health", "whole", "accounts")


def test_an_agreement_may_be_for_some_services_and_regions() -> None:
    tech: dict[str, Any] = {"agency": "alpha", "function": "technology"}
    assert entry(**tech, region="bay", service="desk").ola == "ola-tech"
    assert entry(**tech, region=None).ola == "ola-tech"
    elsewhere = entry(**tech, region="hills")
    assert elsewhere.ola is None
    assert elsewhere.provider == "beta"
    narrow = ("services: [desk]", "services: [tape]")
    other = choose(ladders(narrow), KNOWN, shape(**tech, region="bay", service="desk"))
    assert other.ola is None


def test_the_calendar_is_the_agreements_else_the_regions_else_the_ladders() -> None:
    assert entry(region="bay").calendar == "coast"
    assert entry(region="bay").reasons[-1] == "Calendar coast is that of the region bay"
    assert entry(region="hills").calendar == "city"
    assert entry(region=None).calendar == "city"
    hills = directory(("hills: {title: Hills}", "hills: {title: Hills, calendar: city}"))
    open_to_all = ladders(("    regions: [bay]\n", ""))
    tech = choose(open_to_all, hills, shape(agency="alpha", function="technology"))
    assert tech.calendar == "coast"
    assert tech.reasons[-1] == "Calendar coast is set by ola-tech"
    assert tech.corporate_purchaser == "ann"


def test_without_an_agreement_the_default_ladder_is_used_with_a_warning() -> None:
    found = entry(agency="roads")
    assert (found.ola, found.ladder.id, found.provider) == (None, "plain", "alpha")
    assert found.cluster == "north"
    assert found.warnings == ("No agreement of Roads covers payroll; the default ladder is used",)
    assert found.reasons[0] == "Plain ladder is the default ladder"
    whole = entry(agency="roads", scope=Scope.AGREEMENT, function=None, provider="beta")
    assert whole.ladder.id == "whole"
    assert whole.cluster is None
    assert whole.warnings[0].startswith("No agreement of Roads with Beta covers the whole of the")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2027, 6, 30, 14, 0, tzinfo=UTC), "(Health with Alpha) ended on 2027-06-30"),
        (datetime(2025, 6, 30, 13, 59, 59, tzinfo=UTC), "begins on 2025-07-01"),
    ],
)  # fmt: skip
def test_an_agreement_out_of_its_dates_is_named_in_the_warning(at: datetime, words: str) -> None:
    found = entry(at=at)
    assert found.ola is None
    assert words in found.warnings[0]


def test_an_agreement_holds_through_its_last_day() -> None:
    assert entry(at=datetime(2027, 6, 30, 13, 59, 59, tzinfo=UTC)).ola == "ola-health"
    assert entry(at=datetime(2025, 6, 30, 14, 0, tzinfo=UTC)).ola == "ola-health"


SECOND = LADDERS[LADDERS.index("  ola-health:") : LADDERS.index("  ola-tech:")]
TWICE = ("  ola-tech:", SECOND.replace("ola-health", "ola-more") + "  ola-tech:")


def test_several_agreements_that_fit_are_refused_by_name() -> None:
    (message,) = refused(TWICE)
    assert message == (
        "/agency: found 2 agreements that fit: `ola-health` and `ola-more`; expected one"
    )


def test_several_agreements_of_several_providers_ask_for_the_provider() -> None:
    other = SECOND.replace("ola-health", "ola-more").replace("alpha", "beta")
    twice = ("  ola-tech:", other + "  ola-tech:")
    (message,) = refused(twice)
    assert message.startswith("/provider: found 2 agreements that fit")
    assert choose(ladders(twice), KNOWN, shape(provider="beta")).ola == "ola-more"


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({"agency": "helth"}, ["/agency: found `helth`"]),
        ({"agency": "treasury"}, ["/agency: found `treasury`"]),
        ({"agency": "x", "function": "y", "region": "z", "service": "w", "provider": "v"},
         ["/agency: ", "/provider: ", "/function: ", "/service: ", "/region: "]),
        ({"provider": "health"}, ["/provider: found `health`, ex", "/provider: found"]),
        ({"function": None}, ["/function: found none, expected a function"]),
        ({"service": "desk"}, ["/service: found `desk`, a service of `technology`"]),
    ],
)  # fmt: skip
def test_codes_that_do_not_fit_are_refused_each_at_its_field(
    fields: dict[str, Any], messages: list[str]
) -> None:
    found = refused(**fields)
    assert len(found) == len(messages)
    for message, begins in zip(found, messages, strict=True):
        assert message.startswith(begins)


def test_a_client_of_no_cluster_or_of_several_must_name_the_provider() -> None:
    alone = ("members: [health, roads]", "members: [health]")
    (message,) = refused(alone, agency="roads")
    assert message.startswith("/provider: found none, expected `alpha` or `beta`")
    both = ("members: [alpha]", "members: [alpha, roads]")
    (message,) = refused(both, agency="roads")
    assert message.startswith("/provider: found none, expected `alpha` or `beta`")


def test_an_entry_rule_lets_a_client_in_above_the_first_rung() -> None:
    found = entry(raiser=RaiserType.CLIENT, severity=Severity.HIGH)
    assert found.rung.id == "directors"
    assert found.reasons[1] == "It enters at Directors: clients may"
    assert entry(raiser=RaiserType.CLIENT).rung.id == "managers"
    assert entry(severity=Severity.HIGH).rung.id == "managers"


def test_rules_may_name_the_provider_that_the_agreement_settles() -> None:
    by_provider = ladders(("when: {raiser: client,", "when: {provider: alpha,"))
    assert choose(by_provider, KNOWN, shape(severity=Severity.HIGH)).rung.id == "directors"


def test_the_rung_above_is_the_next_that_no_rule_leaves_out() -> None:
    rung, skipped = next_rung(PLAIN, "directors", shape())
    assert rung is PLAIN.rung("forum")
    assert skipped == ()
    rung, skipped = next_rung(PLAIN, "directors", shape(severity=Severity.CRITICAL))
    assert rung is PLAIN.last
    assert skipped == ("Forum is left out: no time to meet",)
    assert next_rung(PLAIN, "board", shape()) == (None, ())


def test_a_first_rung_that_is_left_out_is_not_entered() -> None:
    published = ladders(("- rung: forum", "- rung: managers"))
    found = choose(published, KNOWN, shape(severity=Severity.CRITICAL))
    assert found.rung.id == "directors"
    assert found.reasons[1] == "Managers is left out: no time to meet"


def test_a_choice_is_remembered_until_an_agreement_or_an_appointment_changes() -> None:
    first = entry()
    assert entry(at=shape().at + timedelta(days=30)) is first
    assert entry(at=datetime(2030, 1, 1, tzinfo=UTC)) is not first
    assert entry(severity=Severity.LOW) is not first


@pytest.mark.parametrize(
    ("said", "severity", "reason"),
    [
        ((Severity.LOW, Degree.HIGH, Degree.HIGH), "low", "severity low was given"),
        ((None, Degree.HIGH, Degree.LOW), "medium", "medium from high impact and low urgency"),
        ((None, Degree.LOW, Degree.HIGH), "medium", "medium from low impact and high urgency"),
        ((None, Degree.HIGH, None), "high", "severity high from high impact and medium urgency"),
        ((None, None, Degree.LOW), "low", "severity low from medium impact and low urgency"),
        ((None, None, None), "medium", "severity medium: nothing was said"),
    ],
)  # fmt: skip
def test_severity_is_given_or_follows_from_impact_and_urgency(
    said: tuple[Severity | None, Degree | None, Degree | None], severity: str, reason: str
) -> None:
    found, why = severity_of(PUBLISHED.file, *said)
    assert found == severity
    assert why.endswith(reason)

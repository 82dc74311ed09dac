"""Sealed issues: named people, referrals, and clocks of the law that nothing pauses."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from escalation.routing.vocabulary import Sensitivity, Severity, Side
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Escalate,
    Inform,
    Name,
    Reassign,
    Reclassify,
    RecordReferral,
    Refer,
    Resolve,
    Resume,
    Unname,
    Withdraw,
)
from escalation.workflow.facts import Actor, Clock
from escalation.workflow.outlook import at_the_end, at_the_next_step, open_acts
from escalation.workflow.sealed import Sealing
from escalation.workflow.states import ClockClass, ClockEnd
from escalation.workflow.viewing import EVERYTHING, Viewer, may_see, readers
from tests.fakes import utc
from tests.unit.workflow.asks import ASKS, OUTCOME, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, Story, logged, told

RIGHTS, PRIVACY = Sensitivity.HUMAN_RIGHTS, Sensitivity.PRIVACY
CORRUPT = Sensitivity.CORRUPT_CONDUCT
SAM = Actor(kind="person", name="Sam", person="sam")


def laws(story: Story) -> dict[str, Clock]:
    return {c.rule: c for c in story.facts.clocks if c.rule is not None}


def sealing(story: Story) -> Sealing:
    assert story.issue.sealing is not None
    return story.issue.sealing


def sealed(*sensitive: Sensitivity, **changes: Any) -> Story:
    return logged(sensitive=sensitive or (RIGHTS,), **changes)


def breaches(story: Story) -> int:
    """Breaches of the rule `rights`; the others of a story have their own."""
    found = [e for e in story.book.events if e.type == "issue.breached"]
    return sum(e.payload["clock"] == "statutory:rights" for e in found)


def reseal(story: Story, *sensitive: Sensitivity) -> None:
    story.do(Reclassify(changes={"sensitive": sensitive}, reason="looked at again"))


# -- who may see it


def test_an_issue_that_is_not_sealed_is_for_everybody() -> None:
    issue = logged().issue
    assert readers(issue) is None
    assert issue.sensitive == ()
    assert may_see(Viewer(), issue)


def test_a_sealed_issue_is_for_its_holders_the_named_and_who_administers() -> None:
    story = sealed()
    assert readers(story.issue) == ("alpha-function-manager", "sam")
    story.do(Name(person="zed", reason="disclosure coordinator"))
    assert readers(story.issue) == ("alpha-function-manager", "sam", "zed")
    assert may_see(Viewer("zed"), story.issue)
    assert may_see(EVERYTHING, story.issue)
    assert not may_see(Viewer("dee"), story.issue)
    assert not may_see(Viewer(), story.issue)


def test_whom_it_is_about_never_sees_it_though_they_hold_a_seat() -> None:
    story = sealed(about_person="sam")
    assert readers(story.issue) == ("alpha-function-manager",)
    assert story.refused(Name(person="sam")).code == "complained_about"


def test_the_holders_of_the_rung_it_climbs_to_see_it_and_those_below_no_longer() -> None:
    story = sealed()
    story.do(Escalate(reason="beyond us"))
    assert readers(story.issue) == ("alpha-function-director", "dee")


def test_who_seals_it_is_named_and_can_name_others() -> None:
    story = logged()
    story.do(Reclassify(changes={"sensitive": (PRIVACY,)}, reason="names of others"), by=SAM)
    [named] = sealing(story).named
    assert (named.person, named.by, named.why) == ("sam", "Sam", "sealed it")
    assert sealing(story).at == MONDAY


def test_a_person_is_named_once_and_unnamed_with_a_reason() -> None:
    story = sealed()
    story.do(Name(person="zed", reason="investigates"))
    assert story.refused(Name(person="zed")).code == "named_already"
    story.do(Unname(person="zed", reason="has finished"))
    assert sealing(story).named == ()
    assert story.refused(Unname(person="zed")).detail == "zed is not named for it."
    holder = story.refused(Unname(person="sam"))
    assert (holder.code, "reassign the seat" in holder.detail) == ("not_named", True)
    story.do(Reassign(seat=Side.PROVIDER, person="zed"))
    assert readers(story.issue) == ("alpha-function-manager", "zed")


def test_acts_of_sealed_issues_are_offered_for_sealed_issues_only() -> None:
    offered = {"name", "unname", "refer", "record-referral"}
    assert not offered & set(open_acts(logged().facts))
    assert offered <= set(open_acts(sealed().facts))


# -- what begins with it


def test_the_clocks_of_the_law_run_from_where_each_rule_says() -> None:
    story = sealed(PRIVACY, RIGHTS, occurred_at=MONDAY - 3 * DAY, received_at=MONDAY - HOUR)
    assert story.issue.sensitive == (RIGHTS, PRIVACY)
    assert {name: clock.anchor for name, clock in laws(story).items()} == {
        "rights": MONDAY - HOUR,
        "records": MONDAY - 3 * DAY,
        "told": MONDAY,
        "kept": MONDAY - HOUR,
    }
    assert {c.class_ for c in laws(story).values()} == {ClockClass.STATUTORY}
    assert laws(story)["rights"].name == "statutory:rights"


def test_a_matter_without_a_date_counts_from_its_receipt() -> None:
    assert laws(sealed(PRIVACY))["records"].anchor == MONDAY


def test_a_referral_that_the_file_asks_for_begins_at_once_and_once() -> None:
    story = sealed(CORRUPT)
    [made] = sealing(story).referrals
    assert (made.to, made.under, made.at) == ("The commission", "Crime Act s 38", MONDAY)
    assert made.reference is None
    assert told(story.plans[0])[-2:] == ["sealed", "referred"]
    reseal(story, CORRUPT, RIGHTS)
    assert sealing(story).referrals == (made,)


def test_what_a_referral_comes_to_is_recorded_with_it() -> None:
    story = sealed(CORRUPT)
    story.do(Refer(to="The Ombudsman", under="Ombudsman Act s 1", reference="O-1"))
    first, second = sealing(story).referrals
    assert second.by == "Ana"
    story.do(RecordReferral(referral=first.id, reference="CCC-7"), at=MONDAY + HOUR)
    story.do(RecordReferral(referral=first.id, outcome="no action"), at=MONDAY + DAY)
    settled, other = sealing(story).referrals
    assert (settled.reference, settled.outcome) == ("CCC-7", "no action")
    assert settled.outcome_at == MONDAY + DAY
    assert other == second
    assert story.refused(RecordReferral(referral="ref_x", outcome="x")).code == "no_such_referral"


# -- the clocks of the law


def test_a_hold_pauses_the_agreed_clocks_and_none_of_the_law() -> None:
    story = sealed()
    before = laws(story)["rights"]
    story.do(Acknowledge())
    story.do(a_hold(story, days=4))
    story.now += 2 * DAY
    assert laws(story)["rights"] == before
    assert story.clock("rung").due_at is None
    story.do(Resume())
    assert laws(story)["rights"] == before


def test_the_end_is_a_breach_also_on_hold_and_comes_once() -> None:
    story = sealed()
    story.do(a_hold(story, days=10))
    due = laws(story)["rights"].due_at
    assert due == utc("2026-03-09 07:00")
    story.live_until(due)
    assert story.last("warned")["clock"] == "statutory:rights"
    breach = story.last("breached")
    assert (breach["clock"], breach["clause"]) == ("statutory:rights", "Rights Act s 65")
    assert story.issue.status == "on_hold"
    story.live_until(due + 3 * DAY)
    assert breaches(story) == 1


def test_a_time_that_was_over_before_it_was_sealed_is_a_breach_at_once() -> None:
    story = logged(received_at=MONDAY - 20 * DAY)
    reseal(story, RIGHTS)
    story.sweep()
    assert breaches(story) == 1


@pytest.mark.parametrize(
    ("rule", "ask", "left"),
    [
        ("records", Acknowledge(), {"told", "kept"}),
        ("told", Inform(text="we look at it"), {"records", "kept"}),
        ("records", None, {"told", "kept"}),  # a hold acknowledges
    ],
)
def test_each_stops_for_the_act_that_its_rule_names(
    rule: str, ask: Acknowledge | Inform | None, left: set[str]
) -> None:
    story = sealed(PRIVACY)
    plan = story.do(ask or a_hold(story))
    assert laws(story).keys() == left
    [stopped] = [clock for clock in plan.changed if clock.rule == rule]
    assert stopped.ended_how is ClockEnd.STOPPED


def test_an_outcome_stops_what_waits_for_it_and_closing_the_rest() -> None:
    story = sealed(RIGHTS, PRIVACY)
    story.do(Resolve(outcome=OUTCOME))
    assert laws(story).keys() == {"records", "told", "kept"}
    story.do(Close())
    assert laws(story) == {}


def test_an_outcome_at_first_contact_leaves_no_clock_that_waits_for_it() -> None:
    assert "rights" not in laws(sealed(RIGHTS, outcome=OUTCOME))


def test_sealed_for_more_reasons_only_the_new_rules_begin() -> None:
    story = sealed(RIGHTS)
    story.do(Acknowledge())
    assert laws(story).keys() == {"rights"}
    reseal(story, RIGHTS, PRIVACY)
    assert laws(story).keys() == {"rights", "told", "kept"}, "acknowledged once is acknowledged"


def test_sealed_for_other_reasons_the_rules_that_do_not_hold_are_superseded() -> None:
    story = sealed(RIGHTS)
    rights = laws(story)["rights"]
    reseal(story, CORRUPT)
    assert laws(story) == {}
    [ended] = [c for c in story.plans[-1].changed if c.id == rights.id]
    assert ended.ended_how is ClockEnd.SUPERSEDED


def test_sealed_when_it_is_settled_nothing_runs_that_the_outcome_had_stopped() -> None:
    story = logged()
    story.do(Resolve(outcome=OUTCOME))
    reseal(story, RIGHTS, PRIVACY)
    assert laws(story).keys() == {"kept"}
    story.do(Withdraw())
    assert laws(story) == {}
    gone = logged()
    gone.do(Withdraw())
    refused = gone.refused(Reclassify(changes={"severity": Severity.LOW, "sensitive": (RIGHTS,)}))
    assert refused.code == "settled"
    assert "not `severity`" in refused.detail
    reseal(gone, RIGHTS, PRIVACY)
    assert gone.facts.clocks == ()
    assert readers(gone.issue) is not None


def test_what_is_sealed_stays_sealed() -> None:
    story = sealed()
    refused = story.refused(Reclassify(changes={"sensitive": ()}, reason="it was not"))
    assert refused.code == "stays_sealed"


def test_reclassified_the_law_counts_from_the_same_anchor_in_the_new_calendar() -> None:
    story = sealed()
    before = laws(story)["rights"]
    story.do(Reclassify(changes={"agency": "echo"}, reason="theirs"))
    after = laws(story)["rights"]
    assert (after.id, after.anchor, after.intervals) == (
        before.id,
        before.anchor,
        before.intervals,
    )
    assert (after.calendar, before.calendar) == ("always", "office")
    assert after.due_at != before.due_at


def test_under_another_budget_a_breach_that_lies_ahead_again_is_a_new_clock() -> None:
    story = sealed(received_at=MONDAY - 20 * DAY)
    story.sweep()
    assert breaches(story) == 1
    clock = laws(story)["rights"]
    story.do(Reclassify(changes={"severity": Severity.HIGH}, reason="worse"))
    assert laws(story)["rights"] == clock, "a severity is nothing to the law"


def test_what_lies_ahead_is_told_with_the_law() -> None:
    story = sealed()
    clock = laws(story)["rights"]
    assert at_the_end(story.facts, clock, MONDAY).endswith("a breach of Rights Act s 65")
    assert "the statutory:rights clock has reached" in at_the_next_step(story.facts, clock, MONDAY)
    unknown = replace(clock, rule="repealed")
    assert at_the_end(story.facts, unknown, MONDAY).endswith("a breach")


def test_every_act_of_the_table_can_be_done_to_a_sealed_issue_as_to_another() -> None:
    for act, ask in ASKS.items():
        story, other = sealed(CORRUPT), logged()
        if act in {"name", "unname", "refer", "record-referral"}:
            continue
        ways = []
        for each in (story, other):
            try:
                ways.append(told(each.do(ask(each))))
            except Exception as error:  # noqa: BLE001 - the two are compared
                ways.append([getattr(error, "code", "")])
        assert ways[0] == ways[1], act


def test_a_calendar_that_ends_too_soon_is_alarmed_by_the_name_of_the_law() -> None:
    story = logged(utc("2031-12-30 00:00"), sensitive=(PRIVACY,))
    horizons = [e for e in story.book.events if e.payload.get("step") == "horizon"]
    assert "statutory:kept" in {e.payload["clock"] for e in horizons}


def test_a_minute_before_the_end_it_is_no_breach() -> None:
    story = sealed()
    due = laws(story)["rights"].due_at
    assert due is not None
    story.live_until(due - timedelta(minutes=1))
    assert breaches(story) == 0

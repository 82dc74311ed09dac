"""Ties between issues: links, dependencies that holds wait for, duplicates merged."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from escalation.routing.vocabulary import Awaiting, Sensitivity, Severity
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Dispute,
    Hold,
    Inform,
    Link,
    Merge,
    Reclassify,
    Reopen,
    Resolve,
    Resume,
    SeekAdvice,
    Unlink,
    Withdraw,
)
from escalation.workflow.consequences import Tied, Untied, UpstreamSettled
from escalation.workflow.facts import Actor, Issue
from escalation.workflow.outlook import open_acts
from escalation.workflow.plan import LinkRow, Plan, Tell
from escalation.workflow.sealed import Sealing
from escalation.workflow.states import Status
from escalation.workflow.ties import upstream
from tests.unit.workflow.asks import OUTCOME, a_merge, beside
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, Story, logged, told


def link(other: Issue, as_: str = "depends_on", **more: Any) -> Link:
    return Link(issue=other.id, reference=other.reference, as_=as_, **more)


def tied(story: Story, other: Issue, as_: str = "depends_on") -> Plan:
    return story.do(link(other, as_))


def waiting(days: int = 5) -> Story:
    """An issue on hold for another that it depends on."""
    story = logged()
    other = beside(story)
    tied(story, other)
    until = MONDAY + timedelta(days=days)
    ask = Hold(until=until, awaiting=Awaiting.DEPENDENCY, reason="upstream", issue=other.id)
    story.do(ask, at=MONDAY + HOUR)
    return story


SETTLED = UpstreamSettled(issue="iss_other", reference="SSI-2026-000002", how=Status.RESOLVED)


@pytest.mark.parametrize(
    ("as_", "back"),
    [
        ("related", "related"),
        ("depends_on", "upstream_of"),
        ("duplicate_of", "duplicated_by"),
    ],
)
def test_a_link_stands_on_both_issues(as_: str, back: str) -> None:
    story = logged()
    plan = tied(story, beside(story), as_)
    [tie] = story.issue.links
    assert (tie["issue"], tie["reference"], tie["as"]) == ("iss_other", "SSI-2026-000002", as_)
    [tell] = plan.tells
    here = Tied(issue=story.issue.id, reference=story.issue.reference, as_=back)
    assert tell == Tell("iss_other", here)
    other = logged()
    other.do(tell.ask)
    assert [tie["as"] for tie in other.issue.links] == [back]
    assert other.last("linked") == {"issue": "SSI-2026-000001", "as": back}


def test_the_same_link_is_made_once() -> None:
    story = logged()
    other = beside(story)
    tied(story, other)
    refused = story.refused(link(other))
    assert (refused.code, "as `depends on` already" in refused.detail) == ("already_linked", True)
    tied(story, other, "related")


def test_only_dependencies_lead_upstream() -> None:
    story = logged()
    tied(story, beside(story), "related")
    assert upstream(story.issue) == frozenset()
    tied(story, beside(story))
    assert upstream(story.issue) == {"iss_other"}


def unlink(other: Issue, as_: str = "depends_on") -> Unlink:
    return Unlink(issue=other.id, reference=other.reference, as_=as_, reason="it is another matter")


@pytest.mark.parametrize(
    ("as_", "back"),
    [
        ("related", "related"),
        ("depends_on", "upstream_of"),
        ("duplicate_of", "duplicated_by"),
    ],
)
def test_a_link_is_undone_on_both_issues_and_stays_on_the_record(as_: str, back: str) -> None:
    story = logged()
    tied(story, beside(story), as_)
    here = {"issue": story.issue.id, "reference": story.issue.reference, "as": back}
    other = beside(story, links=(here,))
    tied(story, other, "depends_on" if as_ == "related" else "related")
    plan = story.do(unlink(other, as_))
    assert [tie["as"] for tie in story.issue.links] != [as_]
    assert len(story.issue.links) == 1
    assert plan.unlinks == (LinkRow("iss_other", as_),)
    gone = {"issue": "SSI-2026-000002", "as": as_, "reason": "it is another matter"}
    assert story.last("unlinked") == gone
    [tell] = plan.tells
    assert tell.ask == Untied(issue=story.issue.id, reference=story.issue.reference, as_=back)
    far = logged()
    far.do(Tied(issue=story.issue.id, reference="SSI-2026-000001", as_=back))
    undone = far.do(tell.ask)
    assert (far.issue.links, undone.unlinks) == ((), (LinkRow(story.issue.id, back),))
    assert far.last("unlinked") == {"issue": "SSI-2026-000001", "as": back}
    assert far.clock("rung") == logged().clock("rung"), "no clock is touched"


def test_only_a_link_that_there_is_can_be_undone() -> None:
    story = logged()
    other = beside(story)
    assert "unlink" not in open_acts(story.facts)
    tied(story, other)
    assert "unlink" in open_acts(story.facts)
    refused = story.refused(unlink(other, "related"))
    assert refused.code == "not_linked"
    assert refused.detail == "SSI-2026-000001 is not linked to SSI-2026-000002 as `related`."


def test_a_dependency_that_a_hold_waits_for_is_not_undone_from_either_end() -> None:
    story = waiting()
    refused = story.refused(unlink(story.beside["iss_other"]))
    assert refused.code == "waited_for"
    assert "SSI-2026-000001 is on hold for SSI-2026-000002: resume it" in refused.detail
    upstream = logged()
    upstream.do(Tied(issue="iss_other", reference="SSI-2026-000002", as_="upstream_of"))
    held = beside(upstream, hold={"issue": upstream.issue.id, "awaiting": "dependency"})
    assert upstream.refused(unlink(held, "upstream_of")).code == "waited_for"
    beside(upstream, hold={"awaiting": "raiser"})
    upstream.do(unlink(held, "upstream_of"))
    story.do(Resume())
    story.do(unlink(story.beside["iss_other"]))
    assert story.issue.links == ()


def test_a_link_that_the_other_end_was_not_told_of_is_undone_here_alone() -> None:
    story = logged()
    other = beside(story)
    tied(story, other, "related")
    assert story.do(unlink(other, "related")).tells == ()


def test_an_issue_is_not_tied_to_itself() -> None:
    story = logged()
    mine = beside(story, id=story.issue.id, reference=story.issue.reference)
    assert story.refused(link(mine, "related")).code == "same_issue"
    assert story.refused(Merge(issue=mine.id, reference=mine.reference)).code == "same_issue"


def test_a_circle_of_dependencies_is_refused_however_long() -> None:
    story = logged()
    back = {"issue": story.issue.id, "reference": "SSI-2026-000001", "as": "depends_on"}
    other = beside(story, links=(back,))
    assert story.refused(link(other)).code == "dependency_cycle"
    far = beside(story)
    refused = story.refused(link(far, beyond=frozenset({story.issue.id})))
    assert refused.code == "dependency_cycle"
    assert "by way of others" in refused.detail
    tied(story, far, "related")


def test_a_hold_for_a_dependency_ends_when_the_upstream_issue_is_settled() -> None:
    story = waiting()
    assert story.issue.hold is not None
    assert (story.issue.hold["issue"], story.issue.hold["reference"]) == (
        "iss_other",
        "SSI-2026-000002",
    )
    assert story.last("held")["reference"] == "SSI-2026-000002"
    left = story.left("rung")
    plan = story.do(SETTLED, at=MONDAY + DAY)
    assert told(plan) == ["upstream_settled", "resumed"]
    assert story.last("resumed")["how"] == "what it waited for is resolved"
    assert story.issue.status is Status.IN_PROGRESS
    assert story.left("rung") == left
    assert not story.has("hold")


def test_without_such_a_hold_it_is_only_told() -> None:
    story = logged()
    tied(story, beside(story))
    before = story.facts.clocks
    assert told(story.do(SETTLED)) == ["upstream_settled"]
    assert (story.facts.clocks, story.issue.status) == (before, Status.OPEN)


def test_a_hold_for_something_else_goes_on() -> None:
    story = logged()
    tied(story, beside(story))
    until = MONDAY + DAY
    story.do(Hold(until=until, awaiting=Awaiting.RAISER, reason="a form"))
    story.do(SETTLED)
    assert story.issue.hold is not None


def test_a_hold_whose_end_the_engine_is_late_for_is_left_to_its_own_clock() -> None:
    story = waiting(days=1)
    story.do(SETTLED, at=MONDAY + 2 * DAY)
    assert story.issue.status is Status.ON_HOLD
    story.sweep()
    resumed = [e for e in story.book.events if e.type.value == "issue.resumed"]
    assert [event.effective_at for event in resumed] == [MONDAY + DAY]


def test_an_issue_that_is_settled_itself_hears_no_more_of_what_it_depended_on() -> None:
    story = logged()
    tied(story, beside(story))
    story.do(Withdraw(reason="enough"))
    assert story.do(SETTLED).nothing


def test_a_hold_for_a_dependency_names_an_open_issue_that_it_depends_on() -> None:
    story = logged()
    until = MONDAY + DAY

    def hold(issue: str | None) -> Hold:
        return Hold(until=until, awaiting=Awaiting.DEPENDENCY, reason="upstream", issue=issue)

    refused = story.refused(hold(None))
    assert (refused.code, "Name the issue" in refused.detail) == ("dependency_not_named", True)
    other = beside(story)
    assert "does not depend on" in story.refused(hold(other.id)).detail
    tied(story, other, "related")
    assert "does not depend on" in story.refused(hold(other.id)).detail
    tied(story, other)
    settled = beside(story, status=Status.CLOSED)
    assert "is closed already" in story.refused(hold(settled.id)).detail
    importer = Actor(kind="import", name="an old log")
    story.do(hold(None), by=importer)


@pytest.mark.parametrize("end", [Withdraw(reason="no"), Resolve(outcome=OUTCOME)])
def test_whatever_settles_an_issue_is_told_to_those_that_depend_on_it_once(end: Any) -> None:
    story = logged()
    story.do(Tied(issue="iss_a", reference="SSI-2026-000008", as_="upstream_of"))
    story.do(Tied(issue="iss_b", reference="SSI-2026-000009", as_="related"))
    plan = story.do(end)
    told_to = [(tell.issue, tell.ask) for tell in plan.tells]
    asked = UpstreamSettled(
        issue=story.issue.id, reference=story.issue.reference, how=story.issue.status
    )
    assert told_to == [("iss_a", asked)]
    if story.issue.status is Status.RESOLVED:
        assert story.do(Close()).tells == (), "settled it was already"


def merged() -> tuple[Story, Story]:
    """A duplicate, and the issue that it was merged into."""
    story, primary = logged(agency="bravo", also_affects=("alpha", "delta")), logged()
    story.do(SeekAdvice(person="zed", question="?"))
    plan = story.do(a_merge(story), at=MONDAY + HOUR)
    [tell] = plan.tells
    primary.do(tell.ask, at=MONDAY + HOUR)
    return story, primary


def test_a_merged_issue_closes_as_a_duplicate_and_nothing_of_it_runs_on() -> None:
    story, _ = merged()
    assert story.issue.status is Status.CLOSED
    assert story.issue.merged_into == {"issue": "iss_other", "reference": "SSI-2026-000002"}
    assert story.issue.outcome is not None
    assert story.issue.outcome["duplicate_of"] == "iss_other"
    assert story.issue.outcome["reasons"] == "the same pay"
    assert story.facts.clocks == ()
    assert story.types()[-2:] == ["merged", "closed"]
    assert story.last("merged")["into"]["reference"] == "SSI-2026-000002"


def test_its_raiser_joins_the_primary_and_is_owed_its_informing_and_outcome() -> None:
    story, primary = merged()
    [joined] = primary.issue.joined
    assert (joined["issue"], joined["raiser"]) == (story.issue.id, story.issue.raiser)
    assert primary.last("merged")["absorbed"]["reference"] == story.issue.reference
    assert primary.issue.also_affects == ("bravo", "delta"), "its own agency is no other"
    primary.do(Inform(text="soon"))
    assert primary.last("informed")["also_owed"] == [story.issue.reference]
    primary.do(Resolve(outcome=OUTCOME))
    assert primary.last("resolved")["also_owed"] == [story.issue.reference]


def test_a_duplicate_of_the_same_agency_affects_no_other() -> None:
    story, primary = logged(), logged()
    primary.do(story.do(a_merge(story)).tells[0].ask)
    assert primary.issue.also_affects == ()


def test_those_who_had_joined_a_duplicate_come_along() -> None:
    _, middle = merged()
    plan = middle.do(a_merge(middle))
    last = logged(severity=Severity.HIGH)
    last.do(plan.tells[0].ask)
    assert len(last.issue.joined) == 2


def test_an_agency_that_an_issue_is_moved_to_is_no_longer_one_of_the_others() -> None:
    story = logged(also_affects=("hotel", "bravo"))
    story.do(Reclassify(changes={"agency": "hotel"}, reason="theirs"))
    assert (story.issue.agency, story.issue.also_affects) == ("hotel", ("bravo",))


def test_what_was_resolved_keeps_its_outcome_when_it_is_merged() -> None:
    story = logged()
    story.do(Resolve(outcome=OUTCOME))
    story.do(a_merge(story))
    assert story.issue.outcome is not None
    assert story.issue.outcome["summary"] == OUTCOME["summary"]


def test_a_duplicate_is_merged_into_what_is_open_and_stands_for_itself() -> None:
    story = logged()
    ask = a_merge(story)
    beside(story, status=Status.CLOSED)
    assert story.refused(ask).code == "primary_has_ended"
    beside(story, status=Status.CLOSED, merged_into={"issue": "iss_x", "reference": "SSI-X"})
    refused = story.refused(ask)
    assert (refused.code, "SSI-X" in refused.detail) == ("primary_merged_away", True)


SEALED = Sealing(at=MONDAY, sensitive=(Sensitivity.PRIVACY,))


def test_a_sealed_issue_is_linked_from_its_own_side_only() -> None:
    story = logged()
    story.facts = replace(story.facts, issue=replace(story.issue, sealing=SEALED))
    assert tied(story, beside(story, sealing=None)).tells == ()
    assert len(tied(story, beside(story, id="iss_third"), "related").tells) == 1


@pytest.mark.parametrize(("mine", "theirs"), [(SEALED, None), (None, SEALED)])
def test_a_sealed_issue_and_one_that_is_not_are_not_merged(
    mine: Sealing | None, theirs: Sealing | None
) -> None:
    story = logged()
    story.facts = replace(story.facts, issue=replace(story.issue, sealing=mine))
    ask = a_merge(story)
    beside(story, sealing=theirs)
    assert story.refused(ask).code == "only_one_is_sealed"


def test_what_was_merged_is_not_reopened_and_says_where_it_went() -> None:
    story, _ = merged()
    assert "reopen" not in open_acts(story.facts)
    refused = story.refused(Reopen())
    assert refused.code == "merged_into_another"
    assert "SSI-2026-000002" in refused.detail
    assert story.refused(a_merge(story)).code == "not_when_closed"


def test_a_raiser_does_not_take_back_what_others_have_joined() -> None:
    story, primary = merged()
    assert "withdraw" not in open_acts(primary.facts)
    refused = primary.refused(Withdraw(reason="not any more"))
    assert refused.code == "others_have_joined"
    assert story.issue.reference in refused.detail


def test_a_merged_issue_tells_those_that_depended_on_it() -> None:
    story = logged()
    story.do(Tied(issue="iss_a", reference="SSI-2026-000008", as_="upstream_of"))
    plan = story.do(a_merge(story))
    assert [type(tell.ask).__name__ for tell in plan.tells] == ["Absorbed", "UpstreamSettled"]


def test_a_dispute_does_not_settle_it_again() -> None:
    story = logged()
    story.do(Tied(issue="iss_a", reference="SSI-2026-000008", as_="upstream_of"))
    story.do(Acknowledge())
    story.do(Resolve(outcome=OUTCOME))
    assert story.do(Dispute(grounds="no")).tells == ()
    assert len(story.do(Resolve(outcome=OUTCOME)).tells) == 1

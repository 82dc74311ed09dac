"""What a meeting does to the issues before it: put on, moved, not reached, noted."""

import pytest
from msgspec.structs import replace

from escalation.errors import Invalid
from escalation.routing.vocabulary import Sensitivity
from escalation.workflow import forum
from escalation.workflow.commands import Acknowledge, Dispute, Reclassify, ReportUp, Resolve
from escalation.workflow.diary import NO_CHANGES, Diary, Sitting
from escalation.workflow.meetings.asks import Table
from escalation.workflow.meetings.checks import checked
from escalation.workflow.meetings.facts import Item, ItemKind, Meeting, MeetingFacts
from escalation.workflow.meetings.rules import before_it
from escalation.workflow.of_meetings import NotedUp, PutOn, Resit, Retarget
from escalation.workflow.states import Status
from escalation.workflow.viewing import EVERYTHING, Viewer
from tests.unit.workflow.asks import OUTCOME
from tests.unit.workflow.builders import DAY, HOUR, Story, logged, told


def at_forum() -> tuple[Story, Sitting, Sitting]:
    """An issue at the forum, the meeting it waits for and the one after."""
    story = logged().at_forum()
    body = story.under.directory.forums["bmf-north"]
    ahead = forum.sittings_after(story.under, body, story.now)
    first, second = (next(ahead) for _ in range(2))
    if first.id != story.issue.meeting:
        first, second = second, next(ahead)
    assert first.id == story.issue.meeting
    return story, first, second


def meets_otherwise(story: Story, meeting: Sitting, *, takes_place: bool = True) -> None:
    diary = Diary.of([(meeting, takes_place)])
    story.facts = replace(story.facts, under=replace(story.under, diary=diary))


def test_a_moved_meeting_keeps_its_item_and_its_clock_waits_for_the_new_end() -> None:
    story, first, _ = at_forum()
    before = story.clock("forum")
    moved = replace(first, starts_at=first.starts_at + DAY, ends_at=first.ends_at + DAY)
    story.do(Resit(sitting=moved, reason="flood"))
    after = story.clock("forum")
    assert (after.id, after.anchor) == (before.id, before.anchor)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
    assert (story.issue.meeting, story.issue.meeting_at) == (first.id, first.starts_at + DAY)
    assert story.last("tabled")["moved_from"] == first.starts_at.isoformat()
    assert story.book.read(story.under).issue == story.issue


def test_under_another_agreements_calendar_what_waits_for_its_forum_waits_by_that_one() -> None:
    story, first, _ = at_forum()
    late = replace(first, starts_at=first.starts_at + 5 * HOUR, ends_at=first.ends_at + 5 * HOUR)
    meets_otherwise(story, late)
    story.do(Resit(sitting=late, reason="the room is taken"))
    before = story.clock("forum")
    assert before.due_at == late.ends_at + 17 * HOUR, "an hour of the office, which opens at nine"
    story.do(Reclassify(changes={"agency": "echo"}))
    after = story.clock("forum")
    assert (after.id, after.anchor, after.calendar) == (before.id, before.anchor, "always")
    assert after.due_at == late.ends_at + HOUR
    assert story.issue.meeting == late.id
    story.do(Reclassify(changes={"agency": "alpha"}))
    assert story.clock("forum") == before


def test_what_waits_for_a_meeting_that_its_forums_rule_has_no_longer_waits_as_it_did() -> None:
    story, first, _ = at_forum()
    before = story.clock("forum")
    meets_otherwise(story, first, takes_place=False)
    story.do(Reclassify(changes={"agency": "echo"}))
    assert story.clock("forum") == before


def test_an_item_put_onto_another_agenda_leaves_the_one_it_was_on() -> None:
    story, first, second = at_forum()
    plan = story.do(PutOn(sitting=second, sought="a ruling", reason="papers are late"))
    left, onto = plan.tablings
    assert (left.meeting, left.outcome) == (first.id, "withdrawn")
    assert (onto.meeting, onto.sought) == (second.id, "a ruling")
    assert (story.issue.meeting, story.issue.status) == (second.id, Status.TABLED)
    assert story.book.read(story.under).issue == story.issue


def test_what_a_meeting_did_not_come_to_is_on_the_next_agenda_and_climbs_at_the_limit() -> None:
    story, _, second = at_forum()
    story.do(Retarget(why="no quorum", carried=False))
    assert (story.issue.meeting, story.issue.carried_over) == (second.id, 0)
    for times in (1, 2):
        story.do(Retarget(why="no time", carried=True))
        assert story.issue.carried_over == times
    story.do(Retarget(why="no time", carried=True))
    assert story.issue.rung == "board"


def test_what_was_reported_up_is_noted_once_by_the_body_it_went_to() -> None:
    story = logged()
    story.do(ReportUp())
    story.do(ReportUp(to="board"))
    [near, far] = story.issue.reported_up
    plan = story.do(NotedUp(forum=near["forum"], meeting="mtg_near", text="seen"))
    assert told(plan) == ["noted_by_forum"]
    noted, waiting = story.issue.reported_up
    assert noted["noted_at"] == story.now.isoformat()
    assert waiting == far
    story.do(NotedUp(forum=near["forum"], meeting="mtg_near"), at=story.now + DAY)
    assert story.issue.reported_up[0] == noted, "when it was noted first stays"


def test_what_is_disputed_is_before_those_again_who_have_not_noted_it() -> None:
    story = logged()
    story.do(ReportUp())
    story.do(ReportUp(to="board"))
    [near, far] = story.issue.reported_up
    story.do(NotedUp(forum=near["forum"], meeting="mtg_near"))
    story.do(Acknowledge())
    story.do(Resolve(outcome=OUTCOME))
    plan = story.do(Dispute(grounds="it was not paid"))
    reported = [each.sitting for each in plan.tablings if each.kind == "reported"]
    assert [each.forum for each in reported if each is not None] == [far["forum"]]


def test_a_meeting_set_aside_is_passed_over() -> None:
    story, first, second = at_forum()
    diary = NO_CHANGES.changed(first, takes_place=False)
    under = replace(story.under, diary=diary)
    body = under.directory.forums["bmf-north"]
    found = forum.next_sitting(under, body, story.now)
    assert found is not None
    assert found.id == second.id


def facts_of(story: Story, sitting: Sitting, viewer: Viewer = EVERYTHING) -> MeetingFacts:
    """A meeting with the story's issue on its agenda, as somebody sees it."""
    item = Item(
        subject=story.issue.id,
        kind=ItemKind.ISSUE,
        title=None,
        section=None,
        sought=None,
        late=False,
        carried_over=0,
        tabled_at=story.now,
    )
    body = story.under.directory.forums["bmf-north"]
    meeting = Meeting(sitting, sitting.starts_at, story.now)
    return MeetingFacts(meeting, (item,), body, story.under, {story.issue.id: story.facts}, viewer)


def test_an_item_that_is_sealed_is_not_named_to_who_may_not_see_it() -> None:
    story, first, _ = at_forum()
    [item] = facts_of(story, first).items
    assert story.issue.reference in facts_of(story, first, Viewer()).called(item)
    story.do(Reclassify(changes={"sensitive": (Sensitivity.PRIVACY,)}, reason="names of staff"))
    assert facts_of(story, first, Viewer()).called(item) == "a sealed issue"
    assert story.issue.reference in facts_of(story, first).called(item)


def test_an_issue_that_was_reported_up_is_before_the_forum_to_be_noted() -> None:
    story, first, _ = at_forum()
    facts = facts_of(story, first)
    assert before_it(facts, story.issue.id) is ItemKind.ISSUE
    below = logged()
    below.do(ReportUp(to="bmf-north"))
    assert before_it(facts_of(below, first), below.issue.id) is ItemKind.REPORTED


def test_an_issue_that_is_named_as_another_kind_of_item_is_told_where_to_be_named() -> None:
    story, first, _ = at_forum()
    ask = Table(subject=story.issue.id, kind=ItemKind.MATTER, title="The pay")
    with pytest.raises(Invalid) as refused:
        checked(facts_of(story, first), ask)
    [fault] = refused.value.errors
    assert (fault.code, fault.pointer) == ("wrong_value", "/item")

"""Meetings that are otherwise than by their forum's rule."""

from msgspec.structs import replace

from escalation.workflow import forum
from escalation.workflow.commands import ReportUp
from escalation.workflow.diary import NO_CHANGES, Diary
from escalation.workflow.draft import command_of, part_id
from tests.unit.workflow import world
from tests.unit.workflow.builders import DAY, MONDAY, logged

UNDER = logged().under
BODY = UNDER.directory.forums["bmf-north"]
FIRST = next(forum.sittings_after(UNDER, BODY, MONDAY))


def test_a_meeting_that_was_moved_is_found_where_it_is_now_and_nowhere_else() -> None:
    later = replace(FIRST, starts_at=FIRST.starts_at + DAY)
    between = replace(FIRST, id="mtg_b", starts_at=FIRST.starts_at - DAY)
    diary = NO_CHANGES.changed(later, takes_place=True).changed(between, takes_place=True)
    assert [s.id for s in diary.after("bmf-north", MONDAY)] == ["mtg_b", FIRST.id]
    assert [s.id for s in diary.after("bmf-north", between.starts_at)] == [FIRST.id]
    assert list(diary.after("bmf-south", MONDAY)) == []
    assert diary == Diary.of([(later, True), (between, True)])


def test_a_meeting_that_does_not_take_place_is_found_no_more() -> None:
    diary = NO_CHANGES.changed(FIRST, takes_place=True).changed(FIRST, takes_place=False)
    assert list(diary.after("bmf-north", MONDAY)) == []
    assert diary.set_aside == Diary.of([(FIRST, False)]).set_aside == {FIRST.id}


def test_what_is_reported_to_a_body_without_a_meeting_ahead_waits_for_one() -> None:
    over = world.BODIES.replace("FREQ=MONTHLY;BYDAY=1WE", "FREQ=MONTHLY;BYDAY=1WE;COUNT=1")
    story = logged(directory=world.directory(bodies=over))
    plan = story.do(ReportUp(to="board"))
    assert plan.tablings == ()
    assert story.last("reported_up") == {"forum": "board"}


def test_the_command_that_made_a_thing_is_read_from_its_identifier() -> None:
    assert command_of(part_id("dec", "01kjnxge00ewgaj15cxktvq4c8", 37)) == (
        "01kjnxge00ewgaj15cxktvq4c8"
    )

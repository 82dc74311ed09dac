"""A forum that the directory has no more: its meetings end, and nobody waits for them."""

from escalation.services import framework, planning
from tests.builders import CLERK, CONFIG, DIRECTORY
from tests.stories.databases import on_both
from tests.stories.teller import ADMIN, Story
from tests.stories.test_forums import FORUM, tabled

CLIENTS = "client-forum-payroll"


def planned(story: Story) -> None:
    """The worker sees to the meetings ahead, and nobody looks at what it tells."""
    while planning.plan_ahead(story.service.container.desk, timeout=60):
        pass
    story.hears()


@on_both
def test_what_was_before_a_forum_that_is_no_more_leaves_its_agendas(story: Story) -> None:
    story.logs("the lost allowance", severity="low")
    story.says("contacts", "enquiry", text="Where is the counter?")
    planned(story)
    meeting = story.next_meeting(CLIENTS)
    body = {"kind": "contact", "item": story.known["enquiry"], "reason": "it came in today"}
    story.rules(meeting, "table", then={CLIENTS: "(meeting.tabled)"}, **body)
    ask = {"forum": CLIENTS, "question": "Is it owed?", "within": "18 business days"}
    story.does("Priya Nair", "seek-advice", then="advice_sought", **ask)
    story.asks(ADMIN, "DELETE", f"/v1/forums/{CLIENTS}", if_match="*")
    planned(story)
    found = story.finds(f"/v1/meetings/{meeting}")
    assert (found["status"], found["reason"]) == ("cancelled", "the forum is no more")
    assert {item["outcome"] for item in found["items"]} == {"withdrawn"}
    assert {item["remark"] for item in found["items"]} == {"the forum meets no more"}
    assert planning.plan_ahead(story.service.container.desk, timeout=60) == 0


@on_both
def test_an_issue_before_a_forum_that_another_has_replaced_goes_on_to_the_other(
    story: Story,
) -> None:
    meeting = tabled(story)
    text = (CONFIG / DIRECTORY).read_text(encoding="utf-8")
    renamed = text.replace(f"  {FORUM}:", "  managers-southern-cross:").replace(
        f"reports_to: {FORUM}", "reports_to: managers-southern-cross"
    )
    desk = story.service.container.desk
    framework.apply_directory(desk, renamed, DIRECTORY, actor=CLERK)
    planned(story)
    issue = story.issue()
    assert issue["status"] == "tabled"
    assert issue["rung"]["forum"] == "managers-southern-cross"
    assert issue["rung"]["meeting"]["id"] != meeting
    assert issue["rung"]["carried_over"] == 0
    because = story.history("deferred")[-1]["because"]
    assert because == "the meeting was cancelled: the forum is no more"


def test_a_meeting_under_way_as_its_forum_ends_is_still_dealt_with_and_closed(
    story: Story,
) -> None:
    story.says("contacts", "enquiry", text="Where is the counter?")
    meeting = story.next_meeting(CLIENTS)
    body = {"kind": "contact", "item": story.known["enquiry"], "reason": "it came in today"}
    story.rules(meeting, "table", then={CLIENTS: "(meeting.tabled)"}, **body)
    story.sits(meeting, "Dominic Ferraro", "Bronwyn Tait", "Jacinta Morrow")
    story.asks(ADMIN, "DELETE", f"/v1/forums/{CLIENTS}", if_match="*")
    story.hears()
    item = {"item": story.known["enquiry"]}
    story.rules(meeting, "defer", reason="no time", then={CLIENTS: "(meeting.deferred)"}, **item)
    [left] = story.items(meeting)
    assert (left["outcome"], left["remark"]) == ("withdrawn", "the forum meets no more")
    story.rules(meeting, "close", then={CLIENTS: "meeting.closed"})
    minutes = story.finds(f"/v1/meetings/{meeting}/minutes")
    assert [each["outcome"] for each in minutes["items"]] == ["withdrawn"]


def test_a_question_to_a_forum_that_is_no_more_alarms_who_can_ask_another(story: Story) -> None:
    forum = "reference-group-human-resources"
    story.logs("the lost allowance", severity="low")
    ask = {"forum": forum, "question": "Is it owed?", "within": "1 business day"}
    story.does("Priya Nair", "seek-advice", then="advice_sought", **ask)
    story.asks(ADMIN, "DELETE", f"/v1/forums/{forum}", if_match="*")
    story.hears()
    story.until("2026-03-03 17:00", "seat_vacant")
    [alarm] = story.history("seat_vacant")
    assert alarm["detail"].endswith("whose advice was sought, is no more")
    assert alarm["tells"] == {"account_manager": "dominic-ferraro", "secretariat": "callum-treloar"}
    assert story.history("warned") == []

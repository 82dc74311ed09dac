"""Forums, sentence by sentence of the domain's sixth section."""

from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from escalation.services import planning
from tests.stories.databases import on_both
from tests.stories.passing import brisbane, local
from tests.stories.teller import ADMIN, COUNTER, Story

PAID: dict[str, Any] = {"summary": "Pay", "reasons": "It is owed", "cause": "workflow"}
FORUM = "bmf-southern-cross"
PRESENT = (
    "Dominic Ferraro",
    "Ruth Goldfinch",
    "Zoran Petrovic",
    "Carmel Rossi",
    "Helena Costa",
)
"""Five business managers: the quorum."""
BY_HAND = {"to": "business_manager_forum", "reason": "many agencies have it"}


def tabled(story: Story, name: str = "the late pay", **words: Any) -> str:
    """A matter that stands before the business managers; the meeting that it is tabled for."""
    story.logs(name, **words)
    story.does(COUNTER, "skip", on=name, then="escalated tabled", **BY_HAND)
    return story.meeting_of(name)


def carried(story: Story, name: str = "the late pay") -> tuple[str, int]:
    """The rung on which a matter stands, and how often it was put off there."""
    rung = story.issue(name)["rung"]
    return rung["id"], rung["carried_over"]


# -- what a forum is


def test_a_forum_has_members_by_seat_invitees_without_a_vote_and_sections(story: Story) -> None:
    meeting = tabled(story)
    agenda = story.finds(f"/v1/meetings/{meeting}/agenda")
    assert [part["title"] for part in agenda["sections"]] == [
        "Cluster-wide service delivery issues",
        "Capacity constraints",
        "Complementary activities",
        "Issues to raise at the partnering forum",
    ]
    told = story.sits(
        meeting, *PRESENT[:4], "Tane Rangihuna", "Winifred Osei", "Gareth Llewellyn", then="warned"
    )
    assert (told["voting_seats_filled"], told["quorate"]) == (4, False)
    assert {each["person"]: each["as"] for each in told["attendance"][4:]} == {
        "tane-rangihuna": "invitee",
        "winifred-osei": "invitee",
        "gareth-llewellyn": "observer",
    }
    story.overruled(meeting, "decide", "inquorate", issue="the late pay", text="Pay it")


def test_the_executive_director_of_corptech_has_a_vote_at_the_partnering_forum(
    story: Story,
) -> None:
    story.logs("the late pay")
    story.does(COUNTER, "skip", to="partnering_forum", reason="all", then="escalated tabled")
    meeting = story.meeting_of()
    story.begins(meeting, then="warned " * 5)
    told = story.sits(meeting, "Judith Abernethy", "Alastair Munro", "Anselm Baptiste")
    assert told["voting_seats_filled"] == 3


@pytest.mark.parametrize(
    ("forum", "people"),
    [
        ("client-forum-payroll", ("Dominic Ferraro", "Bronwyn Tait", "Jacinta Morrow")),
        ("customer-forum-far-north", ("Marlee Dunbar",)),
        ("service-meeting-finance", ("Thi Lan Pham", "Imran Qureshi", "Wei Jie Tan")),
    ],
)
def test_a_forum_off_the_ladder_takes_what_people_said_and_notes_it(
    story: Story, forum: str, people: tuple[str, ...]
) -> None:
    story.says("contacts", "enquiry", text="Where is the counter?")
    story.says("feedback", "praise", kind="compliment", text="Friendly people")
    meeting = story.next_meeting(forum)
    for kind, name in (("contact", "enquiry"), ("feedback", "praise")):
        body = {"kind": kind, "item": story.known[name], "reason": "it came in today"}
        story.rules(meeting, "table", then={forum: "(meeting.tabled)"}, **body)
    story.sits(meeting, *people)
    for name in ("enquiry", "praise"):
        body = {"item": story.known[name], "text": "Thank them"}
        story.rules(meeting, "note", then={forum: "(meeting.noted)"}, **body)
    story.rules(meeting, "close", then={forum: "meeting.closed"})


@on_both
def test_a_reference_group_gives_the_advice_it_was_asked_for_and_is_reminded(story: Story) -> None:
    forum = "reference-group-human-resources"
    story.logs("the lost allowance", severity="low")
    question = {
        "forum": forum,
        "question": "Is it owed under the award?",
        "within": "18 business days",
    }
    story.does("Priya Nair", "seek-advice", then="advice_sought", **question)
    assert story.issue()["status"] == "open", "who must act is who it was"
    hold = {"until": "2026-03-30T09:00:00+10:00", "awaiting": "raiser", "reason": "a payslip"}
    story.does("Priya Nair", "hold", then="held", **hold)
    story.until("2026-03-26 16:59", "warned")  # of the raiser, who has heard nothing
    story.until("2026-03-26 17:00", "warned")
    assert story.history("warned")[-1]["tells"]["forum"] == forum
    meeting = next(
        each["id"]
        for each in story.finds(f"/v1/forums/{forum}/meetings?limit=5")["data"]
        if story.items(each["id"])
    )
    story.sits(meeting, "Yasmin Haddad", "Catherine Villiers", "Marguerite Okafor", then="resumed")
    told = {"the lost allowance": "advice_given", forum: "(meeting.noted)"}
    story.rules(meeting, "note", issue="the lost allowance", text="It is.", then=told)
    assert story.issue()["advice"][0]["answer"] == "It is."


@on_both
def test_a_question_answered_before_the_meeting_leaves_its_agenda(story: Story) -> None:
    forum = "reference-group-human-resources"
    story.logs("the lost allowance", severity="low")
    for question in ("Is it owed?", "Since when?"):
        ask = {"forum": forum, "question": question, "within": "18 business days"}
        story.does("Priya Nair", "seek-advice", then="advice_sought", **ask)
    meetings = [m["id"] for m in story.finds(f"/v1/forums/{forum}/meetings?limit=5")["data"]]
    [meeting] = [each for each in meetings if story.items(each)]
    first, second = story.issue()["advice"]
    for question, outcome, remark in (
        (first, None, None),  # it waits for the other question
        (second, "withdrawn", "its question is open no more"),
    ):
        answer = {"advice": question["id"], "answer": "It is."}
        story.does("Yasmin Haddad", "give-advice", then="advice_given", **answer)
        [item] = story.items(meeting)
        assert (item["kind"], item["outcome"], item["remark"]) == ("advice", outcome, remark)
    story.rules(meeting, "cancel", reason="Easter", then={forum: "meeting.cancelled"})
    assert [each for each in meetings if story.items(each)] == [meeting]


def test_every_forum_says_once_when_it_meets_and_again_when_its_rule_changes(story: Story) -> None:
    desk = story.service.container.desk
    while planning.plan_ahead(desk, timeout=60):
        pass
    heard = story.hears()
    assert heard.keys() == {forum["code"] for forum in story.finds("/v1/forums")["data"]}
    assert heard[FORUM] == " ".join(["meeting.scheduled"] * 6)
    assert planning.plan_ahead(desk, timeout=60) == 0
    story.tells("")
    meeting = tabled(story)
    rule = {"rule": "FREQ=MONTHLY;BYDAY=3TU", "start": "2025-07-15T10:00", "duration": "2 hours"}
    story.asks(ADMIN, "PATCH", f"/v1/forums/{FORUM}", {"meeting": rule}, if_match="*")
    while planning.plan_ahead(desk, timeout=60):
        pass
    heard = story.hears()
    assert heard["the late pay"] == "deferred tabled"
    assert sorted(set(heard[FORUM].split())) == ["meeting.cancelled", "meeting.scheduled"]
    assert story.meeting_of() != meeting
    assert local(story.issue()["rung"]["meeting"]["starts_at"]) == "2026-03-17 10:00"


# -- onto an agenda


def test_an_issue_is_tabled_for_the_next_meeting_whose_cut_off_is_ahead(story: Story) -> None:
    meeting = story.finds(f"/v1/meetings/{tabled(story)}")
    assert local(meeting["starts_at"]) == "2026-03-10 10:00"
    assert local(meeting["cutoff_at"]) == "2026-03-03 10:00"
    story.until(local(meeting["cutoff_at"]))
    late = story.finds(f"/v1/meetings/{tabled(story, 'too late')}")
    assert local(late["starts_at"]) == "2026-04-14 10:00"


def test_what_cannot_wait_is_decided_between_meetings_by_as_many_as_the_quorum(
    story: Story,
) -> None:
    meeting = tabled(story, severity="critical")
    tabled(story, "the slow form", severity="low")
    told = {"the late pay": "decided resolved", FORUM: "(meeting.decided)"}
    enough = {"text": "Pay now", "assents": list(PRESENT)}
    story.overruled(meeting, "decide", "meeting_not_begun", issue="the slow form", **enough)
    short = {"text": "Pay now", "assents": list(PRESENT[:4])}
    story.overruled(meeting, "decide", "not_enough_assent", issue="the late pay", **short)
    story.rules(meeting, "decide", issue="the late pay", then=told, **enough)


@on_both
def test_what_was_not_decided_between_meetings_in_time_is_told_and_waits_for_its_meeting(
    story: Story,
) -> None:
    meeting = tabled(story, severity="critical")
    clock = story.clock("out_of_session")
    assert (clock["budget"], local(clock["due_at"])) == ("2 business days", "2026-03-04 17:00")
    story.until("2026-03-04 16:59", "warned")  # of the raiser, who has heard nothing
    story.until("2026-03-04 17:00", "warned warned")  # the whole matter is past its target too
    [told] = [each for each in story.history("warned") if each["clock"] == "out_of_session"]
    assert told["step"] == "end"
    assert told["tells"] == {"forum": FORUM, "meeting": meeting}
    issue = story.issue()
    assert (issue["status"], issue["rung"]["meeting"]["id"]) == ("tabled", meeting)
    assert issue["past_target"]
    decided = {"the late pay": "decided resolved", FORUM: "(meeting.decided)"}
    late = {"text": "Pay now", "assents": list(PRESENT)}
    story.rules(meeting, "decide", issue="the late pay", then=decided, **late)


# -- meetings that do not go as planned


def test_a_moved_meeting_keeps_its_items(story: Story) -> None:
    meeting = tabled(story)
    to = brisbane("2026-03-17 10:00").isoformat()
    then = {FORUM: "meeting.moved", "the late pay": "tabled"}
    story.rules(meeting, "move", starts_at=to, reason="flood", then=then)
    assert story.meeting_of() == meeting
    assert carried(story) == ("business_manager_forum", 0)


@on_both
def test_a_cancelled_meeting_sends_its_items_to_the_next_and_says_so_on_each(story: Story) -> None:
    meeting = tabled(story)
    tabled(story, "the lost form")
    both = {
        **dict.fromkeys(("the late pay", "the lost form"), "deferred tabled"),
        FORUM: "meeting.cancelled",
    }
    story.rules(meeting, "cancel", reason="Easter", then=both)
    for name in ("the late pay", "the lost form"):
        assert story.meeting_of(name) != meeting
        assert carried(story, name) == ("business_manager_forum", 0)
        assert story.history("deferred", name)[-1]["because"] == "the meeting was cancelled: Easter"


def test_a_meeting_without_a_quorum_sends_its_items_on_and_uses_no_carry_over(story: Story) -> None:
    meeting = tabled(story)
    story.begins(meeting, then="warned")
    story.sits(meeting, *PRESENT[:4])
    story.overruled(meeting, "close", "not_closed_as_inquorate")
    told = {FORUM: "meeting.closed", "the late pay": "deferred tabled"}
    story.rules(meeting, "close", inquorate=True, then=told)
    assert story.meeting_of() != meeting
    assert carried(story) == ("business_manager_forum", 0)
    assert story.history("deferred")[-1]["because"] == "the meeting had no quorum"


@on_both
def test_a_meeting_that_nobody_closed_did_not_reach_its_items_and_the_secretariat_is_alarmed(
    story: Story,
) -> None:
    meeting = tabled(story)
    story.until("2026-03-12 16:59", "warned warned")
    story.until("2026-03-12 17:00", "deferred tabled")
    assert story.history("deferred")[-1]["tells"] == "secretariat"
    assert carried(story) == ("business_manager_forum", 1)
    [item] = story.items(meeting)
    assert item["outcome"] == "not_reached"


@on_both
def test_a_meeting_closes_when_each_item_has_its_outcome(story: Story) -> None:
    names = ("decided", "deferred", "referred back", "referred up", "not reached", "withdrawn")
    [meeting] = {tabled(story, name) for name in names}
    story.logs("noted", agency="records", severity="low")
    story.does("Priya Nair", "acknowledge", on="noted", then="acknowledged")
    story.does("Priya Nair", "report-up", on="noted", to=FORUM, then="reported_up")
    story.begins(
        meeting, then={**dict.fromkeys(names, "warned"), "noted": "warned warned escalated"}
    )
    story.sits(meeting, *PRESENT)
    made = {FORUM: "(meeting.decided)"}
    acts: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
        ("decided", "decide", {"text": "Pay"}, {"decided": "decided resolved", **made}),
        (
            "deferred",
            "defer",
            {"reason": "no figures"},
            {"deferred": "deferred tabled", FORUM: "(meeting.deferred)"},
        ),
        (
            "referred back",
            "decide",
            {"text": "Ask", "effect": "return"},
            {"referred back": "decided referred_back", **made},
        ),
        (
            "referred up",
            "decide",
            {"text": "Not ours", "effect": "climb"},
            {"referred up": "decided escalated tabled", **made},
        ),
        (
            "not reached",
            "note-not-reached",
            {"reason": "late"},
            {"not reached": "deferred tabled", FORUM: "(meeting.not_reached)"},
        ),
        (
            "noted",
            "note",
            {"text": "Watch it"},
            {"noted": "noted_by_forum", FORUM: "(meeting.noted)"},
        ),
    ]
    for name, act, body, then in acts:
        story.overruled(meeting, "close", "items_open")
        story.rules(meeting, act, issue=name, then=then, **body)
    story.overruled(meeting, "close", "items_open")
    story.does(COUNTER, "withdraw", on="withdrawn", reason="settled", then="withdrawn")
    story.rules(meeting, "close", then={FORUM: "meeting.closed"})
    left = {item["issue"]["title"]: item["outcome"] for item in story.items(meeting)}
    assert left == {name: name.replace(" ", "_") for name in (*names, "noted")}


def test_what_is_put_off_as_often_as_the_rung_says_climbs(story: Story) -> None:
    tabled(story)
    put_off = {"the late pay": "deferred tabled", FORUM: "(meeting.deferred)"}
    for times in (1, 2):
        meeting = story.meeting_of()
        story.sits(meeting, *PRESENT, then="warned " * (1 if times == 1 else 8))
        story.rules(meeting, "defer", issue="the late pay", reason="no figures", then=put_off)
        assert carried(story) == ("business_manager_forum", times)
    meeting = story.meeting_of()
    story.sits(meeting, *PRESENT, then="warned " * 7)
    story.overruled(meeting, "defer", "carried_over_too_often", issue="the late pay", reason="r")
    climbs = {"the late pay": "escalated tabled", FORUM: "(meeting.not_reached)"}
    story.rules(meeting, "note-not-reached", issue="the late pay", reason="late", then=climbs)
    assert carried(story) == ("partnering_forum", 0)


# -- decisions


@on_both
def test_a_decision_moves_its_issue_and_its_actions_and_the_minutes_say_the_same(
    story: Story,
) -> None:
    meeting = tabled(story, about_person="ruth-goldfinch")
    story.sits(meeting, *PRESENT, then="warned")
    body = {
        "issue": "the late pay",
        "text": "Pay the difference",
        "reasons": "It is owed",
        "conditions": "By Friday",
        "actions": [{"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-13"}],
    }
    story.overruled(meeting, "decide", "mover_recused", mover="Ruth Goldfinch", **body)
    told = {"the late pay": "decided resolved", FORUM: "(meeting.decided)"}
    issue = story.rules(meeting, "decide", mover="Zoran Petrovic", then=told, **body)
    assert issue["status"] == "resolved"
    story.rules(meeting, "close", then={FORUM: "meeting.closed"})
    minutes = story.finds(f"/v1/meetings/{meeting}/minutes")
    [made] = minutes["decisions"]
    [decided] = story.history("decided")
    assert (made["number"], made["text"]) == ("BMF-SC-2026-001", "Pay the difference")
    assert (made["reasons"], made["conditions"]) == ("It is owed", "By Friday")
    assert (decided["number"], decided["text"]) == (made["number"], made["text"])
    assert [each["person"] for each in minutes["recusals"]] == ["ruth-goldfinch"]
    [action] = story.finds(f"/v1/actions?forum={FORUM}&done=false")["data"]
    assert (action["owner"], action["due_on"]) == ("priya-nair", "2026-03-13")
    done = f"/v1/actions/{action['id']}/acts/done"
    story.asks("Priya Nair", "POST", done, {"note": "paid"}, if_match='"1"')
    story.tells({FORUM: "(action.done)"})
    assert story.finds(f"/v1/actions?forum={FORUM}&done=false")["data"] == []


# -- calendars and papers


def test_a_forums_calendar_and_its_papers_say_what_the_meeting_needs(story: Story) -> None:
    meeting = tabled(story, description="It did not come on Thursday.")
    story.does("Ruth Goldfinch", "propose", outcome=PAID, then="proposed")
    found = story.service.get(f"/v1/forums/{FORUM}/calendar.ics").content
    march = recurring_ical_events.of(Calendar.from_ical(found)).between((2026, 3, 1), (2026, 4, 1))
    assert [local(event["DTSTART"].dt.isoformat()) for event in march] == ["2026-03-10 10:00"]
    ask = {"issue": "the late pay", "sought": "Pay the difference"}
    story.rules(meeting, "table", then={FORUM: "(meeting.tabled)"}, **ask)
    [paper] = story.finds(f"/v1/meetings/{meeting}/agenda")["papers"]
    assert [entry["what"] for entry in paper["history"]] == ["logged", "escalated", "tabled"]
    assert [(p["side"], p["stance"]) for p in paper["positions"]] == [("agency", "proposes")]
    assert {clock["kind"] for clock in paper["clocks"]} >= {"forum", "overall"}
    assert paper["sought"] == "Pay the difference"

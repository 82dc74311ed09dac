"""Forums as people meet in them: what is late, noted, kept out of, agreed between meetings."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.services import keys
from escalation.services.keys import KeyRole
from tests.api.service import Service, fault, problem
from tests.api.sitting import (
    FORUM,
    VOTERS,
    begin,
    does,
    done,
    meeting_of,
    sit,
    tabled_issue,
    timeline,
)
from tests.builders import CLERK


def next_meeting(service: Service, forum: str = FORUM) -> str:
    meeting: str = service.found(f"/v1/forums/{forum}/meetings?limit=1")["data"][0]["id"]
    return meeting


def items(service: Service, meeting: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.found(f"/v1/meetings/{meeting}")["items"]
    return found


def key_of(service: Service, person: str) -> str:
    """A key that names a person, who acts for their own seats only."""
    desk = service.container.desk
    made = keys.create(desk, name=person, role=KeyRole.OPERATOR, actor=CLERK, person=person)
    return made.secret


def test_an_issue_reported_up_is_on_the_higher_bodys_agenda_until_it_is_noted(
    service: Service,
) -> None:
    issue = service.act(service.log(), "report-up", to=FORUM)
    meeting = next_meeting(service)
    [item] = items(service, meeting)
    assert (item["kind"], item["subject"]) == ("reported", issue["id"])
    sit(service, meeting)
    for act in ("decide", "defer"):
        body = {"text": "t"} if act == "decide" else {}
        problem(does(service, meeting, act, issue=issue["id"], **body), 409, "only_to_note")
    problem(does(service, meeting, "close"), 409, "items_open")
    noted = done(service, meeting, "note", issue=issue["id"], text="Watch it")
    assert (noted["status"], noted["rung"]["id"]) == ("open", issue["rung"]["id"])
    assert "noted_at" in noted["reported_up"][0]
    [entry] = timeline(service, issue, "noted_by_forum")
    assert entry["data"]["text"] == "Watch it"
    assert done(service, meeting, "close")["quorate"] is True
    again = service.act(noted, "report-up", to=FORUM)
    assert len(again["reported_up"]) == 2


def test_what_was_reported_up_and_not_reached_goes_on_until_the_issue_is_over(
    service: Service,
) -> None:
    kept = service.act(service.log(), "report-up", to=FORUM)
    over = service.act(service.log(), "report-up", to=FORUM)
    meeting = next_meeting(service)
    sit(service, meeting, VOTERS[:2])
    service.act(over, "withdraw", reason="settled")
    done(service, meeting, "close", inquorate=True)
    left = {item["subject"]: (item["outcome"], item["remark"]) for item in items(service, meeting)}
    assert left == {
        kept["id"]: ("not_reached", "the meeting had no quorum"),
        over["id"]: ("withdrawn", "withdrawn"),
    }
    [item] = items(service, next_meeting(service))
    assert (item["subject"], item["carried_over"]) == (kept["id"], 0)


def test_what_came_to_a_forum_since_it_was_told_of_it_stays_its_to_decide(service: Service) -> None:
    told = service.act(service.log(), "report-up", to=FORUM)
    meeting = next_meeting(service)
    begin(service, meeting, minutes=-60)
    issue = service.act(told, "skip", reason="r", to="business_manager_forum")
    later = meeting_of(issue)
    assert later != meeting
    sit(service, meeting, VOTERS[:2])
    done(service, meeting, "close", inquorate=True)
    assert [(item["kind"], item["outcome"]) for item in items(service, later)] == [("issue", None)]
    sit(service, later)
    decided = done(service, later, "decide", issue=issue["id"], text="Pay", reason="It is owed")
    assert decided["status"] == "resolved"


def test_a_late_item_needs_a_reason_and_takes_the_issue_off_the_later_agenda(
    service: Service,
) -> None:
    first = next_meeting(service)
    begin(service, first, minutes=-60)
    issue = tabled_issue(service)
    assert meeting_of(issue) != first
    problem(does(service, first, "table", issue=issue["id"]), 409, "agenda_closed")
    late = done(service, first, "table", issue=issue["id"], reason="payday is Friday")
    assert meeting_of(late) == first
    assert [(i["late"], i["outcome"]) for i in items(service, first)] == [(True, None)]
    assert [i["outcome"] for i in items(service, meeting_of(issue))] == ["withdrawn"]
    section = "Issues to raise at the partnering forum"
    done(service, first, "table", issue=issue["id"], section=section, sought="Take it up")
    [item] = items(service, first)
    assert (item["section"], item["sought"], item["late"]) == (section, "Take it up", True)
    begin(service, first, minutes=3 * 60)
    other = service.log()
    problem(does(service, first, "table", issue=other["id"], reason="r"), 409, "meeting_over")


def test_only_what_stands_before_a_forum_is_tabled_there(service: Service) -> None:
    issue, meeting = service.log(), next_meeting(service)
    problem(does(service, meeting, "table", issue=issue["id"]), 409, "not_before_this_forum")
    answer = does(service, meeting, "table", kind="matter", title="t", section="Nothing")
    fault(answer, 422, "unknown", {"pointer": "/section"})
    fault(does(service, meeting, "table", kind="matter"), 422, "missing", {"pointer": "/title"})
    fault(does(service, meeting, "table"), 422, "missing", {"pointer": ""})


def test_a_matter_is_decided_deferred_noted_or_withdrawn_as_no_issue_is_moved(
    service: Service,
) -> None:
    meeting = next_meeting(service)
    for title in ("Trainers", "Rooms", "Forms", "Cake", "Benchmarks"):
        done(service, meeting, "table", kind="matter", title=title)
    named = {item["title"]: item["subject"] for item in items(service, meeting)}
    sit(service, meeting)
    climbs = does(service, meeting, "decide", item=named["Trainers"], text="t", effect="climb")
    problem(climbs, 409, "nothing_to_move")
    action = {"text": "Hire", "owner": "dominic-ferraro", "due_on": "2026-06-30"}
    done(service, meeting, "decide", item=named["Trainers"], text="Hire two", actions=[action])
    done(service, meeting, "decide", item=named["Benchmarks"], text="Compare", effect="keep")
    done(service, meeting, "defer", item=named["Rooms"], reason="no plan")
    done(service, meeting, "note", item=named["Forms"], text="Seen")
    done(service, meeting, "withdraw", item=named["Cake"], reason="eaten")
    done(service, meeting, "close")
    left = {item["title"]: item["outcome"] for item in items(service, meeting)}
    assert left == {
        "Trainers": "decided",
        "Benchmarks": "decided",
        "Rooms": "deferred",
        "Forms": "noted",
        "Cake": "withdrawn",
    }
    later = {i["title"]: i["carried_over"] for i in items(service, next_meeting(service))}
    assert later == {"Rooms": 1, "Benchmarks": 0}
    assert [a["text"] for a in service.found("/v1/actions")["data"]] == ["Hire"]


def test_an_issue_of_the_forums_own_is_neither_noted_nor_withdrawn_from_under_it(
    service: Service,
) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    sit(service, meeting)
    problem(does(service, meeting, "note", issue=issue["id"]), 409, "only_to_decide")
    answer = does(service, meeting, "withdraw", issue=issue["id"], reason="r")
    problem(answer, 409, "only_to_decide")


def test_who_keeps_out_of_an_item_is_recorded_and_blocks_nothing(service: Service) -> None:
    issue = tabled_issue(service, about_person="ruth-goldfinch")
    meeting = meeting_of(issue)
    body = {"issue": issue["id"], "person": "zoran-petrovic", "reason": "his sister"}
    done(service, meeting, "recuse", **body)
    wrong = does(service, meeting, "recuse", **{**body, "person": "nobody"})
    fault(wrong, 422, "unknown", {"pointer": "/person"})
    sit(service, meeting)
    for mover in ("ruth-goldfinch", "zoran-petrovic"):
        refused = does(service, meeting, "decide", issue=issue["id"], text="t", mover=mover)
        problem(refused, 409, "mover_recused")
    done(service, meeting, "decide", issue=issue["id"], text="Pay.", mover="carmel-rossi")
    [made] = service.found(f"/v1/meetings/{meeting}")["decisions"]
    assert made["recused"] == [
        {"person": "ruth-goldfinch", "reason": "the issue is about them"},
        {"person": "zoran-petrovic", "reason": "his sister"},
    ]
    minutes = service.found(f"/v1/meetings/{meeting}/minutes")
    assert {each["person"] for each in minutes["recusals"]} == {"ruth-goldfinch", "zoran-petrovic"}


def test_who_handled_a_disputed_issue_before_is_recused_in_the_forum(service: Service) -> None:
    issue = service.act(service.log(severity="high"), "skip", reason="r", to="function_director")
    issue = service.act(issue, "reassign", seat="provider", person="dominic-ferraro", reason="r")
    issue = service.act(issue, "acknowledge")
    outcome = {"summary": "No", "reasons": "r"}
    issue = service.act(issue, "resolve", outcome=outcome)
    issue = service.act(issue, "dispute", grounds="it was owed")
    assert issue["rung"]["id"] == "business_manager_forum"
    sit(service, meeting_of(issue))
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Pay.")
    [made] = service.found(f"/v1/meetings/{meeting_of(issue)}")["decisions"]
    why = "they handled it before it was disputed"
    assert {"person": "dominic-ferraro", "reason": why} in made["recused"]


def test_between_meetings_a_decision_needs_the_assent_of_a_quorum(service: Service) -> None:
    critical = tabled_issue(service, severity="critical")
    medium = tabled_issue(service, severity="low")
    meeting = meeting_of(critical)
    short = {"issue": critical["id"], "text": "Pay now.", "assents": list(VOTERS[:4])}
    problem(does(service, meeting, "decide", **short), 409, "not_enough_assent")
    enough = {**short, "assents": list(VOTERS[:5])}
    refused = does(service, meeting, "decide", **{**enough, "mover": "priya-nair"})
    problem(refused, 409, "mover_does_not_sit")
    early = does(service, meeting, "decide", **{**enough, "issue": medium["id"]})
    problem(early, 409, "meeting_not_begun")
    decided = done(service, meeting, "decide", **{**enough, "mover": VOTERS[0]})
    assert decided["status"] == "resolved"
    [made] = service.found(f"/v1/meetings/{meeting}")["decisions"]
    assert (made["number"], made["assents"]) == ("BMF-SC-2026-001", list(VOTERS[:5]))


def test_a_key_that_names_a_person_acts_at_its_own_forums_only(service: Service) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    body = {"kind": "matter", "title": "Trainers"}
    for person, allowed in (
        ("callum-treloar", True),
        ("ruth-goldfinch", True),
        ("priya-nair", False),
        ("winifred-osei", False),
    ):
        key = key_of(service, person)
        answer = service.post(f"/v1/meetings/{meeting}/acts/table", body, key=key, if_match="*")
        if allowed:
            assert answer.status_code == 200, answer.text
        else:
            problem(answer, 409, "not_your_forum")


def test_a_meeting_that_people_have_come_to_is_neither_moved_nor_cancelled(
    service: Service,
) -> None:
    meeting = meeting_of(tabled_issue(service))
    past = does(service, meeting, "move", starts_at="2026-03-01T00:00:00Z", reason="r")
    problem(past, 409, "moved_into_the_past")
    taken = does(service, meeting, "move", starts_at="2026-04-14T00:00:00Z", reason="r")
    problem(taken, 409, "meets_then_already")
    fault(does(service, meeting, "move", reason="r"), 422, "missing", {"pointer": ""})
    sit(service, meeting)
    problem(does(service, meeting, "cancel", reason="r"), 409, "already_sat")
    later = does(service, meeting, "move", starts_at="2026-03-20T00:00:00Z", reason="r")
    problem(later, 409, "already_sat")


def test_a_meeting_moved_back_to_its_rules_time_is_by_the_rule_again(service: Service) -> None:
    meeting = meeting_of(tabled_issue(service))
    starts_at = service.found(f"/v1/meetings/{meeting}")["starts_at"]
    done(service, meeting, "move", starts_at="2026-03-17T01:00:00Z", reason="r")
    done(service, meeting, "move", starts_at=starts_at, reason="back again")
    listed = service.found(f"/v1/forums/{FORUM}/meetings?limit=2")["data"]
    assert [m["starts_at"] for m in listed] == [starts_at, "2026-04-14T00:00:00Z"]
    done(service, meeting, "move", duration="3 hours", place="Cairns", reason="long")
    found = service.found(f"/v1/meetings/{meeting}")
    assert (found["ends_at"], found["place"]) == ("2026-03-10T03:00:00Z", "Cairns")
    assert meeting_of(tabled_issue(service)) == meeting


def test_not_reached_climbs_at_the_carry_over_limit(service: Service) -> None:
    issue = tabled_issue(service)
    for _ in range(4):
        meeting = meeting_of(issue)
        sit(service, meeting)
        issue = done(service, meeting, "note-not-reached", issue=issue["id"], reason="no time")
        if issue["rung"]["id"] != "business_manager_forum":
            break
    assert issue["rung"]["id"] == "partnering_forum"
    assert timeline(service, issue, "escalated")[-1]["data"]["how"] == "carried over to its limit"


@pytest.mark.parametrize(
    ("effect", "rung", "outcome"),
    [
        ("climb", "partnering_forum", "referred_up"),
        ("return", "service_manager", "referred_back"),
        ("keep", "business_manager_forum", "decided"),
    ],
)
def test_each_effect_of_a_decision_leaves_the_item_with_its_outcome(
    service: Service, effect: str, rung: str, outcome: str
) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    sit(service, meeting)
    moved = done(service, meeting, "decide", issue=issue["id"], text="t", effect=effect)
    assert moved["rung"]["id"] == rung
    assert items(service, meeting)[0]["outcome"] == outcome
    done(service, meeting, "close")


def test_forums_off_the_ladder_meet_take_matters_and_ask_for_actions(service: Service) -> None:
    forum = "client-forum-payroll"
    meeting = next_meeting(service, forum)
    done(service, meeting, "table", kind="matter", title="Payslips by post", reason="it is late")
    begin(service, meeting)
    here = [{"person": p} for p in ("dominic-ferraro", "bronwyn-tait", "jacinta-morrow")]
    assert done(service, meeting, "attend", present=here)["quorate"] is True
    [item] = items(service, meeting)
    action = {"text": "Ask the printer", "owner": "dominic-ferraro"}
    done(service, meeting, "decide", item=item["subject"], text="Stop it", actions=[action])
    done(service, meeting, "close")
    [made] = service.found(f"/v1/meetings/{meeting}")["decisions"]
    assert made["number"] == "CLIENT-FORUM-PAYROLL-2026-001"
    service.clock.advance(timedelta(days=1))
    assert service.found(f"/v1/actions?forum={forum}&done=false")["data"][0]["owner"]


def test_a_forum_takes_contacts_and_feedback_and_notes_them(service: Service) -> None:
    forum = "customer-forum-far-north"
    meeting = next_meeting(service, forum)
    contact = service.post("/v1/contacts", {"text": "Where is the counter?\nI rang twice."}).json()
    praise = {"kind": "compliment", "text": "Friendly people"}
    feedback = service.post("/v1/feedback", praise).json()
    done(service, meeting, "table", kind="contact", item=contact["reference"], reason="late")
    done(service, meeting, "table", kind="feedback", item=feedback["id"], reason="late")
    wrong = does(service, meeting, "table", kind="contact", item=feedback["id"], reason="late")
    fault(wrong, 422, "unknown", {"pointer": "/item"})
    assert {(i["kind"], i["title"]) for i in items(service, meeting)} == {
        ("contact", f"{contact['reference']}: Where is the counter?"),
        ("feedback", f"{feedback['reference']}: Friendly people"),
    }
    begin(service, meeting)
    done(service, meeting, "attend", present=[{"person": "marlee-dunbar"}])
    for item in items(service, meeting):
        done(service, meeting, "note", item=item["subject"], text="Thank them")
    done(service, meeting, "close")
    assert (
        "Friendly people"
        in service.get(f"/v1/meetings/{meeting}/minutes", accept="text/markdown").text
    )


def test_advice_sought_of_a_reference_group_is_on_its_agenda_and_given_by_noting(
    service: Service,
) -> None:
    forum = "reference-group-human-resources"
    question = "Is it owed under the award?"
    issue = service.act(service.log(), "seek-advice", forum=forum, question=question)
    issue = service.act(issue, "seek-advice", forum=forum, question="Since when?")
    meeting = next(
        each["id"]
        for each in service.found(f"/v1/forums/{forum}/meetings?limit=5")["data"]
        if items(service, each["id"])
    )
    [item] = items(service, meeting)
    assert (item["kind"], item["subject"], item["sought"]) == ("advice", issue["id"], question)
    begin(service, meeting)
    here = ("yasmin-haddad", "catherine-villiers", "marguerite-okafor")
    done(service, meeting, "attend", present=[{"person": name} for name in here])
    problem(does(service, meeting, "decide", issue=issue["id"], text="t"), 409, "only_to_note")
    noted = done(service, meeting, "note", issue=issue["id"], text="It is.")
    assert [each.get("answer") for each in noted["advice"]] == ["It is.", None]
    [item] = items(service, meeting)
    assert (item["outcome"], item["sought"]) == (None, "Since when?")
    problem(does(service, meeting, "close"), 409, "items_open")
    noted = done(service, meeting, "note", issue=issue["id"], text="Since May.")
    assert [each["answer"] for each in noted["advice"]] == ["It is.", "Since May."]
    assert items(service, meeting)[0]["outcome"] == "noted"
    done(service, meeting, "close")

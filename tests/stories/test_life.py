"""The life of an issue, sentence by sentence of the domain's fourth section."""

from typing import Any

import pytest

from tests.api.service import fault
from tests.stories.databases import on_both
from tests.stories.passing import local
from tests.stories.teller import COUNTER, Story

PAID: dict[str, Any] = {
    "summary": "The pay was made good on Friday",
    "reasons": "The roster had come in late",
    "cause": "work_standards",
    "remedy": "An apology, and the bank's fee",
    "cost_effect": "35 dollars",
}
SHARED: dict[str, Any] = {**PAID, "cause": "workflow"}
BUSINESS_MANAGERS = (
    "Dominic Ferraro",
    "Ruth Goldfinch",
    "Zoran Petrovic",
    "Carmel Rossi",
    "Helena Costa",
)
FORUM = "bmf-southern-cross"


@on_both
def test_an_issue_climbs_is_decided_and_closes_when_nobody_disputes(story: Story) -> None:
    issue = story.logs("the late pay")
    assert (issue["status"], issue["rung"]["id"]) == ("open", "service_manager")
    assert {"acknowledge", "hold", "escalate", "resolve"} <= set(issue["available_acts"])
    issue = story.does("Priya Nair", "acknowledge", then="acknowledged")
    assert issue["status"] == "in_progress"
    assert "acknowledge" not in issue["available_acts"]
    hold = {"until": "2026-03-05T12:00:00+10:00", "awaiting": "raiser", "reason": "a form"}
    assert story.does("Priya Nair", "hold", then="held", **hold)["status"] == "on_hold"
    story.until("2026-03-05 11:59")
    story.until("2026-03-05 12:00", "resumed")
    assert story.issue()["status"] == "in_progress"
    # On Thursday the lead is reminded of the raiser; of Monday's end at half and two hours before.
    story.until("2026-03-09 10:29", "warned warned warned")
    story.until("2026-03-09 10:30", "escalated")
    issue = story.issue()
    assert (issue["status"], issue["rung"]["id"]) == ("open", "function_director")
    issue = story.does(
        "Margaret O'Dwyer", "escalate", reason="all have it", then="escalated tabled"
    )
    assert (issue["status"], issue["rung"]["forum"]) == ("tabled", FORUM)
    meeting = story.meeting_of()
    assert local(story.finds(f"/v1/meetings/{meeting}")["starts_at"]) == "2026-04-14 10:00"
    story.begins(meeting, then="warned " * 8)
    story.sits(meeting, *BUSINESS_MANAGERS)
    told = {"the late pay": "decided resolved", FORUM: "(meeting.decided)"}
    issue = story.rules(meeting, "decide", issue="the late pay", text="Pay it", then=told)
    assert issue["status"] == "resolved"
    story.rules(meeting, "close", then={FORUM: "meeting.closed"})
    story.until("2026-06-01 17:00", "closed")
    assert story.issue()["status"] == "closed"


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("escalate", {}),
        ("skip", {"to": "partnering_forum"}),
        ("refer-back", {"question": "Whose?"}),
        ("hold", {"until": "2026-03-05T12:00:00+10:00", "awaiting": "raiser"}),
        ("resolve", {"outcome": {"summary": "Paid"}}),
        ("withdraw", {}),
        ("reclassify", {"severity": "high"}),
        ("merge", {"issue": "SSI-2026-000001"}),
    ],
)
def test_who_gives_no_reason_is_asked_for_one_and_nothing_happens(
    story: Story, act: str, body: dict[str, Any]
) -> None:
    story.logs("the late pay")
    answer = story.tries(COUNTER, act, **body)
    fault(answer, 422, "missing", {"pointer": "/reason"})
    story.tells("")


@pytest.mark.parametrize(
    ("act", "body", "then"),
    [
        ("escalate", {}, "escalated tabled"),
        ("skip", {"to": "governing_board"}, "escalated tabled"),
        ("refer-back", {"question": "Whose roster was it?"}, "referred_back"),
        ("hold", {"until": "2026-03-05T12:00:00+10:00", "awaiting": "raiser"}, "held"),
        ("withdraw", {}, "withdrawn"),
    ],
)
def test_an_act_from_a_forums_rung_takes_the_issue_off_its_agenda(
    story: Story, act: str, body: dict[str, Any], then: str
) -> None:
    story.logs("the late pay")
    story.does(
        "Priya Nair", "skip", to="business_manager_forum", reason="large", then="escalated tabled"
    )
    meeting = story.meeting_of()
    story.does(COUNTER, act, then=then, reason="we know more now", **body)
    [item] = story.items(meeting)
    assert item["outcome"] in {"withdrawn", "referred_up", "referred_back"}
    if act == "hold":
        story.until("2026-03-05 12:00", "resumed tabled")
        assert story.issue()["status"] == "tabled"


def test_an_outcome_has_reasons_cause_remedy_and_cost_and_the_raisers_next_right(
    story: Story,
) -> None:
    story.logs("the late pay")
    wrong = {**PAID, "cause": "governance"}
    answer = story.tries("Priya Nair", "resolve", outcome=wrong)
    fault(answer, 422, "unknown", {"pointer": "/outcome/cause"})
    issue = story.does("Priya Nair", "resolve", outcome=PAID, then="resolved")
    for name, value in PAID.items():
        assert issue["outcome"][name] == value
    review = issue["outcome"]["review"]
    assert review["goes_to"] == "function_director"
    assert local(review["until"]) == local(story.clock("review")["due_at"]) == "2026-03-30 17:00"


def test_what_is_settled_at_first_contact_is_logged_with_its_outcome(story: Story) -> None:
    issue = story.logs("a payslip again", outcome=PAID, then="logged resolved")
    assert issue["status"] == "resolved"
    assert issue["outcome"]["summary"] == PAID["summary"]
    assert [c["kind"] for c in issue["clocks"] if c["state"] == "running"] == ["review"]


def test_a_referral_back_asks_a_question_gives_the_full_time_and_happens_at_most_twice(
    story: Story,
) -> None:
    story.logs("the late pay")
    story.does("Priya Nair", "escalate", reason="beyond me", then="escalated")
    overall = story.clock("overall")["due_at"]
    for _ in range(2):
        story.does(
            "Margaret O'Dwyer",
            "refer-back",
            question="Which pay run?",
            reason="we cannot tell",
            then="referred_back",
        )
        assert story.history("referred_back")[-1]["question"] == "Which pay run?"
        assert story.issue()["rung"]["id"] == "service_manager"
        assert story.clock("rung")["budget"] == "1 business day"
        assert local(story.clock("rung")["due_at"]) == "2026-03-03 17:00"
        story.does("Priya Nair", "escalate", reason="the fifth", then="escalated")
    body = {"question": "Whose?", "reason": "we cannot tell"}
    story.refused("Margaret O'Dwyer", "refer-back", "referred_back_too_often", **body)
    assert story.clock("overall")["due_at"] == overall


@on_both
def test_where_both_must_agree_one_side_proposes_and_the_other_answers(story: Story) -> None:
    story.logs("the price of payroll", scope="agreement", function=None)
    issue = story.issue()
    assert issue["ladder"]["id"] == "agreement-wide"
    story.refused("Dominic Ferraro", "resolve", "both_must_agree", outcome=SHARED)
    story.does("Dominic Ferraro", "propose", outcome=SHARED, then="proposed")
    story.refused("Dominic Ferraro", "agree", "own_proposal")
    issue = story.does(
        "Ruth Goldfinch", "dissent", grounds="too dear", then="dissented escalated tabled"
    )
    assert issue["rung"]["id"] == "business_manager_forum"
    meeting = story.meeting_of()
    paper = story.finds(f"/v1/issues/{issue['id']}/paper")
    assert [(p["side"], p["stance"]) for p in paper["positions"]] == [
        ("provider", "proposes"),
        ("agency", "dissents"),
    ]
    story.does("Ruth Goldfinch", "propose", outcome=SHARED, then="proposed")
    issue = story.does("Dominic Ferraro", "agree", then="agreed resolved")
    assert (issue["status"], issue["outcome"]["summary"]) == ("resolved", SHARED["summary"])
    [item] = story.items(meeting)
    assert item["outcome"] is not None


def test_a_disputed_outcome_is_reviewed_one_rung_up_by_somebody_who_had_no_part_in_it(
    story: Story,
) -> None:
    story.logs("the late pay")
    story.does(
        "Priya Nair", "reassign", seat="provider", person="margaret-o-dwyer", then="reassigned"
    )
    story.does("Margaret O'Dwyer", "resolve", outcome=PAID, then="resolved")
    issue = story.does(COUNTER, "dispute", grounds="it was not paid", then="disputed seat_vacant")
    assert issue["rung"]["id"] == "function_director"
    assert story.holder("provider") is None
    [alarm] = story.history("seat_vacant")
    assert "Margaret O'Dwyer has handled it before" in alarm["detail"]
    assert alarm["tells"] == {"account_manager": "dominic-ferraro", "secretariat": "callum-treloar"}


def test_a_dispute_comes_too_late_after_the_review_window_and_a_reopening_does_not(
    story: Story,
) -> None:
    story.logs("the late pay")
    story.does("Priya Nair", "escalate", reason="beyond me", then="escalated")
    story.does("Margaret O'Dwyer", "resolve", outcome=SHARED, then="resolved")
    story.until("2026-03-30 17:01", "closed")
    story.refused(COUNTER, "dispute", "not_when_closed", grounds="it was not paid")
    issue = story.does(COUNTER, "reopen", then="reopened")
    assert (issue["status"], issue["rung"]["id"]) == ("open", "function_director")
    assert story.holder("provider") == "Margaret O'Dwyer"


def test_on_the_last_rung_a_dispute_is_refused_with_the_rights_outside(story: Story) -> None:
    story.logs("the late pay")
    story.does(
        COUNTER, "skip", to="ceo_board", reason="a matter of policy", then="escalated tabled"
    )
    story.does(COUNTER, "resolve", outcome={**PAID, "cause": "strategy"}, then="resolved")
    told = story.refused(COUNTER, "dispute", "no_further_rung", grounds="it was not paid")
    assert "Ombudsman" in told


@on_both
def test_a_duplicate_closes_and_its_raiser_is_owed_the_outcome_of_the_primary(story: Story) -> None:
    story.logs("the late pay", raiser={"type": "staff", "name": "Ana"})
    story.logs("late pay too", raiser={"type": "staff", "name": "Bo"})
    primary = story.issue("the late pay")
    twin = story.does(
        "Priya Nair",
        "merge",
        on="late pay too",
        issue=primary["reference"],
        reason="the same pay run",
        then={"late pay too": "merged closed", "the late pay": "merged"},
    )
    assert twin["status"] == "closed"
    assert [each["raiser"]["name"] for each in story.issue("the late pay")["joined"]] == ["Bo"]
    story.does("Priya Nair", "inform", text="On Friday", then="informed")
    assert story.history("informed")[-1]["also_owed"] == [twin["reference"]]
    story.does("Priya Nair", "resolve", outcome=PAID, then="resolved")
    assert story.history("resolved")[-1]["also_owed"] == [twin["reference"]]


@on_both
def test_an_issue_that_waits_for_the_provider_of_the_provider_has_it_climb_beside(
    story: Story,
) -> None:
    story.logs("the late pay", also_affects=["records", "fisheries"])
    assert story.issue()["also_affects"] == ["records", "fisheries"]
    upstream = story.logs(
        "the pay system is down",
        agency="meridian",
        function="payroll",
        service="payroll_system",
        severity="critical",
    )
    assert (upstream["ladder"]["id"], upstream["provider"]) == ("corptech", "corptech")
    tie = {"issue": upstream["reference"], "as": "depends_on"}
    story.does(
        "Priya Nair",
        "link",
        then={"the late pay": "(linked)", "the pay system is down": "(linked)"},
        **tie,
    )
    hold = {"until": "2026-03-20T12:00:00+10:00", "awaiting": "dependency", "reason": "it is down"}
    story.does("Priya Nair", "hold", issue=upstream["reference"], then="held", **hold)
    story.until(
        "2026-03-02 17:00", {"the pay system is down": "warned warned warned escalated warned"}
    )
    story.does(
        "Deborah Whitlock",
        "resolve",
        on="the pay system is down",
        outcome={**PAID, "cause": "supplier"},
        then={"the pay system is down": "resolved", "the late pay": "upstream_settled resumed"},
    )
    assert story.issue()["status"] == "in_progress"


@on_both
def test_related_issues_show_one_another_and_each_goes_its_own_way(story: Story) -> None:
    story.logs("the late pay")
    other = story.logs("the wrong payslip", agency="schools")
    before = story.issue("the wrong payslip")
    tie = {"issue": other["reference"], "as": "related"}
    both = {"the late pay": "(linked)", "the wrong payslip": "(linked)"}
    story.does("Priya Nair", "link", on="the late pay", then=both, **tie)
    story.refused("Priya Nair", "link", "already_linked", on="the late pay", **tie)
    [shown] = story.issue("the wrong payslip")["links"]
    assert (shown["reference"], shown["as"], shown["status"]) == (
        story.issue("the late pay")["reference"],
        "related",
        "open",
    )
    same = ("status", "rung", "clocks", "due_at")
    after = story.issue("the wrong payslip")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    hold = {"until": "2026-03-20T12:00:00+10:00", "awaiting": "dependency", "reason": "it waits"}
    waits = {"issue": other["reference"], **hold}
    story.refused("Priya Nair", "hold", "dependency_not_named", on="the late pay", **waits)
    story.does("Priya Nair", "resolve", on="the late pay", outcome=PAID, then="resolved")
    found = story.issue("the wrong payslip")
    assert (found["status"], found["links"][0]["status"]) == ("open", "resolved")
    undo = {"issue": story.id_of("the late pay"), "as": "related", "reason": "another matter"}
    apart = {"the late pay": "(unlinked)", "the wrong payslip": "(unlinked)"}
    story.does(COUNTER, "unlink", on="the wrong payslip", then=apart, **undo)
    assert [story.issue(name)["links"] for name in apart] == [[], []]


def test_what_came_of_it_is_shown_to_those_who_handled_it_below(story: Story) -> None:
    story.logs("the late pay")
    story.does("Priya Nair", "escalate", reason="beyond me", then="escalated")
    story.does("Margaret O'Dwyer", "report-up", then="reported_up")
    meeting = next(
        each["id"]
        for each in story.finds(f"/v1/forums/{FORUM}/meetings?limit=3")["data"]
        if story.items(each["id"])
    )
    story.does("Margaret O'Dwyer", "resolve", outcome=SHARED, then="resolved")
    [told] = story.history("resolved")
    assert told["shown_to"] == ["priya-nair", "bronwyn-tait"]
    found = story.finds("/v1/issues?handled_by=priya-nair&status=resolved")["data"]
    assert [each["title"] for each in found] == ["the late pay"]
    assert story.finds("/v1/issues?handled_by=thi-lan-pham")["data"] == []
    [item] = story.items(meeting)
    assert (item["kind"], item["outcome"], item["remark"]) == ("reported", "withdrawn", "resolved")
    story.does(COUNTER, "dispute", grounds="It was not", then="disputed tabled")
    [item] = story.items(story.meeting_of())
    assert (item["kind"], item["outcome"]) == ("issue", None)


def test_whoever_handled_it_where_it_was_resolved_is_shown_nothing(story: Story) -> None:
    story.logs("the late pay")
    story.does("Priya Nair", "resolve", outcome=PAID, then="resolved")
    assert "shown_to" not in story.history("resolved")[0]

"""Who holds a seat, sentence by sentence of the domain's fifth section."""

from itertools import pairwise
from typing import Any

import pytest

from tests.builders import CONFIG, LADDERS
from tests.stories.databases import on_both
from tests.stories.teller import ADMIN, COUNTER, Story

PAID: dict[str, Any] = {"summary": "Paid", "reasons": "It was owed", "cause": "work_standards"}
LEAVE = {"from": "2026-03-10", "until": "2026-03-12"}


def reason(story: Story, side: str = "provider", name: str = "") -> str:
    """Why a seat's holder holds it."""
    told: str = story.issue(name)["rung"]["seats"][side]["reason"]
    return told


@pytest.mark.parametrize(
    ("function", "region", "person"),
    [
        ("payroll", "far-north", "Mick Callaghan"),  # function and region
        ("payroll", "central", "Priya Nair"),  # the function comes before the region
        (None, "central", "Hamish Doolan"),  # the region, where no function is named
    ],
)
def test_the_closest_appointment_holds_the_seat(
    story: Story, function: str | None, region: str, person: str
) -> None:
    seat = f"role=service_manager&party=meridian&region={region}"
    seat += f"&function={function}" if function else ""
    held = story.finds(f"/v1/seats?{seat}")
    assert held["holder"]["name"] == person
    if function:
        story.logs("the late pay", function=function, region=region)
        assert story.holder("provider") == person
        assert person in reason(story)


def test_the_whole_partys_appointment_holds_where_nothing_is_closer(story: Story) -> None:
    story.logs("the price", scope="agreement", function=None)
    assert (story.holder("provider"), story.holder("agency")) == (
        "Dominic Ferraro",
        "Ruth Goldfinch",
    )


@on_both
def test_who_acts_takes_the_seat_and_gives_it_back_and_each_is_told_once(story: Story) -> None:
    story.logs("the late pay", severity="low")
    acting = {"code": "act-x", "person": "thi-lan-pham", "for": "app-meridian-100", **LEAVE}
    story.asks(ADMIN, "POST", "/v1/acting-appointments", acting)
    story.looks()
    story.does("Priya Nair", "acknowledge", then="acknowledged")
    hold = {"until": "2026-03-16T10:00:00+10:00", "awaiting": "raiser", "reason": "a form"}
    story.does("Priya Nair", "hold", then="held", **hold)
    story.until("2026-03-09 23:59")
    story.until("2026-03-10 00:00", "holder_changed")
    assert story.holder("provider") == "Thi Lan Pham"
    assert "acting appointment act-x" in reason(story)
    story.refused("Priya Nair", "resume", "not_your_seat")
    story.until("2026-03-12 23:59")
    story.until("2026-03-13 00:00", "holder_changed")
    assert story.holder("provider") == "Priya Nair"
    story.looks()


def test_a_delegation_holds_within_its_functions_alone(story: Story) -> None:
    story.logs("the late pay")
    story.logs("the wrong invoice", function="finance")
    body = {
        "code": "del-x",
        "for": "app-meridian-200",
        "to": "yasmin-haddad",
        "functions": ["payroll"],
        "from": "2026-03-02",
        "until": "2026-03-20",
    }
    story.asks(ADMIN, "POST", "/v1/delegations", body)
    story.looks()
    story.does("Priya Nair", "escalate", on="the late pay", reason="large", then="escalated")
    assert story.holder("provider", "the late pay") == "Yasmin Haddad"
    assert "by delegation (del-x)" in reason(story, name="the late pay")
    story.does("Thi Lan Pham", "escalate", on="the wrong invoice", reason="large", then="escalated")
    assert story.holder("provider", "the wrong invoice") == "Rajiv Chandra"


def test_who_is_recused_is_followed_by_the_alternate(story: Story) -> None:
    story.logs("the late pay")
    story.does(
        "Priya Nair",
        "recuse",
        seat="provider",
        reason="my brother",
        then="(recused) holder_changed",
    )
    assert story.holder("provider") == "Sione Tuilagi"
    assert "Priya Nair is recused" in reason(story)
    story.refused("Priya Nair", "acknowledge", "not_your_seat")
    story.does("Sione Tuilagi", "acknowledge", then="acknowledged")


def test_the_corporate_purchaser_of_the_agreement_stands_in_for_a_business_manager(
    story: Story,
) -> None:
    story.logs("the price", agency="wellbeing", scope="agreement", function=None)
    assert story.holder("agency") == "Helena Costa"
    assert "stands in" in reason(story, "agency")


def test_where_a_provider_is_the_client_its_account_manager_sits_as_business_manager(
    story: Story,
) -> None:
    story.logs("the pay system is slow", agency="meridian", service="payroll_system")
    assert (story.holder("provider"), story.holder("agency")) == ("Ngoc Anh Tran", "Priya Nair")
    to_forum = {"to": "business_manager_forum", "reason": "many"}
    story.does(COUNTER, "skip", then="escalated tabled", **to_forum)
    assert (story.holder("provider"), story.holder("agency")) == (
        "Tane Rangihuna",
        "Dominic Ferraro",
    )
    story.does(COUNTER, "skip", to="partnering_forum", reason="all", then="escalated tabled")
    assert story.holder("agency") == "Judith Abernethy"


def vacate(story: Story, appointment: str) -> None:
    """The appointment has ended: nobody is appointed any more."""
    path = f"/v1/appointments/{appointment}"
    story.asks(ADMIN, "PATCH", path, {"until": "2026-02-27"}, if_match="*")


def test_an_empty_seat_goes_to_the_alternate_where_the_rung_says_so(story: Story) -> None:
    vacate(story, "app-meridian-104")
    story.logs("the lost order", function="procurement")
    assert story.holder("provider") == "Sione Tuilagi"
    assert "alternate" in reason(story)


@on_both
def test_an_empty_seat_passes_the_issue_on_where_the_rung_says_so_and_is_alarmed(
    story: Story,
) -> None:
    story.logs("the late pay")
    vacate(story, "app-meridian-200")
    story.looks()
    issue = story.does(
        "Priya Nair", "escalate", reason="large", then="escalated tabled seat_vacant"
    )
    assert issue["rung"]["id"] == "business_manager_forum"
    [alarm] = story.history("seat_vacant")
    assert (alarm["rung"], alarm["side"]) == ("function_director", "provider")


def test_an_empty_seat_on_the_other_side_is_alarmed_and_no_more(story: Story) -> None:
    vacate(story, "app-rivers-100")
    issue = story.logs("the late pay", then="logged seat_vacant")
    assert issue["rung"]["id"] == "service_manager"
    assert story.holder("provider") == "Priya Nair"
    [alarm] = story.finds("/v1/vacancies")["data"]
    assert (alarm["side"], alarm["issue"]["id"]) == ("agency", issue["id"])
    assert (alarm["account_manager"], alarm["secretariat"]) == (
        "dominic-ferraro",
        "callum-treloar",
    )


def test_a_lead_seat_that_nobody_can_take_is_an_alarm_and_its_clock_runs_on(story: Story) -> None:
    for appointment in ("app-meridian-100", "app-meridian-106"):
        vacate(story, appointment)
    issue = story.logs("the late pay", severity="critical", then="logged seat_vacant")
    assert story.holder("provider") is None
    assert issue["next"] is not None
    story.until("2026-03-02 14:00", "warned warned warned escalated")
    assert story.holder("provider") == "Margaret O'Dwyer"


def test_delegations_in_a_ring_are_refused_and_nothing_is_changed(story: Story) -> None:
    there = {"code": "del-a", "by": "priya-nair", "to": "thi-lan-pham", "from": "2026-03-02"}
    story.asks(ADMIN, "POST", "/v1/delegations", there)
    back = {"code": "del-b", "by": "thi-lan-pham", "to": "priya-nair", "from": "2026-03-02"}
    answer = story.service.post("/v1/delegations", back, key=story.key(ADMIN))
    assert answer.status_code == 422, answer.text
    assert "del-a" in answer.text
    story.logs("the late pay")
    assert story.holder("provider") == "Thi Lan Pham"


def without_forums(text: str) -> str:
    """The ladder file with the ladder to CorpTech ending at its directors, who pass nothing on."""
    ladder = text.index("  corptech:\n")
    skip, rungs = text.index("    skip:", ladder), text.index("    rungs:", ladder)
    forums = text.index("      - id: business_manager_forum", rungs)
    ends = text.index("\n\n# ----", forums)
    kept = text[:skip] + text[rungs:forums].rstrip() + "\n" + text[ends:]
    return kept.replace('label: "2026.2"', 'label: "2026.3"')


@on_both
def test_a_last_rung_that_would_pass_an_issue_on_is_alarmed_and_its_clock_runs_on(
    story: Story,
) -> None:
    text = without_forums((CONFIG / LADDERS).read_text(encoding="utf-8"))
    sent = {"text": text, "reason": "no forum decides on systems"}
    story.asks(ADMIN, "POST", "/v1/ladder-publications", sent)
    story.hears()
    vacate(story, "app-corptech-200")
    story.logs("the pay system is slow", agency="meridian", service="payroll_system")
    why = {"reason": "beyond me"}
    issue = story.does("Ngoc Anh Tran", "escalate", then="escalated seat_vacant", **why)
    assert (issue["rung"]["id"], issue["status"]) == ("function_director", "open")
    assert story.holder("provider") is None
    [alarm] = story.history("seat_vacant")
    assert alarm["detail"].endswith("an alarm is raised")
    story.until("2026-03-06 16:59", "warned warned warned")
    story.until("2026-03-06 17:00", "exhausted")
    assert "Ombudsman" in story.history("exhausted")[0]["external_review"]


CHAIN = (
    "priya-nair",
    "thi-lan-pham",
    "sione-tuilagi",
    "mick-callaghan",
    "hamish-doolan",
    "rajiv-chandra",
    "yasmin-haddad",
    "catherine-villiers",
    "marguerite-okafor",
    "jacinta-morrow",
)
"""Each has given the seat to the next: eight hands on, and one too many."""


@on_both
def test_a_seat_goes_on_through_eight_delegations_and_no_further(story: Story) -> None:
    for number, (by, to) in enumerate(pairwise(CHAIN[:-1])):
        body = {"code": f"del-{number}", "by": by, "to": to, "from": "2026-03-02"}
        story.asks(ADMIN, "POST", "/v1/delegations", body)
    story.logs("the late pay")
    assert story.holder("provider") == "Marguerite Okafor"
    assert reason(story).count("by delegation") == 8
    last = {"code": "del-8", "by": CHAIN[-2], "to": CHAIN[-1], "from": "2026-03-02"}
    story.asks(ADMIN, "POST", "/v1/delegations", last)
    story.looks("holder_changed")
    assert story.holder("provider") == "Sione Tuilagi"
    assert "lead round, or too far" in reason(story)


@on_both
def test_a_complaint_about_a_holder_goes_past_them_on_every_rung(story: Story) -> None:
    story.logs("rude on the phone", about_person="priya-nair")
    assert story.holder("provider") == "Sione Tuilagi"
    story.refused("Priya Nair", "acknowledge", "not_your_seat")
    told = {"seat": "provider", "person": "priya-nair"}
    story.refused("Sione Tuilagi", "reassign", "may_not_hold_it", **told)


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("first", ["Thi Lan Pham"] * 4),
        ("round_robin", ["Thi Lan Pham", "Sione Tuilagi"] * 2),
        ("least_open", ["Thi Lan Pham", "Sione Tuilagi", "Thi Lan Pham", "Thi Lan Pham"]),
    ],
)
def test_several_managers_of_one_seat_share_by_the_rule(
    story: Story, pick: str, expected: list[str]
) -> None:
    seat = {"role": "service_manager", "party": "meridian", "function": "finance"}
    second = {"code": "app-x", "person": "sione-tuilagi", **seat}
    refused = story.service.post("/v1/appointments", second, key=story.key(ADMIN))
    assert refused.status_code == 422, "a seat has one holder unless it is shared"
    story.asks(ADMIN, "POST", "/v1/shared-seats", {"code": "money", **seat, "pick": pick})
    story.asks(ADMIN, "POST", "/v1/appointments", second)
    names = ["one", "two", "three", "four"]
    for name in names:
        if name == "four" and pick == "least_open":
            for done in ("one", "three"):
                story.does("Thi Lan Pham", "resolve", on=done, outcome=PAID, then="resolved")
        story.logs(name, function="finance")
    assert [story.holder("provider", name) for name in names] == expected


@on_both
def test_an_appointment_that_changes_moves_the_seats_of_what_is_open_and_tells_once(
    story: Story,
) -> None:
    story.logs("open")
    story.logs("settled")
    story.does("Priya Nair", "resolve", on="settled", outcome=PAID, then="resolved")
    change = {"person": "hamish-doolan"}
    path = "/v1/appointments/app-meridian-100"
    story.asks(ADMIN, "PATCH", path, change, if_match="*")
    story.looks({"open": "holder_changed"})
    story.looks()
    assert story.holder("provider", "open") == "Hamish Doolan"
    assert story.holder("provider", "settled") == "Priya Nair"

"""Each rule that refuses, in both directions, with the words that a person reads."""

from datetime import timedelta

import pytest

from escalation.routing.vocabulary import Awaiting, Severity, Side
from escalation.workflow.commands import (
    Decide,
    Defer,
    Dispute,
    Escalate,
    Hold,
    Reassign,
    Reclassify,
    ReferBack,
    ReportUp,
    Resolve,
    Skip,
)
from escalation.workflow.states import Effect, Status
from tests.fakes import utc
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME, a_decision, a_deferral
from tests.unit.workflow.builders import DAY, MINUTE, Story, logged

RIGHTS = "You may ask the Ombudsman."


def at_board(severity: Severity = Severity.MEDIUM) -> Story:
    story = logged(severity=severity)
    story.do(Skip(to="board", reason="large"))
    return story


def begun(story: Story) -> Story:
    assert story.issue.meeting_at is not None
    story.now = story.issue.meeting_at
    return story


def test_no_further_rung_refuses_an_escalation_and_a_dispute_on_the_last_with_the_rights() -> None:
    story = at_board()
    refused = story.refused(Escalate())
    assert refused.code == "no_further_rung"
    assert refused.detail == f"The board is the last rung of The standard ladder. {RIGHTS}"
    story.do(Resolve(outcome=OUTCOME))
    assert story.refused(Dispute(grounds="no")).code == "no_further_rung"
    lower = logged()
    lower.do(Escalate())
    assert lower.issue.rung == "directors"


@pytest.mark.parametrize("to", ["desk", "directors"])
def test_not_above_refuses_a_skip_that_does_not_go_up(to: str) -> None:
    story = logged()
    story.do(Escalate())
    refused = story.refused(Skip(to=to))
    assert refused.code == "not_above"
    title = world.publication().effective("ola-alpha", "standard").rung(to).title
    assert refused.detail == (
        f"{title} is not above The directors: skip goes up, refer-back goes down."
    )
    story.do(Skip(to="board"))
    assert story.issue.rung == "board"


def test_nowhere_to_refer_back_wants_a_rung_below() -> None:
    story = logged()
    refused = story.refused(ReferBack(question="?"))
    assert refused.code == "nowhere_to_refer_back"
    assert refused.detail == "It came to The desk from no lower rung; name one with `to`."
    refused = story.refused(ReferBack(question="?", to="directors"))
    assert refused.detail == "The directors is not below The desk."
    story.do(Escalate())
    story.do(ReferBack(question="?"))
    assert story.issue.rung == "desk"


def test_referred_back_too_often_stops_the_third_between_the_same_two_rungs() -> None:
    story = logged()
    for _ in range(2):
        story.do(Escalate())
        story.do(ReferBack(question="?"))
    story.do(Escalate())
    refused = story.refused(ReferBack(question="?"))
    assert refused.code == "referred_back_too_often"
    assert refused.detail == (
        "It has been referred back from The directors to The desk 2 times; the limit is 2. "
        "Decide it here or escalate it."
    )
    story.do(Escalate())
    story.do(ReferBack(question="another pair of rungs", to="desk"))
    assert story.issue.rung == "desk"


def test_hold_ends_in_the_past_wants_an_instant_ahead() -> None:
    story = logged()
    refused = story.refused(Hold(until=story.now, awaiting=Awaiting.RAISER))
    assert refused.code == "hold_ends_in_the_past"
    assert refused.detail == (
        "`until` must be ahead; it is 2026-03-02T00:00:00+00:00, now is 2026-03-02T00:00:00+00:00."
    )
    story.do(Hold(until=story.now + timedelta(seconds=1), awaiting=Awaiting.RAISER))
    assert story.issue.status is Status.ON_HOLD


def test_hold_too_long_is_capped_by_what_it_waits_for() -> None:
    story = logged()
    latest = utc("2026-03-09 07:00")  # close of the fifth business day
    refused = story.refused(Hold(until=latest + MINUTE, awaiting=Awaiting.AGENCY))
    assert refused.code == "hold_too_long"
    assert refused.detail == (
        "A hold that awaits the agency may last 5 business days: "
        "`until` may be 2026-03-09T07:00:00+00:00 at the latest."
    )
    story.do(Hold(until=latest, awaiting=Awaiting.AGENCY))
    other = logged()
    other.do(Hold(until=latest + MINUTE, awaiting=Awaiting.THIRD_PARTY))
    assert other.issue.status is Status.ON_HOLD


def test_hold_too_long_speaks_of_a_third_party_in_words() -> None:
    story = logged()
    refused = story.refused(Hold(until=story.now + 90 * DAY, awaiting=Awaiting.THIRD_PARTY))
    assert "awaits the third party may last 20 business days" in refused.detail


def test_no_higher_forum_wants_a_body_above() -> None:
    story = logged(agency="bravo")
    refused = story.refused(ReportUp())
    assert refused.code == "no_higher_forum"
    assert refused.detail == (
        "No forum sits above The desk for this issue; name a forum's code with `to`."
    )
    story.do(ReportUp(to="board"))
    assert story.issue.reported_up[0]["forum"] == "board"


def test_already_reported_there_is_once_for_each_body() -> None:
    story = logged()
    story.do(ReportUp())
    refused = story.refused(ReportUp())
    assert refused.code == "already_reported_there"
    assert refused.detail == (
        "It has been reported up to Forum bmf-north already and stands in its digests."
    )
    story.do(ReportUp(to="board"))
    assert [r["forum"] for r in story.issue.reported_up] == ["bmf-north", "board"]


def test_no_such_seat_refuses_a_seat_that_the_rung_does_not_have() -> None:
    story = logged(agency="juliet")
    story.do(Escalate())
    refused = story.refused(Reassign(seat=Side.AGENCY, person="zed"))
    assert refused.code == "no_such_seat"
    assert refused.detail == "The summit has no seat on the agency side."


def test_not_on_the_new_ladder_keeps_an_issue_where_its_rung_is() -> None:
    story = logged()
    refused = story.refused(Reclassify(changes={"agency": "golf"}))
    assert refused.code == "not_on_the_new_ladder"
    assert refused.detail == (
        "It would come under The elsewhere ladder, which has no rung `desk`. "
        "Withdraw it and log it anew there."
    )
    story.do(Reclassify(changes={"agency": "bravo"}))
    assert (story.issue.agency, story.issue.ladder) == ("bravo", "officers")


def test_both_must_agree_leaves_it_to_neither_seat_alone() -> None:
    story = logged().at_forum()
    refused = story.refused(Resolve(outcome=OUTCOME))
    assert refused.code == "both_must_agree"
    assert refused.detail == (
        "On The forum both seats resolve together: propose, and let the other side agree."
    )


def test_not_on_that_agenda_keeps_a_meeting_to_its_own_items() -> None:
    story = begun(logged().at_forum())
    for ask in (Decide(meeting="mtg_other", text="x"), Defer(meeting="mtg_other")):
        refused = story.refused(ask)
        assert refused.code == "not_on_that_agenda"
        assert refused.detail == "SSI-2026-000001 is not on the agenda of meeting mtg_other."


def test_meeting_not_begun_decides_before_only_where_the_rung_says_so() -> None:
    story = logged().at_forum()
    refused = story.refused(a_decision(story))
    assert refused.code == "meeting_not_begun"
    assert refused.detail == (
        "The meeting begins 2026-03-05T00:00:00+00:00; The forum decides nothing of medium "
        "severity out of session."
    )
    story.do(a_decision(begun(story)))
    assert story.issue.status is Status.RESOLVED
    critical = logged(severity=Severity.CRITICAL).at_forum()
    critical.do(a_decision(critical))
    assert critical.issue.status is Status.RESOLVED


def test_nowhere_to_move_refuses_a_decision_that_has_no_rung_to_go_to() -> None:
    top = begun(at_board())
    refused = top.refused(a_decision(top, Effect.CLIMB))
    assert (refused.code, refused.detail) == (
        "nowhere_to_move",
        f"The board is the last rung of The standard ladder. {RIGHTS}",
    )
    first = begun(logged(agency="juliet"))
    refused = first.refused(a_decision(first, Effect.RETURN))
    assert refused.code == "nowhere_to_move"
    assert "came to The forum from no lower rung" in refused.detail
    back = begun(at_board())
    back.do(a_decision(back, Effect.RETURN))
    assert back.issue.rung == "desk"


def test_no_further_meeting_refuses_to_defer_to_a_meeting_that_will_not_be() -> None:
    rule = "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260306T000000"
    last = world.BODIES.replace("FREQ=WEEKLY;BYDAY=TH", rule)
    story = begun(logged(directory=world.directory(bodies=last)).at_forum())
    refused = story.refused(a_deferral(story))
    assert refused.code == "no_further_meeting"
    assert refused.detail == "The forum has no further meeting by its rule."
    other = begun(logged().at_forum())
    other.do(a_deferral(other))
    assert other.issue.status is Status.TABLED


def test_carried_over_too_often_lets_a_forum_put_off_only_as_often_as_its_rung_says() -> None:
    story = logged().at_forum()
    for _ in range(2):
        story.do(a_deferral(begun(story)))
    refused = story.refused(a_deferral(begun(story)))
    assert refused.code == "carried_over_too_often"
    assert refused.detail == (
        "It has been carried over 2 times, as often as The forum allows: decide it, or it climbs "
        "when the meeting's time is up."
    )
    story.end("forum")
    assert story.issue.rung == "board"

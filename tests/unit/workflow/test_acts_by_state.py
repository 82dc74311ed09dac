"""Every act in every state: allowed, and where it leads, or refused, and by which rule.

The table below is written by hand from the description of the domain, not from the product's own.
The officers are a pair on the second rung, so that there is a rung on either side of them; the
forum is the one above, at its meeting.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Side
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Escalate,
    Reclassify,
    Recuse,
    Resolve,
    Withdraw,
)
from escalation.workflow.outlook import open_acts
from escalation.workflow.states import Act, MeetingAct, Status
from escalation.workflow.table import TABLE as WAYS
from tests.unit.workflow import world
from tests.unit.workflow.asks import ASKS, OUTCOME, a_hold
from tests.unit.workflow.builders import Story, logged, told

# `=` stays as it is; `!rule` is refused by that rule; `-` is refused for the state itself.
TABLE = """
act         open        in_progress on_hold     tabled           resolved  closed  withdrawn
acknowledge in_progress -           -           -                -         -       -
inform      =           =           =           =                =         =       =
contact     =           =           =           =                =         =       =
note        =           =           =           =                =         =       =
link        =           =           =           =                =         =       =
unlink      =           =           =           =                =         =       =
hold        on_hold     on_hold     -           on_hold          -         -       -
resume      -           -           in_progress -                -         -       -
escalate    tabled      tabled      tabled      tabled           -         -       -
skip        tabled      tabled      tabled      tabled           -         -       -
refer-back  open        open        open        open             -         -       -
report-up   =           =           =           =                -         -       -
reassign    =           =           =           =                -         -       -
recuse      =           =           =           =                -         -       -
reclassify  =           =           =           =                =         !settled !settled
resolve     resolved    resolved    resolved    !both_must_agree -         -       -
dispute     -           -           -           -                tabled    -       -
reopen      -           -           -           -                open      open    -
withdraw    withdrawn   withdrawn   withdrawn   withdrawn        withdrawn -       -
close       -           -           -           -                closed    -       -
decide      -           -           -           resolved         -         -       -
defer       -           -           -           =                -         -       -
name            !not_sealed everywhere
unname          !not_sealed everywhere
refer           !not_sealed everywhere
record-referral !not_sealed everywhere
propose     !lead_resolves !lead_resolves !lead_resolves =       -         -       -
agree       !lead_resolves !lead_resolves !lead_resolves resolved -        -       -
dissent     !lead_resolves !lead_resolves !lead_resolves tabled  -         -       -
seek-advice =           =           =           =                -         -       -
give-advice =           =           =           =                -         -       -
merge       closed      closed      closed      closed           closed    -       -
"""

NOT_OFFERED = {"-", "!not_sealed", "!settled", "!lead_resolves"}
ACTS: tuple[Act | MeetingAct, ...] = (*Act, *MeetingAct)


def expected() -> dict[tuple[str, str], str]:
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    cells = {}
    for line in lines:
        words = line[1:2] * len(Status) if line[-1] == "everywhere" else line[1:]
        cells.update({(line[0], state): word for state, word in zip(head[1:], words, strict=True)})
    return cells


def standing(status: Status) -> Story:
    story = logged()
    story.do(Escalate(reason="too large for the desk"))
    if status is Status.TABLED:
        story.at_forum()
        assert story.issue.meeting_at is not None
        story.now = story.issue.meeting_at
        return story
    if status is not Status.OPEN:
        story.do(Acknowledge())
    if status is Status.ON_HOLD:
        story.do(a_hold(story))
    if status in {Status.RESOLVED, Status.CLOSED}:
        story.do(Resolve(outcome=OUTCOME))
    if status is Status.CLOSED:
        story.do(Close())
    if status is Status.WITHDRAWN:
        story.do(Withdraw())
    assert story.issue.status is status
    return story


def test_the_table_names_every_act_and_every_state() -> None:
    assert set(expected()) == {(act.value, state.value) for act in ACTS for state in Status}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_allowed_or_refused_by_a_rule_with_a_name(
    act: Act | MeetingAct, status: Status
) -> None:
    story = standing(status)
    ask = ASKS[act](story)
    cell = expected()[act.value, status.value]
    if cell == "-" or cell.startswith("!"):
        refused = story.refused(ask)
        assert refused.code == (f"not_when_{status}" if cell == "-" else cell[1:])
        assert refused.detail.endswith(".")
        assert refused.extra["status"] == status
        assert refused.extra["available_acts"] == open_acts(story.facts)
    else:
        plan = story.do(ask)
        assert story.issue.status == (status if cell == "=" else Status(cell))
        assert plan.events, "what is done stands on the timeline"
        assert story.book.read(story.under).issue == story.issue


@pytest.mark.parametrize("status", Status)
def test_the_acts_an_answer_offers_are_those_the_state_has(status: Status) -> None:
    cells = expected()
    story = standing(status)
    allowed = {act.value for act in Act if cells[act.value, status.value] not in NOT_OFFERED}
    if story.under.ladder.position(story.issue.rung) == 0:
        allowed.discard("refer-back")
    if story.under.ladder.rung(story.issue.rung).resolve.value == "both":
        allowed -= {"resolve", "agree", "dissent"}  # nothing has been proposed yet
    allowed.discard("unlink")  # it is linked to nothing yet
    allowed.discard("give-advice")  # none has been sought yet
    assert set(open_acts(story.facts)) == allowed


# Of an act that leaves nobody to lead, where the rung says `next_rung`: officers are above the
# desk, a forum above the directors; of finance nobody is a director either.
PASSED_ON = """
act        rung      open   in_progress on_hold
recuse     desk      open   open        open
recuse     directors tabled tabled      tabled
reclassify desk      tabled tabled      tabled
reclassify directors tabled tabled      tabled
"""


def passing_on(rung: str, status: str) -> Story:
    ladders = world.ladder_text()
    for each in ("desk", "directors"):
        ladders = ladders.replace(f"id: {each}\n", f"id: {each}\n        empty_seat: next_rung\n")
    people = world.directory_text(without=("fin",)).replace(
        "role: service_director, party: maple",
        "role: service_director, party: maple, function: payroll",
    )
    story = logged(
        publication=Publication.read(ladders, "ladders.yaml", date(2026, 3, 2)),
        directory=Directory.read(people, "directory.yaml"),
    )
    if rung == "directors":
        story.do(Escalate(reason="too large for the desk"))
    if status != Status.OPEN:
        story.do(Acknowledge())
    if status == Status.ON_HOLD:
        story.do(a_hold(story))
    assert (story.issue.rung, story.issue.status) == (rung, status)
    return story


def passed_on() -> Iterator[tuple[str, str, str, str]]:
    head, *lines = (line.split() for line in PASSED_ON.strip().splitlines())
    for act, rung, *cells in lines:
        yield from ((act, rung, state, cell) for state, cell in zip(head[2:], cells, strict=True))


@pytest.mark.parametrize(("act", "rung", "state", "leads"), list(passed_on()))
def test_an_act_that_leaves_nobody_to_lead_passes_the_issue_on_as_the_table_says(
    act: str, rung: str, state: str, leads: str
) -> None:
    story = passing_on(rung, state)
    ask = {
        "recuse": Recuse(seat=Side.PROVIDER, reason="they are related"),
        "reclassify": Reclassify(changes={"function": "finance"}, reason="it is about a refund"),
    }[act]
    plan = story.do(ask)
    above = {"open": "directors", "tabled": "forum"}[leads]
    assert (story.issue.rung, story.issue.status) == (above, leads)
    ways = {row.to for row in WAYS if row.act == act and state in row.sources}
    assert Status(leads) in ways
    assert told(plan)[1] == "escalated"
    assert story.last("escalated")["how"] == "nobody holds the seat that leads"
    assert not story.has("hold")
    assert story.book.read(story.under).issue == story.issue


@pytest.mark.parametrize("act", ["recuse", "reclassify"])
def test_a_rung_that_keeps_what_nobody_leads_keeps_it_and_alarms(act: str) -> None:
    story = logged(directory=world.directory(without=("fin",)))
    ask = {
        "recuse": Recuse(seat=Side.PROVIDER),
        "reclassify": Reclassify(changes={"function": "finance"}),
    }[act]
    assert told(story.do(ask))[-1] == "seat_vacant"
    assert (story.issue.rung, story.issue.status) == ("desk", Status.OPEN)


def test_what_is_resolved_is_reclassified_where_it_stands() -> None:
    story = passing_on("desk", Status.IN_PROGRESS)
    story.do(Resolve(outcome=OUTCOME))
    story.do(Reclassify(changes={"function": "finance"}))
    assert (story.issue.rung, story.issue.status) == ("desk", Status.RESOLVED)


def test_a_refusal_says_in_words_why_the_state_does_not_have_the_act() -> None:
    held, begun, closed = (standing(s) for s in (Status.ON_HOLD, Status.IN_PROGRESS, Status.CLOSED))
    assert "on hold already" in held.refused(a_hold(held)).detail
    assert "acknowledged on this rung already" in begun.refused(Acknowledge()).detail
    assert closed.refused(Close()).detail == "An issue that is closed cannot be given `close`."
    assert "in progress cannot be given `close`" in begun.refused(Close()).detail

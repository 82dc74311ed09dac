"""THE transition table: every act, the states it may be done in, and where it leads.

A row without ``to`` leaves the state as it is. ``when`` names a fact of the moment
(:class:`escalation.workflow.machine.Moment`) that chooses between rows of one act; guards are
rules that refuse by name (:mod:`escalation.workflow.guards`), asked in the order given.
Source: the domain's "The life of an issue".
"""

from dataclasses import dataclass

from escalation.workflow.states import UNRESOLVED, Act, MeetingAct, Status

ANY = tuple(Status)
UNENDED = (*UNRESOLVED, Status.RESOLVED)
_ANSWERS = ("lead_resolves", "no_such_seat", "own_proposal", "nothing_proposed")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    act: Act | MeetingAct
    sources: tuple[Status, ...]
    to: Status | None = None
    when: str | None = None
    guards: tuple[str, ...] = ()


def _climbing(
    act: Act | MeetingAct, sources: tuple[Status, ...], *guards: str, also: str | None = None
) -> tuple[Row, Row]:
    """An act that lands on a rung: tabled where a forum sits there, open where officers do."""
    forum, officers = ("lands_at_forum", "lands_at_officers")
    if also:
        forum, officers = f"{also}_{forum}", f"{also}_{officers}"
    return (
        Row(act, sources, Status.TABLED, forum, guards),
        Row(act, sources, Status.OPEN, officers, guards),
    )


def _passing_on(act: Act, *guards: str) -> tuple[Row, Row, Row]:
    """An act that may leave nobody to lead: it stays, or goes on by the rung's empty-seat rule."""
    stays = Row(act, UNRESOLVED, None, "stays_here", guards)
    return (stays, *_climbing(act, UNRESOLVED, *guards, also="passed_on"))


TABLE: tuple[Row, ...] = (
    Row(Act.ACKNOWLEDGE, (Status.OPEN,), Status.IN_PROGRESS),
    # Words about an issue are taken whatever its state: the record is never closed to them.
    Row(Act.INFORM, ANY),
    Row(Act.CONTACT, ANY),
    Row(Act.NOTE, ANY),
    Row(Act.LINK, ANY, guards=("same_issue", "already_linked", "dependency_cycle")),
    Row(Act.UNLINK, ANY, guards=("not_linked", "waited_for")),
    # A hold on an open issue acknowledges it; from an agenda it takes the item off.
    Row(
        Act.HOLD,
        (Status.OPEN, Status.IN_PROGRESS, Status.TABLED),
        Status.ON_HOLD,
        guards=("hold_ends_in_the_past", "hold_too_long", "dependency_not_named"),
    ),
    Row(Act.RESUME, (Status.ON_HOLD,), Status.TABLED, "at_forum"),
    Row(Act.RESUME, (Status.ON_HOLD,), Status.IN_PROGRESS, "at_officers"),
    *_climbing(Act.ESCALATE, UNRESOLVED, "no_further_rung"),
    *_climbing(Act.SKIP, UNRESOLVED, "not_above"),
    *_climbing(Act.REFER_BACK, UNRESOLVED, "nowhere_to_refer_back", "referred_back_too_often"),
    Row(Act.REPORT_UP, UNRESOLVED, guards=("no_higher_forum", "already_reported_there")),
    Row(Act.REASSIGN, UNRESOLVED, guards=("no_such_seat", "may_not_hold_it", "has_it_already")),
    # Where nobody is left to lead and the rung says `next_rung`, these two pass the issue on.
    *_passing_on(Act.RECUSE, "no_such_seat", "nobody_to_recuse", "recused_already"),
    *_passing_on(Act.RECLASSIFY, "stays_sealed", "not_on_the_new_ladder"),
    # What an issue was is put right after its outcome too, until the record closes.
    Row(Act.RECLASSIFY, (Status.RESOLVED,), guards=("stays_sealed", "not_on_the_new_ladder")),
    Row(Act.RECLASSIFY, (Status.CLOSED, Status.WITHDRAWN), guards=("settled", "stays_sealed")),
    Row(Act.RESOLVE, UNRESOLVED, Status.RESOLVED, guards=("both_must_agree",)),
    # Where both seats resolve: one proposes, the other answers.
    Row(Act.PROPOSE, UNRESOLVED, guards=("lead_resolves", "no_such_seat")),
    Row(Act.AGREE, UNRESOLVED, Status.RESOLVED, guards=_ANSWERS),
    # From the last rung there is nowhere to climb: it stays, and is exhausted.
    Row(Act.DISSENT, UNRESOLVED, None, "lands_nowhere", (*_ANSWERS, "already_dissented")),
    *_climbing(Act.DISSENT, UNRESOLVED, *_ANSWERS, "already_dissented", also="climbs"),
    Row(Act.SEEK_ADVICE, UNRESOLVED, guards=("advice_sought_already",)),
    Row(
        Act.GIVE_ADVICE,
        UNRESOLVED,
        guards=("no_advice_sought", "advice_not_sought_of_you"),
    ),
    *_climbing(Act.DISPUTE, (Status.RESOLVED,), "review_window_over", "no_further_rung"),
    # Back to the rung that resolved it, from the review window or later.
    *_climbing(Act.REOPEN, (Status.RESOLVED, Status.CLOSED), "merged_into_another"),
    Row(
        Act.MERGE,
        UNENDED,
        Status.CLOSED,
        guards=("same_issue", "only_one_is_sealed", "primary_merged_away", "primary_has_ended"),
    ),
    Row(Act.WITHDRAW, UNENDED, Status.WITHDRAWN, guards=("others_have_joined",)),
    Row(Act.CLOSE, (Status.RESOLVED,), Status.CLOSED),
    # Of a sealed issue, whatever its state.
    Row(Act.NAME, ANY, guards=("not_sealed", "complained_about", "named_already")),
    Row(Act.UNNAME, ANY, guards=("not_sealed", "not_named")),
    Row(Act.REFER, ANY, guards=("not_sealed",)),
    Row(Act.RECORD_REFERRAL, ANY, guards=("not_sealed", "no_such_referral")),
    Row(
        MeetingAct.DECIDE,
        (Status.TABLED,),
        Status.RESOLVED,
        "decides_to_resolve",
        ("not_on_that_agenda", "meeting_not_begun"),
    ),
    Row(
        MeetingAct.DECIDE,
        (Status.TABLED,),
        Status.TABLED,
        "decides_to_keep",
        ("not_on_that_agenda", "meeting_not_begun"),
    ),
    *_climbing(
        MeetingAct.DECIDE,
        (Status.TABLED,),
        "not_on_that_agenda",
        "meeting_not_begun",
        "nowhere_to_move",
        also="decides_to_move",
    ),
    Row(
        MeetingAct.DEFER,
        (Status.TABLED,),
        guards=("not_on_that_agenda", "carried_over_too_often", "no_further_meeting"),
    ),
)

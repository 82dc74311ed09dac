"""What people may ask of an issue, drawn at random: a strategy for each act of the table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from escalation.routing.vocabulary import Awaiting, Degree, Severity, Side
from escalation.workflow.commands import (
    Acknowledge,
    Agree,
    Close,
    Contact,
    Dispute,
    Dissent,
    Do,
    Escalate,
    GiveAdvice,
    Hold,
    Inform,
    Link,
    Merge,
    Name,
    Note,
    Propose,
    Reassign,
    Reclassify,
    RecordReferral,
    Recuse,
    Refer,
    ReferBack,
    Reopen,
    ReportUp,
    Resolve,
    Resume,
    SeekAdvice,
    Skip,
    Unlink,
    Unname,
    Withdraw,
)
from escalation.workflow.states import Act

RUNGS = (
    "service_manager", "function_director", "business_manager_forum",
    "partnering_forum", "governing_board", "ceo_board",
)  # fmt: skip
PEOPLE = ("priya-nair", "mick-callaghan", "bronwyn-tait", "imran-qureshi")
FORUMS = ("pf-southern-cross", "board-meridian")
OUTCOME = {"summary": "It was paid.", "reasons": "It was owed."}
Draw = Callable[[Any], Any]
Makes = Callable[[Draw, dict[str, Any], datetime], Do]
"""Draws an ask for an issue as it is shown, at an instant."""


def _hold(draw: Draw, _: dict[str, Any], now: datetime) -> Hold:
    hours = draw(st.sampled_from([-1, 0, 1, 30, 100, 24 * 20, 24 * 400]))
    return Hold(
        reason="we wait",
        until=now + timedelta(hours=hours),
        awaiting=draw(st.sampled_from(Awaiting)),
    )


def _changes(draw: Draw) -> dict[str, Any]:
    changes: dict[str, Any] = draw(
        st.one_of(
            st.fixed_dictionaries({"severity": st.sampled_from(Severity)}),
            st.fixed_dictionaries(
                {"impact": st.sampled_from(Degree), "urgency": st.sampled_from(Degree)}
            ),
            st.fixed_dictionaries({"agency": st.sampled_from(["rivers", "schools", "transit"])}),
            st.fixed_dictionaries({"function": st.sampled_from(["payroll", "finance"])}),
            st.fixed_dictionaries({"sensitive": st.just(("privacy",))}),
            st.fixed_dictionaries({"region": st.sampled_from([None, "far-north", "central"])}),
        )
    )
    return changes


def _answer(_: Draw, view: dict[str, Any], __: datetime) -> GiveAdvice:
    open_ = [each["id"] for each in view["advice"] if each.get("given_at") is None]
    return GiveAdvice(answer="the provider does", advice=open_[0] if open_ else "adv_none")


def _seat(draw: Draw) -> Side:
    return Side(draw(st.sampled_from(Side)))


ASKS: dict[Act, Makes] = {
    Act.ACKNOWLEDGE: lambda *_: Acknowledge(),
    Act.INFORM: lambda *_: Inform(text="we are on it"),
    Act.CONTACT: lambda *_: Contact(text="they rang"),
    Act.NOTE: lambda *_: Note(text="remember"),
    Act.HOLD: _hold,
    Act.RESUME: lambda *_: Resume(),
    Act.ESCALATE: lambda *_: Escalate(reason="it is stuck"),
    Act.SKIP: lambda draw, *_: Skip(to=draw(st.sampled_from(RUNGS)), reason="it is large"),
    Act.REFER_BACK: lambda draw, *_: ReferBack(
        to=draw(st.sampled_from([None, *RUNGS[:3]])), question="since when?", reason="unclear"
    ),
    Act.REPORT_UP: lambda draw, *_: ReportUp(to=draw(st.sampled_from([None, *FORUMS]))),
    Act.PROPOSE: lambda draw, *_: Propose(outcome=OUTCOME, seat=_seat(draw)),
    Act.AGREE: lambda draw, *_: Agree(seat=_seat(draw)),
    Act.DISSENT: lambda draw, *_: Dissent(grounds="too little", seat=_seat(draw)),
    Act.SEEK_ADVICE: lambda draw, *_: SeekAdvice(
        person=draw(st.sampled_from(PEOPLE)), question="who pays?"
    ),
    Act.GIVE_ADVICE: _answer,
    Act.REASSIGN: lambda draw, *_: Reassign(
        seat=_seat(draw), person=draw(st.sampled_from(PEOPLE)), reason="away"
    ),
    Act.RECUSE: lambda draw, *_: Recuse(seat=_seat(draw), reason="they are related"),
    Act.RECLASSIFY: lambda draw, *_: Reclassify(changes=_changes(draw), reason="it grew"),
    Act.LINK: lambda draw, *_: Link(
        issue="", reference="", as_=draw(st.sampled_from(["related", "depends_on"]))
    ),
    Act.UNLINK: lambda draw, *_: Unlink(
        issue="", reference="", as_=draw(st.sampled_from(["related", "depends_on", "upstream_of"]))
    ),
    Act.MERGE: lambda *_: Merge(issue="", reference="", reason="the same pay"),
    Act.RESOLVE: lambda *_: Resolve(outcome=OUTCOME, reason="done"),
    Act.DISPUTE: lambda *_: Dispute(grounds="it was not paid"),
    Act.REOPEN: lambda *_: Reopen(reason="it came back"),
    Act.WITHDRAW: lambda *_: Withdraw(reason="no more"),
    Act.CLOSE: lambda *_: Close(reason="content"),
    Act.NAME: lambda draw, *_: Name(person=draw(st.sampled_from(PEOPLE)), reason="to help"),
    Act.UNNAME: lambda draw, *_: Unname(person=draw(st.sampled_from(PEOPLE)), reason="moved on"),
    Act.REFER: lambda *_: Refer(to="The Ombudsman", under="Ombudsman Act, s 1"),
    Act.RECORD_REFERRAL: lambda *_: RecordReferral(referral="ref_none", reference="O-7"),
}
TIES = frozenset({Act.LINK, Act.UNLINK, Act.MERGE})
"""Acts that name another issue."""

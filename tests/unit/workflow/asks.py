"""One ask for each act, as somebody in earnest would send it."""

from collections.abc import Callable
from datetime import timedelta

from escalation.routing.vocabulary import Awaiting, Severity, Side
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Contact,
    Decide,
    Defer,
    Dispute,
    Do,
    Escalate,
    Hold,
    Inform,
    Link,
    Name,
    Note,
    NotYet,
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
    Skip,
    Unname,
    Withdraw,
)
from escalation.workflow.states import Act, Effect, MeetingAct
from tests.unit.workflow.builders import Story

OUTCOME = {"summary": "Paid", "reasons": "It was owed"}


def a_hold(story: Story, days: int = 1, awaiting: Awaiting = Awaiting.RAISER) -> Hold:
    """Wait for somebody, so many days."""
    until = story.now + timedelta(days=days)
    return Hold(until=until, awaiting=awaiting, reason="we wait for a payslip")


def a_decision(story: Story, effect: Effect = Effect.RESOLVE) -> Decide:
    """The forum whose agenda it is on decides."""
    meeting = story.issue.meeting or "mtg_none"
    return Decide(meeting=meeting, text="Pay it", effect=effect, reason="it is owed")


def a_deferral(story: Story) -> Defer:
    """The forum whose agenda it is on puts it off."""
    return Defer(meeting=story.issue.meeting or "mtg_none", reason="no time")


ASKS: dict[Act | MeetingAct, Callable[[Story], Do]] = {
    Act.ACKNOWLEDGE: lambda _: Acknowledge(),
    Act.INFORM: lambda _: Inform(text="we are on it"),
    Act.CONTACT: lambda _: Contact(text="they rang"),
    Act.NOTE: lambda _: Note(text="remember"),
    Act.HOLD: a_hold,
    Act.RESUME: lambda _: Resume(),
    Act.ESCALATE: lambda _: Escalate(reason="it does not move here"),
    Act.SKIP: lambda _: Skip(to="board", reason="it is too large for us"),
    Act.REFER_BACK: lambda _: ReferBack(to="desk", question="what was paid?", reason="unclear"),
    Act.REPORT_UP: lambda _: ReportUp(),
    Act.REASSIGN: lambda _: Reassign(seat=Side.PROVIDER, person="zed"),
    Act.RECUSE: lambda _: Recuse(seat=Side.AGENCY, reason="they are related"),
    Act.RECLASSIFY: lambda _: Reclassify(changes={"severity": Severity.HIGH}, reason="it is worse"),
    Act.LINK: lambda _: Link(issue="iss_other", reference="SSI-2026-000002", as_="related"),
    Act.RESOLVE: lambda _: Resolve(outcome=OUTCOME),
    Act.DISPUTE: lambda _: Dispute(grounds="it was not paid"),
    Act.REOPEN: lambda _: Reopen(reason="it came back"),
    Act.WITHDRAW: lambda _: Withdraw(reason="settled at home"),
    Act.CLOSE: lambda _: Close(),
    Act.NAME: lambda _: Name(person="zed"),
    Act.UNNAME: lambda _: Unname(person="zed", reason="moved on"),
    Act.REFER: lambda _: Refer(to="The Ombudsman", under="Ombudsman Act, s 1"),
    Act.RECORD_REFERRAL: lambda _: RecordReferral(referral="ref_1", reference="O-7"),
    **{
        act: lambda _, act=act: NotYet(asked=act)  # type: ignore[misc] # bound for each
        for act in (
            Act.PROPOSE,
            Act.AGREE,
            Act.DISSENT,
            Act.SEEK_ADVICE,
            Act.GIVE_ADVICE,
            Act.MERGE,
        )
    },
    MeetingAct.DECIDE: a_decision,
    MeetingAct.DEFER: a_deferral,
}

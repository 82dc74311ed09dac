"""One ask for each act, as somebody in earnest would send it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec import structs

from escalation.routing.vocabulary import Awaiting, Severity, Side
from escalation.routing.vocabulary import Resolve as BothOrLead
from escalation.workflow.commands import (
    Acknowledge,
    Agree,
    Close,
    Contact,
    Decide,
    Defer,
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
from escalation.workflow.facts import Issue
from escalation.workflow.states import Act, Effect, MeetingAct, Status
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


def beside(story: Story, **changes: Any) -> Issue:
    """Another issue, which acts may name."""
    known = {"id": "iss_other", "reference": "SSI-2026-000002", "status": Status.OPEN}
    fresh = {"positions": (), "advice": (), "links": (), "merged_into": None}
    other = structs.replace(story.issue, **{**known, **fresh, **changes})
    story.beside[other.id] = other
    return other


def a_link(story: Story) -> Link:
    """To another issue."""
    other = beside(story)
    return Link(issue=other.id, reference=other.reference, as_="related")


def an_unlink(story: Story) -> Unlink:
    """Of a link that was made."""
    made = a_link(story)
    story.do(made)
    return Unlink(issue=made.issue, reference=made.reference, as_=made.as_)


def a_merge(story: Story) -> Merge:
    """Into another issue."""
    other = beside(story)
    return Merge(issue=other.id, reference=other.reference, reason="the same pay")


def advice_given(story: Story) -> GiveAdvice:
    """An answer to what was asked of a person, as far as it may be asked."""
    if story.issue.unresolved:
        story.do(SeekAdvice(person="zed", question="who pays?"))
    return GiveAdvice(person="zed", answer="the provider does")


def proposed(story: Story, seat: Side = Side.AGENCY) -> None:
    """One side has proposed, where it may."""
    rung = story.under.ladder.rung(story.issue.rung)
    if story.issue.unresolved and rung.resolve.value is BothOrLead.BOTH:
        story.do(Propose(outcome=OUTCOME, seat=seat))


def an_agreement(story: Story) -> Agree:
    """To what the other side has proposed."""
    proposed(story)
    return Agree(seat=Side.PROVIDER)


def a_dissent(story: Story) -> Dissent:
    """From what the other side has proposed."""
    proposed(story)
    return Dissent(grounds="too little", seat=Side.PROVIDER)


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
    Act.LINK: a_link,
    Act.UNLINK: an_unlink,
    Act.RESOLVE: lambda _: Resolve(outcome=OUTCOME),
    Act.DISPUTE: lambda _: Dispute(grounds="it was not paid"),
    Act.REOPEN: lambda _: Reopen(reason="it came back"),
    Act.WITHDRAW: lambda _: Withdraw(reason="settled at home"),
    Act.CLOSE: lambda _: Close(),
    Act.NAME: lambda _: Name(person="zed"),
    Act.UNNAME: lambda _: Unname(person="zed", reason="moved on"),
    Act.REFER: lambda _: Refer(to="The Ombudsman", under="Ombudsman Act, s 1"),
    Act.RECORD_REFERRAL: lambda _: RecordReferral(referral="ref_1", reference="O-7"),
    Act.PROPOSE: lambda _: Propose(outcome=OUTCOME, seat=Side.AGENCY),
    Act.AGREE: an_agreement,
    Act.DISSENT: a_dissent,
    Act.SEEK_ADVICE: lambda _: SeekAdvice(forum="clients", question="what is usual?"),
    Act.GIVE_ADVICE: advice_given,
    Act.MERGE: a_merge,
    MeetingAct.DECIDE: a_decision,
    MeetingAct.DEFER: a_deferral,
}

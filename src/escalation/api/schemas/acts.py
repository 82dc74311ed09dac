"""What each act on an issue takes; every model says which command it asks of the desk."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from escalation.api.schemas.act import ActBody, Reasoned
from escalation.api.schemas.between import TieName
from escalation.api.schemas.fields import Instant, Name, Text
from escalation.api.schemas.issues import LearningBody, Sensitivities
from escalation.api.schemas.two_sides import (
    AgreeBody,
    DissentBody,
    GiveAdviceBody,
    MergeBody,
    ProposeBody,
    ResolveBody,
    SeekAdviceBody,
)
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import (
    Awaiting,
    Channel,
    Degree,
    IssueKind,
    Scope,
    Severity,
    Side,
)
from escalation.workflow import commands
from escalation.workflow.states import Act

Visibility = Literal["shared", "provider", "agency"]


class AcknowledgeBody(ActBody):
    """The lead's holder has seen it and acts."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Acknowledge(**self.said)


class _Said(ActBody):
    """Words that are put on the record."""

    needs_match: ClassVar[bool] = False

    text: Text
    channel: Channel | None = None
    visibility: Visibility = "shared"

    @property
    def words(self) -> dict[str, Any]:
        """The fields of the command."""
        told = {"text": self.text, "channel": self.channel, "visibility": self.visibility}
        return {**self.said, **told}


class InformBody(_Said):
    """The raiser was told something."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Inform(**self.words)


class ContactBody(_Said):
    """An interaction with the raiser or anyone else."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Contact(**self.words)


class NoteBody(_Said):
    """Something to remember."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Note(**self.words)


class HoldBody(Reasoned):
    """Wait for somebody until an instant; the agreed clocks stand still."""

    until: Instant
    awaiting: Awaiting
    issue: Name | None = None

    @model_validator(mode="after")
    def _names_what_it_depends_on(self) -> Self:
        if self.awaiting is Awaiting.DEPENDENCY and self.issue is None:
            raise Refusal("missing", "found no `issue`, expected the one it depends on", "issue")
        if self.awaiting is not Awaiting.DEPENDENCY and self.issue is not None:
            detail = f"found `issue`, expected none where the {self.awaiting} is awaited"
            raise Refusal("unexpected", detail, "issue")
        return self

    @property
    def other(self) -> str | None:
        """The issue that is waited for; the desk looks it up."""
        return self.issue

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Hold(until=self.until, awaiting=self.awaiting, **self.said)


class ResumeBody(ActBody):
    """Go on before the hold ends by itself."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Resume(**self.said)


class EscalateBody(Reasoned):
    """To the next rung."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Escalate(**self.said)


class SkipBody(Reasoned):
    """To a named higher rung, past those between."""

    to: Name

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Skip(to=self.to, **self.said)


class ReferBackBody(Reasoned):
    """Down again, with a question; without `to` to the rung it came from."""

    question: Text
    to: Name | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.ReferBack(question=self.question, to=self.to, **self.said)


class ReportUpBody(ActBody):
    """Before a higher body in its digests; without `to` the next forum."""

    to: Name | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.ReportUp(to=self.to, **self.said)


class ReassignBody(ActBody):
    """Another person in one of the seats."""

    seat: Side
    person: Name

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Reassign(seat=self.seat, person=self.person, **self.said)


class RecuseBody(ActBody):
    """Keep a person out of every seat of the issue; without `person` the seat's holder."""

    seat: Side
    person: Name | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Recuse(seat=self.seat, person=self.person, **self.said)


class ReclassifyBody(Reasoned):
    """Any of these fields; what is left out stays."""

    severity: Severity | None = None
    impact: Degree | None = None
    urgency: Degree | None = None
    kind: IssueKind | None = None
    function: Name | None = None
    service: Name | None = None
    region: Name | None = None
    agency: Name | None = None
    scope: Scope | None = None
    sensitive: Sensitivities | None = None

    _MAY_BE_EMPTIED: ClassVar[frozenset[str]] = frozenset({"function", "service", "region"})

    def command(self) -> commands.Do:
        """What the desk is asked."""
        sent = self.model_fields_set - {"reason", "note"}
        changes = {
            name: getattr(self, name)
            for name in sorted(sent)
            if getattr(self, name) is not None or name in self._MAY_BE_EMPTIED
        }
        return commands.Reclassify(changes=changes, **self.said)


class TieBody(ActBody):
    """Another issue, by id or reference."""

    model_config = ConfigDict(validate_by_name=False)
    needs_match: ClassVar[bool] = False

    issue: Name

    @property
    def other(self) -> str:
        """The issue that is named; the desk looks it up."""
        return self.issue


class LinkBody(TieBody):
    """Tie it to another issue."""

    as_: Annotated[Literal["related", "depends_on", "duplicate_of"], Field(alias="as")]

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Link(
            issue="", reference=self.issue, as_=self.as_, reason=self.reason, note=self.note
        )


class UnlinkBody(TieBody):
    """Undo a tie to another issue, from either end: `as` is what the other is to this one."""

    as_: Annotated[TieName, Field(alias="as")]

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Unlink(
            issue="", reference=self.issue, as_=self.as_, reason=self.reason, note=self.note
        )


class DisputeBody(ActBody):
    """The raiser does not accept the outcome."""

    grounds: Text

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Dispute(grounds=self.grounds, **self.said)


class ReopenBody(ActBody):
    """The matter came back: again to the rung that resolved it."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Reopen(**self.said)


class WithdrawBody(Reasoned):
    """The raiser takes it back."""

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Withdraw(**self.said)


class CloseBody(ActBody):
    """Nothing more will come of it."""

    learning: LearningBody | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Close(
            learning=None if self.learning is None else self.learning.model_dump(),
            reason=self.reason,
            note=self.note,
        )


class NameBody(ActBody):
    """One more person may see a sealed issue."""

    person: Name

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Name(person=self.person, **self.said)


class UnnameBody(Reasoned):
    """One person fewer may see a sealed issue."""

    person: Name

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Unname(person=self.person, **self.said)


class ReferBody(ActBody):
    """Put a sealed matter before another body, under a law or policy."""

    to: Name
    under: Name
    reference: Name | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Refer(to=self.to, under=self.under, reference=self.reference, **self.said)


class RecordReferralBody(ActBody):
    """What the other body answered: its reference, or what came of the matter there."""

    referral: Name
    reference: Name | None = None
    outcome: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.reference is None and self.outcome is None:
            raise Refusal(
                "missing", "found no `reference` and no `outcome`, expected one", "outcome"
            )
        return self

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.RecordReferral(
            referral=self.referral, reference=self.reference, outcome=self.outcome, **self.said
        )


BODIES: dict[Act, type[ActBody]] = {
    Act.ACKNOWLEDGE: AcknowledgeBody,
    Act.INFORM: InformBody,
    Act.CONTACT: ContactBody,
    Act.NOTE: NoteBody,
    Act.HOLD: HoldBody,
    Act.RESUME: ResumeBody,
    Act.ESCALATE: EscalateBody,
    Act.SKIP: SkipBody,
    Act.REFER_BACK: ReferBackBody,
    Act.REPORT_UP: ReportUpBody,
    Act.REASSIGN: ReassignBody,
    Act.RECUSE: RecuseBody,
    Act.RECLASSIFY: ReclassifyBody,
    Act.LINK: LinkBody,
    Act.UNLINK: UnlinkBody,
    Act.MERGE: MergeBody,
    Act.SEEK_ADVICE: SeekAdviceBody,
    Act.GIVE_ADVICE: GiveAdviceBody,
    Act.PROPOSE: ProposeBody,
    Act.AGREE: AgreeBody,
    Act.DISSENT: DissentBody,
    Act.RESOLVE: ResolveBody,
    Act.DISPUTE: DisputeBody,
    Act.REOPEN: ReopenBody,
    Act.WITHDRAW: WithdrawBody,
    Act.CLOSE: CloseBody,
    Act.NAME: NameBody,
    Act.UNNAME: UnnameBody,
    Act.REFER: ReferBody,
    Act.RECORD_REFERRAL: RecordReferralBody,
}
"""The body of each act."""

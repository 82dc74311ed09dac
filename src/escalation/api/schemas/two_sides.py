"""What the acts take in which the sides come to an outcome, ask for advice, or merge issues."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from escalation.api.schemas.act import ActBody, Reasoned
from escalation.api.schemas.fields import Name, Text
from escalation.api.schemas.issues import LearningBody, Outcome
from escalation.routing.fields import DurationText
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import Side
from escalation.workflow import commands


class SeekAdviceBody(ActBody):
    """A question to a forum or a person; without `within` the ladder says how long they have."""

    question: Text
    forum: Name | None = None
    person: Name | None = None
    within: DurationText | None = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.forum is None) == (self.person is None):
            found = "neither" if self.forum is None else "both"
            raise Refusal("wrong_value", f"found {found}, expected `forum` or `person`", "forum")
        return self

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.SeekAdvice(
            question=self.question,
            forum=self.forum,
            person=self.person,
            within=self.within,
            reason=self.reason,
            note=self.note,
        )


class GiveAdviceBody(ActBody):
    """An answer; `advice`, `forum` or `person` says to which question, where several are open."""

    answer: Text
    advice: Name | None = None
    forum: Name | None = None
    person: Name | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.GiveAdvice(
            answer=self.answer,
            advice=self.advice,
            forum=self.forum,
            person=self.person,
            **self.said,
        )


class MergeBody(Reasoned):
    """It is a duplicate of another issue, by id or reference: its raiser joins that one."""

    model_config = ConfigDict(validate_by_name=False)

    issue: Name
    as_: Annotated[Literal["duplicate_of"], Field(alias="as")] = "duplicate_of"

    @property
    def other(self) -> str:
        """The issue that is named; the desk looks it up."""
        return self.issue

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Merge(issue="", reference=self.issue, **self.said)


class _Settling(ActBody):
    """An outcome, with its reasons in `reason` or in the outcome."""

    outcome: Outcome

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.reason is None and self.outcome.reasons is None:
            raise Refusal(
                "missing", "found no `reason` and no `outcome.reasons`, expected one", "reason"
            )
        return self

    @property
    def settled(self) -> dict[str, Any]:
        """The outcome with its reasons."""
        return {"reasons": self.reason, **self.outcome.given}


class ResolveBody(_Settling):
    """The matter is settled; the reasons stand in `reason` or in the outcome."""

    learning: LearningBody | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Resolve(
            outcome=self.settled,
            learning=None if self.learning is None else self.learning.model_dump(),
            reason=self.reason,
            note=self.note,
        )


class ProposeBody(_Settling):
    """An outcome for the other side to answer; who holds no one seat says for which `seat`."""

    seat: Side | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Propose(
            outcome=self.settled, seat=self.seat, reason=self.reason, note=self.note
        )


class AgreeBody(ActBody):
    """The other side's proposal is the outcome."""

    seat: Side | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Agree(seat=self.seat, reason=self.reason, note=self.note)


class DissentBody(ActBody):
    """The other side's proposal is not accepted: it climbs at once."""

    grounds: Text
    seat: Side | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        return commands.Dissent(
            grounds=self.grounds, seat=self.seat, reason=self.reason, note=self.note
        )

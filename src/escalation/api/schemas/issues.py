"""What logs and edits an issue."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic import WithJsonSchema as Shown

from escalation.api.schemas.fields import (
    LONGEST,
    Body,
    Description,
    Email,
    Instant,
    Line,
    Name,
    Text,
    Url,
    said,
)
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import (
    Channel,
    Cycle,
    Degree,
    IssueKind,
    RaiserType,
    Scope,
    Sensitivity,
    Severity,
)
from escalation.routing.wording import quoted
from escalation.workflow.commands import Edit, Log


def _action(value: object) -> bool | str:
    """Whether there is further action, or which."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return said(value)
    raise Refusal("wrong_value", f"found {quoted(str(value))}, expected `true`, `false` or text")


def _each_once(themes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(themes)) != len(themes):
        raise Refusal("twice", "found the same theme more than once, expected each once")
    return themes


FurtherAction = Annotated[
    bool | str,
    PlainValidator(_action),
    Shown({"type": ["boolean", "string"], "maxLength": LONGEST}),
]
Sensitivities = Annotated[tuple[Sensitivity, ...], Field(max_length=20)]
Themes = Annotated[
    tuple[Annotated[Name, Field(max_length=100)], ...],
    Field(max_length=20),
    AfterValidator(_each_once),
]


class Representative(Body):
    """Somebody who speaks for the raiser, and by what authority."""

    name: Name
    contact: Name | None = None
    authority: Name


class RaiserNeeds(Body):
    """What a raiser needs to take part."""

    interpreter: Annotated[Name, Field(description="the language")] | None = None
    relay: Annotated[Name, Field(description="the relay service")] | None = None
    representative: Representative | None = None
    preferred_channel: Channel | None = None
    other: Annotated[Text, Field(max_length=2_000)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise Refusal("missing", "found no need, expected at least one, or `null` for none")
        return self


def _in_words(value: object, check: ValidatorFunctionWrapHandler) -> RaiserNeeds:
    """Needs as an object, or in words alone."""
    needs: RaiserNeeds = check({"other": value} if isinstance(value, str) else value)
    return needs


Needs = Annotated[RaiserNeeds, WrapValidator(_in_words)]
"""Each by its name; a text alone is the same as `other`."""


def needs_told(needs: RaiserNeeds | None) -> Any:  # noqa: ANN401 - JSON
    """Needs as they are kept: in words where there is nothing else."""
    told = {} if needs is None else needs.model_dump(mode="json", exclude_none=True)
    return told.get("other") if told.keys() <= {"other"} else told


class Raiser(Body):
    """Who raised it; `needs` is what they need to take part (an interpreter, large print)."""

    type: RaiserType = RaiserType.CUSTOMER
    name: Name | None = None
    email: Email | None = None
    phone: Annotated[Name, Field(max_length=50)] | None = None
    reference: Name | None = None
    anonymous: bool = False
    needs: Needs | None = None

    def told(self) -> dict[str, Any]:
        """What was said of them, as it is kept."""
        told = {name: value for name, value in self if value is not None}
        return told if self.needs is None else {**told, "needs": needs_told(self.needs)}

    @model_validator(mode="after")
    def _nameless(self) -> Self:
        if self.anonymous and (self.name or self.email or self.phone or self.reference):
            raise Refusal(
                "not_anonymous",
                "found `anonymous` beside a name, email, phone or reference, expected none of them",
                "anonymous",
            )
        return self


class ExternalRef(Body):
    """What another system calls it; a pair of system and id belongs to one issue only."""

    system: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
    id: Name
    url: Url | None = None


class Outcome(Body):
    """How the matter was settled; `cause` is a word of the layer's vocabulary."""

    summary: Text
    reasons: Text | None = None
    cause: Name | None = None
    remedy: Text | None = None
    cost_effect: Text | None = None
    further_action: FurtherAction | None = None
    plan: Annotated[Name, Field(description="the plan that it feeds")] | None = None
    cycle: Cycle | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What was said of it."""
        return self.model_dump(mode="json", exclude_none=True)


class LearningBody(Body):
    """What others can learn of it: in words that name nobody, where it is shared."""

    text: Text
    shared: Annotated[
        bool, Field(description="with other clusters, which see the words and not the issue")
    ] = False


class LogIssue(Body):
    """A new issue; `severity` wins over `impact` and `urgency`."""

    kind: IssueKind = IssueKind.COMPLAINT
    title: Line
    description: Description = ""
    channel: Channel = Channel.INTERNET
    agency: Name
    also_affects: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    provider: Name | None = None
    function: Name | None = None
    service: Name | None = None
    region: Name | None = None
    scope: Scope = Scope.FUNCTION
    severity: Severity | None = None
    impact: Degree | None = None
    urgency: Degree | None = None
    raiser: Raiser = Raiser()
    about_person: Name | None = None
    centre: Name | None = None
    sensitive: Sensitivities = ()
    external_refs: Annotated[tuple[ExternalRef, ...], Field(max_length=20)] = ()
    themes: Themes = ()
    occurred_at: Instant | None = None
    received_at: Instant | None = None
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = {(ref.system, ref.id) for ref in self.external_refs}
        if len(names) != len(self.external_refs):
            raise Refusal(
                "twice", "found the same system and id twice, expected each once", "external_refs"
            )
        if self.outcome is not None and self.outcome.reasons is None:
            raise Refusal("missing", "found no `reasons`, expected it", "outcome", "reasons")
        return self

    def command(self) -> Log:
        """What the desk is asked."""
        return Log(
            kind=self.kind,
            title=self.title,
            description=self.description,
            channel=self.channel,
            agency=self.agency,
            raiser=self.raiser.told(),
            provider=self.provider,
            function=self.function,
            service=self.service,
            region=self.region,
            scope=self.scope,
            severity=self.severity,
            impact=self.impact,
            urgency=self.urgency,
            also_affects=self.also_affects,
            about_person=self.about_person,
            external_refs=tuple(
                ref.model_dump(mode="json", exclude_none=True) for ref in self.external_refs
            ),
            themes=self.themes,
            occurred_at=self.occurred_at,
            received_at=self.received_at,
            outcome=None if self.outcome is None else self.outcome.given,
            sensitive=self.sensitive,
            centre=self.centre,
        )


class EditIssue(Body):
    """Other words about an issue: what is left out stays. All else is `reclassify`."""

    title: Line | None = None
    description: Description | None = None
    themes: Themes | None = None
    needs: Needs | None = None

    def command(self) -> Edit:
        """What the desk is asked."""
        changes: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if name == "needs" or getattr(self, name) is not None
        }
        if "needs" in changes:
            changes["needs"] = needs_told(changes["needs"])
        return Edit(changes=changes)

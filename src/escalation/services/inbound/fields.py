"""The parts of a source file: values, conditions, and the tables of each act."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from escalation.routing.fields import DurationText, Id, Some, Strict, Text, Title
from escalation.services.inbound.expressions import LONGEST, read_expression

Expression = Annotated[
    str, Field(min_length=1, max_length=LONGEST), AfterValidator(read_expression)
]
"""A JMESPath expression over ``body``, ``headers``, ``it`` and, in rules, ``state``."""
Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$"), AfterValidator(str.lower)]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Constant = str | int | bool


class InShort:
    """Lets a value be written as its expression alone; the published schema says so too."""

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """The table's own schema, after an expression has become a table."""
        return core_schema.no_info_before_validator_function(_in_full, handler(of))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Either an expression or the table."""
        return {"anyOf": [{"type": "string", "description": "JMESPath"}, handler(schema)]}


def _in_full(value: object) -> object:
    return {"from": value} if isinstance(value, str) else value


class Value(Strict):
    """One of our values: by expressions in turn, then by a table of words, else one constant.

    The first expression that finds something counts. A word that the table does not have is
    ``otherwise``; without it the delivery is kept, unmapped.
    """

    from_: Some[Expression] | None = Field(default=None, alias="from")
    values: Mapping[str, Constant | None] = Field(default_factory=dict)
    otherwise: Constant | None = None
    html: bool = Field(default=False, strict=True, description="the text of HTML is taken")

    @model_validator(mode="after")
    def _from_something(self) -> "Value":
        if self.from_ is None and (self.values or self.otherwise is None):
            raise ValueError("expected `from`, or `otherwise` alone")
        return self


Chosen = Annotated[Value, InShort()]


class ChangeFields(Strict):
    """What a tool may say anew of an issue."""

    title: Chosen | None = None
    description: Chosen | None = None
    themes: Chosen | None = None
    severity: Chosen | None = None
    impact: Chosen | None = None
    urgency: Chosen | None = None
    agency: Chosen | None = None
    function: Chosen | None = None
    service: Chosen | None = None
    region: Chosen | None = None


class LogFields(ChangeFields):
    """What an issue is logged with, beside what ``change`` says; these are said once."""

    kind: Chosen | None = None
    channel: Chosen | None = None
    provider: Chosen | None = None
    scope: Chosen | None = None
    occurred_at: Chosen | None = None
    received_at: Chosen | None = None
    raiser_type: Chosen | None = None
    raiser_name: Chosen | None = None
    raiser_email: Chosen | None = None
    raiser_phone: Chosen | None = None
    raiser_reference: Chosen | None = None


class Said(Strict):
    """A comment: taken once by its ``id``, or by its text where it has none."""

    text: Chosen
    id: Chosen | None = None
    by: Chosen | None = None
    channel: Chosen | None = None
    visibility: Chosen | None = None


class Held(Strict):
    """A hold until an instant, or as long as it is assumed to last."""

    awaiting: Chosen
    until: Chosen | None = None
    lasting: DurationText


class Settled(Strict):
    """The outcome that a resolution has."""

    summary: Chosen
    reasons: Chosen
    cause: Chosen | None = None
    remedy: Chosen | None = None


class Tied(Strict):
    """A tie to another ticket of the same tool, or to an issue by its reference."""

    to: Chosen
    as_: Literal["related", "depends_on", "duplicate_of"] = Field(default="related", alias="as")


class Nothing(Strict):
    """An act that needs nothing beside its name."""


class Step(Strict):
    """One act that follows, where its condition holds."""

    when: Expression | None = None
    log: LogFields | None = None
    change: ChangeFields | None = None
    inform: Said | None = None
    note: Said | None = None
    acknowledge: Nothing | None = None
    hold: Held | None = None
    resume: Nothing | None = None
    resolve: Settled | None = None
    reopen: Nothing | None = None
    link: Tied | None = None

    @model_validator(mode="after")
    def _one_act(self) -> "Step":
        said = [name for name in ACTS if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(f"expected one act: one of {', '.join(f'`{a}`' for a in ACTS)}")
        return self

    @property
    def act(self) -> str:
        """The name of its act."""
        return next(name for name in ACTS if getattr(self, name) is not None)


ACTS = (
    "log",
    "change",
    "inform",
    "note",
    "acknowledge",
    "hold",
    "resume",
    "resolve",
    "reopen",
    "link",
)


class Rule(Strict):
    """What bodies of one kind come to: all rules whose condition holds are followed, in order."""

    name: Id
    when: Expression | None = None
    ignore: Text | None = Field(default=None, description="why nothing is to follow")
    do: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "Rule":
        if (self.ignore is None) == (not self.do):
            raise ValueError("expected either `do` or `ignore`")
        return self


def _in_braces(text: str) -> str:
    left = text.replace("{body}", "").replace("{timestamp}", "").replace("{id}", "")
    if "{body}" not in text or "{" in left or "}" in left:
        raise ValueError("expected `{body}`, with `{timestamp}`, `{id}` and other text around it")
    return text


class Hmac(Strict):
    """A signature over the body's bytes under a shared secret (RFC 2104)."""

    header: Header
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: Annotated[str, Field(max_length=40)] = ""
    separator: Literal[",", " "] | None = Field(
        default=None, description="what stands between several signatures in the header"
    )
    signed: Annotated[str, Field(max_length=200), AfterValidator(_in_braces)] = "{body}"
    id: Header | None = None
    timestamp: Header | None = None
    tolerance: DurationText | None = Field(
        default=None, description="how old a signed timestamp may be; 5 minutes where left out"
    )
    secret: Literal["text", "base64"] = Field(
        default="text", description="`base64`: the secret is written so, perhaps after `whsec_`"
    )

    @model_validator(mode="after")
    def _headers_named(self) -> "Hmac":
        for name in ("id", "timestamp"):
            if ("{" + name + "}" in self.signed) != (getattr(self, name) is not None):
                raise ValueError(
                    f"expected `{name}` to name a header where it is signed, only there"
                )
        if self.tolerance is not None and self.tolerance.unit.business:
            raise ValueError("expected a tolerance in minutes, hours or days, not of business time")
        return self


class Bearer(Strict):
    """A secret that is sent as it is."""

    header: Header = "authorization"
    prefix: Annotated[str, Field(max_length=40)] = "Bearer "


class Basic(Strict):
    """A user and a secret as password (RFC 7617)."""

    user: Title


class Check(Strict):
    """One way to tell that a delivery comes from its source."""

    hmac: Hmac | None = None
    bearer: Bearer | None = None
    basic: Basic | None = None
    none: Literal["anyone_may_post"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Check":
        said = [n for n in type(self).model_fields if getattr(self, n) is not None]
        if len(said) != 1:
            raise ValueError("expected one of `hmac`, `bearer`, `basic` or `none`")
        return self


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Accounts = Annotated[tuple[Title, ...], BeforeValidator(_as_list)]

"""Query parameters of lists: what may be asked, each checked by name."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from escalation.api.deps import Asked
from escalation.api.paging import position_of
from escalation.api.schemas.answers import IssueView
from escalation.api.schemas.fields import Instant, Text
from escalation.api.schemas.ladders import FILE, FileName, Mode
from escalation.routing.typed import Refusal, clean, on_one_line
from escalation.routing.vocabulary import Channel, IssueKind, Layer, Scope, Severity
from escalation.routing.wording import not_among
from escalation.services.reading.issues import EQUALS, RANGES, SORTS, Question
from escalation.workflow.states import Status

_WORDS = 10
_KINDS: dict[str, tuple[type, ...]] = {
    "due_at": (datetime, type(None)),
    "reference": (str,),
    "severity": (int,),
}


def parts(text: str) -> list[str]:
    """The values of a parameter, parted by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def all_of(words: Iterable[str]) -> Callable[[str], str]:
    """A check that each of the values, parted by commas, is one of ``words``."""
    known = tuple(words)

    def check(text: str) -> str:
        found = parts(text)
        wrong = [part for part in found if part not in known]
        if wrong or not found:
            raise Refusal("unknown_word", not_among(wrong[0] if wrong else "", known))
        return text

    return check


def _sort(text: str) -> str:
    if text.removeprefix("-") not in SORTS:
        words = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]
        raise Refusal("unknown_word", not_among(text, words))
    return text


def _reference(text: str) -> str:
    system, _, name = text.partition(":")
    if not system or not name:
        raise Refusal("wrong_value", f"found `{text}`, expected `system:id` such as `jira:OPS-7`")
    return text


def _few_words(text: str) -> str:
    count = len(text.split())
    if not 1 <= count <= _WORDS:
        raise Refusal("wrong_value", f"found {count} words, expected 1 to {_WORDS}")
    return text


Cut = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(on_one_line)]
Codes = Annotated[Cut, Field(description="One, or several parted by commas.")]
Cursor = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=r"^[A-Za-z0-9_-]+$"),
    Field(description="Where the page begins: from the last page's `links.next`."),
]
Words = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(clean),
    AfterValidator(_few_words),
]
"""Words that are looked for."""
Limit = Annotated[int, Field(ge=1, le=200, description="How many stand on a page.")]


class PageQuery(BaseModel):
    """Where a page begins and how long it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = 50
    cursor: Cursor | None = None


class IssueQuery(PageQuery):
    """Which issues, in which order, and what of them."""

    status: Annotated[Codes, AfterValidator(all_of(Status))] | None = None
    severity: Annotated[Codes, AfterValidator(all_of(Severity))] | None = None
    kind: Annotated[Codes, AfterValidator(all_of(IssueKind))] | None = None
    channel: Annotated[Codes, AfterValidator(all_of(Channel))] | None = None
    scope: Annotated[Codes, AfterValidator(all_of(Scope))] | None = None
    layer: Annotated[Codes, AfterValidator(all_of(Layer))] | None = None
    agency: Codes | None = None
    provider: Codes | None = None
    cluster: Codes | None = None
    function: Codes | None = None
    service: Codes | None = None
    region: Codes | None = None
    rung: Codes | None = None
    ladder: Codes | None = None
    ola: Codes | None = None
    forum: Codes | None = None
    meeting: Codes | None = None
    holder: Annotated[Cut, Field(description="A person who holds a seat.")] | None = None
    handled_by: (
        Annotated[Cut, Field(description="A person who has held a seat, on whatever rung.")] | None
    ) = None
    theme: Cut | None = None
    external_ref: (
        Annotated[Cut, AfterValidator(_reference), Field(description="`system:id`")] | None
    ) = None
    also_affects: Annotated[Cut, Field(description="An agency beside its own.")] | None = None
    affects: Annotated[Cut, Field(description="An agency: its own, or one beside.")] | None = None
    depends_on: Annotated[Cut, Field(description="An issue, by id or reference.")] | None = None
    merged_into: Annotated[Cut, Field(description="An issue, by id or reference.")] | None = None
    past_target: bool | None = None
    exhausted: bool | None = None
    due_after: Instant | None = None
    due_before: Instant | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    received_after: Instant | None = None
    received_before: Instant | None = None
    updated_after: Instant | None = None
    updated_before: Instant | None = None
    q: (
        Annotated[
            Words,
            Field(description="Words that title, description or reference have, each of them."),
        ]
        | None
    ) = None
    sort: Annotated[
        str, AfterValidator(_sort), Field(description="`-` before it: the last first.")
    ] = "-created_at"
    fields: (
        Annotated[
            Cut,
            AfterValidator(all_of(IssueView.model_fields)),
            Field(description="Members of each issue, parted by commas; `id` is always there."),
        ]
        | None
    ) = None
    include_total: bool = False

    @property
    def chosen(self) -> frozenset[str] | None:
        """The members that are asked for; None for all."""
        return None if self.fields is None else frozenset(parts(self.fields))

    def question(self, asked: Asked) -> Question:
        """What the read side is asked.

        Raises:
            Malformed: the cursor is not of this list in this order.
        """
        by = self.sort.removeprefix("-")
        sent = {name: getattr(self, name) for name in type(self).model_fields}
        ref = (self.external_ref or "").partition(":")
        return Question(
            among={name: parts(sent[name]) for name in EQUALS if sent[name] is not None},
            since={n: sent[f"{n}_after"] for n in RANGES if sent[f"{n}_after"] is not None},
            until={n: sent[f"{n}_before"] for n in RANGES if sent[f"{n}_before"] is not None},
            holder=self.holder,
            handled_by=self.handled_by,
            theme=self.theme,
            external_ref=(ref[0], ref[2]) if self.external_ref else None,
            also_affects=self.also_affects,
            affects=self.affects,
            depends_on=self.depends_on,
            merged_into=self.merged_into,
            past_target=self.past_target,
            exhausted=self.exhausted,
            words=(self.q or "").split(),
            sort=by,
            descending=self.sort.startswith("-"),
            after=position_of(asked, self.cursor, _KINDS.get(by, (datetime,)), self.sort),
            limit=self.limit,
            total=self.include_total,
        )


class ScopeQuery(BaseModel):
    """Which of an agreement's ladders."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: Scope | None = None


class FileQuery(BaseModel):
    """What messages call a file that is sent as YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FileName = FILE


class PublishQuery(FileQuery):
    """What goes with a file that is sent as YAML."""

    reason: Text | None = None
    mode: Mode = "new-only"


class MeetingQuery(PageQuery):
    """Which of a forum's meetings."""

    when: Literal["upcoming", "past"] = "upcoming"

"""What the service answers of issues, and what they are listed by.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from escalation.client.shapes.registers import ActionView, ThemeEntry
from escalation.client.shapes.rungs import Holder, LadderPin, Rung, Sealed
from escalation.client.shapes.timelines import Standard


class Advice(TypedDict):
    """A question to a forum or a person; open as long as it has not `ended`."""

    answer: NotRequired[str | None]
    clock: str
    ended: NotRequired[str | None]
    ended_at: NotRequired[str | None]
    forum: NotRequired[str | None]
    given_by: NotRequired[str | None]
    id: str
    person: NotRequired[str | None]
    question: str
    sought_at: str
    sought_by: str
    within: str


Clock = TypedDict(
    "Clock",
    {
        "anchor": str,
        "breached": bool,
        "budget": str,
        "budget_seconds": int | None,
        "calendar": str,
        "class": str,
        "due_at": str | None,
        "ended_at": str | None,
        "ended_how": str | None,
        "id": str,
        "kind": str,
        "past_target": bool,
        "remaining_seconds": int | None,
        "standards": list[Standard],
        "state": str,
    },
)
"""A clock as it stands now, and the standards of the charter that it serves."""


class LimitOn(TypedDict):
    """A limit in force on the raiser's conduct; the ladder runs as it would."""

    id: str
    limits: list[dict[str, Any]]
    until: str


class Joined(TypedDict):
    """A raiser whose own issue was merged into this one, and who is owed its outcome."""

    at: str
    issue: str
    raiser: dict[str, Any]
    reference: str


Tie = TypedDict(
    "Tie",
    {
        "as": str,
        "at": str,
        "issue": str,
        "reference": str,
        "status": str | None,
    },
)
"""A tie to another issue, which is this one's `as`; `status` is how that one stands."""


class Named(TypedDict):
    """Another issue."""

    issue: str
    reference: str


class Next(TypedDict):
    """What the engine does next if nobody acts."""

    at: str
    clock: str
    step: str
    what: str


Position = TypedDict(
    "Position",
    {
        "answers": NotRequired[int | None],
        "as": NotRequired[str | None],
        "at": str,
        "by": str,
        "grounds": NotRequired[str | None],
        "note": NotRequired[str | None],
        "number": int,
        "outcome": NotRequired[dict[str, Any] | None],
        "person": NotRequired[str | None],
        "rung": str,
        "seat": str,
        "stance": str,
        "visit": int,
    },
)
"""What one side has said: a proposal, or an answer to the other side's (by its number)."""


class Issue(TypedDict):
    """An issue as it is now."""

    about_person: str | None
    advice: list[Advice]
    agency: str
    also_affects: list[str]
    available_acts: list[str]
    calendar: str
    centre: str | None
    channel: str
    clocks: list[Clock]
    closed_at: str | None
    cluster: str | None
    conduct_limits: list[LimitOn]
    created_at: str
    description: str
    due_at: str | None
    exhausted: bool
    external_refs: list[dict[str, Any]]
    function: str | None
    hold: dict[str, Any] | None
    id: str
    impact: str | None
    joined: list[Joined]
    kind: str
    ladder: LadderPin
    links: list[Tie]
    merged_into: Named | None
    next: Next | None
    occurred_at: str | None
    ola: str | None
    outcome: dict[str, Any] | None
    past_target: bool
    positions: list[Position]
    provider: str
    raised_from: dict[str, str] | None
    raiser: dict[str, Any]
    receipt_code: NotRequired[str | None]
    received_at: str
    recused: list[Holder]
    reference: str
    region: str | None
    reported_up: list[dict[str, Any]]
    resolved_at: str | None
    rung: Rung
    scope: str
    sealed: Sealed | None
    sensitive: list[str]
    service: str | None
    severity: str
    severity_reason: str
    status: str
    themes: list[str]
    title: str
    updated_at: str
    urgency: str | None
    version: int
    warnings: list[str]
    why: list[str]
    zone: str


class BatchMeta(TypedDict):
    """How many were logged, and how many were not."""

    logged: int
    refused: int


class ForumName(TypedDict):
    """A forum by code and title."""

    code: str
    title: str


class Meeting(TypedDict):
    """When a forum meets, and how it went."""

    apologies: list[str]
    attendance: list[dict[str, Any]] | None
    available_acts: list[str]
    cutoff_at: str
    ended_at: str | None
    ends_at: str
    forum: ForumName
    id: str
    minutes_confirmed: dict[str, Any] | None
    occurs_at: str | None
    place: str | None
    quorate: bool | None
    quorum: int | None
    reason: str | None
    recusals: list[dict[str, Any]]
    starts_at: str
    status: str
    version: int
    voting_seats_filled: int | None
    zone: str | None


class ApprovalView(TypedDict):
    """What was answered to a change, by whom, for which agreements."""

    agreements: list[str]
    answer: str
    at: str
    by: str
    decision: str | None
    forum: str | None
    meeting: str | None
    note: str | None
    party: str | None
    person: str | None
    seat: str | None


class Need(TypedDict):
    """An approval that a file needs: of a party of an agreement by its seat, or of a forum."""

    agreements: list[str]
    client: str | None
    forum: str | None
    party: str | None
    person: str | None
    provider: str | None
    role: str | None
    seat: str | None


class Change(TypedDict):
    """A change on its way; `left` says in words whose approval it does not have yet."""

    answers: list[ApprovalView]
    hash: str
    id: str
    label: str
    left: list[str]
    name: str
    needs: list[Need]
    proposed_at: str
    proposed_by: str
    reason: str
    settled_at: str | None
    status: str
    version: int


class CurrentDirectory(TypedDict):
    """The version of the directory that is in force."""

    epoch: int


class Fault(TypedDict):
    """One wrong place."""

    code: str
    detail: str
    id: str
    source: NotRequired[dict[str, str] | None]


class Problem(TypedDict):
    """A refusal (RFC 9457); ``current`` is what a stale change would have changed, as it is now."""

    available_acts: NotRequired[list[str] | None]
    code: str
    corrected_by: NotRequired[str | None]
    current: NotRequired[
        Issue | Meeting | ActionView | Change | ThemeEntry | CurrentDirectory | None
    ]
    detail: str
    errors: NotRequired[list[Fault] | None]
    instance: str
    issue: NotRequired[str | None]
    request_id: str
    status: int
    title: str
    type: str


class BatchResult(TypedDict):
    """What one entry came to: the issue, or the problem with it."""

    index: int
    issue: NotRequired[Issue | None]
    location: NotRequired[str | None]
    problem: NotRequired[Problem | None]
    replayed: NotRequired[bool | None]
    status: int


class Batch(TypedDict):
    """One result for each entry, in the order of the entries."""

    meta: BatchMeta
    results: list[BatchResult]


class IssueFilters(TypedDict, total=False):
    """What issues may be listed by."""

    limit: int
    status: str | Sequence[str]
    severity: str | Sequence[str]
    kind: str | Sequence[str]
    channel: str | Sequence[str]
    scope: str | Sequence[str]
    layer: str | Sequence[str]
    agency: str | Sequence[str]
    provider: str | Sequence[str]
    cluster: str | Sequence[str]
    function: str | Sequence[str]
    service: str | Sequence[str]
    region: str | Sequence[str]
    rung: str | Sequence[str]
    ladder: str | Sequence[str]
    ola: str | Sequence[str]
    forum: str | Sequence[str]
    meeting: str | Sequence[str]
    holder: str | Sequence[str]
    handled_by: str | Sequence[str]
    theme: str | Sequence[str]
    external_ref: str | Sequence[str]
    also_affects: str | Sequence[str]
    affects: str | Sequence[str]
    depends_on: str | Sequence[str]
    merged_into: str | Sequence[str]
    past_target: bool
    exhausted: bool
    due_after: str | datetime
    due_before: str | datetime
    created_after: str | datetime
    created_before: str | datetime
    received_after: str | datetime
    received_before: str | datetime
    updated_after: str | datetime
    updated_before: str | datetime
    q: str
    sort: str

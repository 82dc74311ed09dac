"""What the service answers of webhooks, both ways, and of keys.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from typing import Any, TypedDict


class HookFault(TypedDict):
    """A place of the mapping that finds nothing, or nothing that is known here."""

    detail: str
    where: str


class HookDelivery(TypedDict):
    """A delivery in the inbox: what became of it and why."""

    about: str | None
    did: list[str]
    faults: list[HookFault]
    handled_at: str
    id: str
    issue: str | None
    key: str
    reason: str | None
    received_at: str
    reference: str | None
    source: str
    state: str
    waits_for: str | None


class HookAct(TypedDict):
    """An act that would follow."""

    act: str
    given: dict[str, Any]
    where: str


class HookExpression(TypedDict):
    """An expression that was asked, and what it found."""

    expression: str
    found: Any
    problem: str | None
    where: str


class HookReading(TypedDict):
    """What a body would do, expression by expression."""

    about: str | None
    actor: str | None
    acts: list[HookAct]
    expressions: list[HookExpression]
    faults: list[HookFault]
    ignored: str | None
    key: str
    order: list[int] | None
    reason: str | None
    rules: list[str]
    state: str | None


class HookDeliveryDetail(TypedDict):
    """A delivery with what came, and what the rules say of it now."""

    about: str | None
    body: Any
    did: list[str]
    faults: list[HookFault]
    handled_at: str
    headers: dict[str, str]
    id: str
    issue: str | None
    key: str
    reading: HookReading | None
    reason: str | None
    received_at: str
    reference: str | None
    source: str
    state: str
    waits_for: str | None


class FiltersView(TypedDict):
    """What the issue of an event has to be."""

    agencies: list[str]
    ladders: list[str]
    olas: list[str]
    rung_from: str | None
    severities: list[str]


class NewEndpoint(TypedDict):
    """An endpoint with a secret that has just been made: `secret` is told this once."""

    concurrency: int | None
    created_at: str
    created_by: str
    deliveries: dict[str, int]
    description: str
    filters: FiltersView
    format: dict[str, Any]
    header_names: list[str]
    id: str
    old_secret_until: str | None
    rate: int | None
    scopes: dict[str, list[str]]
    secret: str
    state: str
    state_reason: str | None
    types: list[str]
    url: str


class Attempt(TypedDict):
    """One attempt: what came back, without a word of the receiver's own."""

    at: str
    detail: str
    milliseconds: int
    outcome: str
    status: int | None


class Delivery(TypedDict):
    """One event to one endpoint."""

    about: str
    attempts: list[Attempt]
    created_at: str
    ended_at: str | None
    endpoint: str
    event: str
    id: str
    next_attempt_at: str | None
    number: int
    reference: str | None
    state: str
    summary: str | None
    type: str


class Answered(TypedDict):
    """One attempt, with how the receiver's own words began: for who may see answers."""

    answer: str | None
    at: str
    detail: str
    milliseconds: int
    outcome: str
    status: int | None


class Request(TypedDict):
    """A request as it is sent, without the headers that every request has."""

    body: str | None
    content_type: str
    headers: dict[str, str]
    method: str
    path: str


class DeliveryDetail(TypedDict):
    """One event to one endpoint, with what is sent of it; header values are not told."""

    about: str
    attempts: list[Answered]
    created_at: str
    ended_at: str | None
    endpoint: str
    event: str
    header_names: list[str]
    id: str
    next_attempt_at: str | None
    number: int
    reference: str | None
    requests: list[Request]
    state: str
    summary: str | None
    type: str
    url: str | None


class Redelivered(TypedDict):
    """How many deliveries are sent again, and how many unconfirmed ones were left."""

    count: int
    left_unconfirmed: int


class NewKey(TypedDict):
    """A key that has just been made: `key` is told this once."""

    created_at: str
    created_by: str
    expires_at: str | None
    id: str
    key: str | None
    last_used_at: str | None
    name: str
    person: str | None
    prefix: str
    rate: str | None
    replaces: str | None
    revoked_at: str | None
    role: str
    scopes: dict[str, list[str]]

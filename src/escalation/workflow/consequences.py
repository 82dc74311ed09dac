"""What an act on one issue makes of another: asked by the engine, in the same transaction."""

from dataclasses import dataclass

from escalation.workflow.facts import Issue
from escalation.workflow.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """Another issue was linked to this one: ``as_`` is the tie from here."""

    issue: str
    reference: str
    as_: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untied:
    """A link between another issue and this one was undone: ``as_`` is the tie from here."""

    issue: str
    reference: str
    as_: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """Another issue, ``duplicate``, was merged into this one."""

    duplicate: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettled:
    """An issue that this one depends on has been settled: ``how`` is the state it is in."""

    issue: str
    reference: str
    how: Status


Consequence = Tied | Untied | Absorbed | UpstreamSettled
"""What an act on one issue makes of another, in the same transaction."""

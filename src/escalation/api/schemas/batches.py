"""Many issues at once."""

from typing import Annotated, Any

from pydantic import Field

from escalation.api.schemas.answers import IssueView
from escalation.api.schemas.fields import Body
from escalation.api.schemas.issues import LogIssue
from escalation.api.schemas.problems import Problem
from escalation.api.schemas.shape import Shape

LARGEST = 1_000
"""How many issues one request may log."""


class Envelope(Body):
    """The list itself; each entry is read on its own, so that one mistake hurts nobody else."""

    issues: Annotated[list[Any], Field(min_length=1, max_length=LARGEST)]


class LogIssues(Body):
    """Issues to log, each as `POST /v1/issues` takes it, and each with its own result."""

    issues: Annotated[list[LogIssue], Field(min_length=1, max_length=LARGEST)]


class BatchResult(Shape):
    """What one entry came to: the issue, or the problem with it."""

    index: int
    status: int
    location: str | None = None
    replayed: bool | None = None
    issue: IssueView | None = None
    problem: Problem | None = None


class BatchMeta(Shape):
    """How many were logged, and how many were not."""

    logged: int
    refused: int


class BatchView(Shape):
    """One result for each entry, in the order of the entries."""

    results: list[BatchResult]
    meta: BatchMeta

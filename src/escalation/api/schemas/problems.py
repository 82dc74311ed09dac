"""Refusals: the shape that every error of the interface has."""

from pydantic import BaseModel

from escalation.api.schemas.actions import ActionView
from escalation.api.schemas.answers import FaultView, IssueView
from escalation.api.schemas.ladder_changes import ChangeView
from escalation.api.schemas.meetings import MeetingView
from escalation.api.schemas.shape import Shape
from escalation.api.schemas.themes import ThemeEntry


class CurrentDirectory(Shape):
    """The version of the directory that is in force."""

    epoch: int


Current = IssueView | MeetingView | ActionView | ChangeView | ThemeEntry | CurrentDirectory


class Problem(BaseModel):
    """A refusal (RFC 9457); ``current`` is what a stale change would have changed, as it is now."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FaultView] | None = None
    available_acts: list[str] | None = None
    current: Current | None = None
    issue: str | None = None
    corrected_by: str | None = None

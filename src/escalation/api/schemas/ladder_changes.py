"""Changes of the ladder file: what is proposed and answered, and what is told of one."""

from datetime import datetime
from typing import Literal

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Name, Text
from escalation.api.schemas.ladders import FILE, ApprovalView, FileName, FileText, NeedView
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.routing.vocabulary import Side

ChangeStatus = Literal["proposed", "approved", "declined", "withdrawn", "published"]


class ProposeChange(Body):
    """A ladder file, and why it is to follow the one in force."""

    text: FileText
    reason: Text
    name: FileName = FILE


class WithdrawChange(Body):
    """Why it is taken back."""

    note: Text | None = None


class AnswerChange(WithdrawChange):
    """What goes with an answer; for whom it is, where the key names nobody."""

    seat: Side | None = None
    agreement: Name | None = None


class ChangeQuery(PageQuery):
    """Which changes."""

    status: ChangeStatus | None = None


class ChangeView(Shape):
    """A change on its way; `left` says in words whose approval it does not have yet."""

    id: str
    version: int
    status: ChangeStatus
    label: str
    hash: str
    name: str
    reason: str
    needs: list[NeedView]
    answers: list[ApprovalView]
    left: list[str]
    proposed_by: str
    proposed_at: datetime
    settled_at: datetime | None


class ChangeText(ChangeView):
    """A change with the text of its file."""

    text: str


class ChangeList(Shape):
    """Changes, the newest first."""

    data: list[ChangeView]
    links: Links
    meta: Meta

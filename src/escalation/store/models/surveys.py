"""Surveys: who was asked how it went, and what was answered, by whose issue or service it is.

Both keep how the matter stood, so that a figure of a past period stays what it was.
"""

from sqlalchemy import Column, Index, Integer, Table, Text

from escalation.store.base import Id, UtcInstant, metadata

PLACES = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
    "layer",
)  # fmt: skip
"""Where it belongs: the dimensions of measures, and the layer."""


def _places() -> list[Column[str]]:
    return [Column(name, Id) for name in PLACES]


survey_invitation = Table(
    "survey_invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, unique=True),  # of one that follows an issue
    Column("survey", Id, nullable=False),
    Column("period", Text),  # of one that is periodic: its period, a hash of who is asked,
    Column("respondent", Id),
    Column("reminded", Integer),  # and how often they were reminded
    Column("why_not", Text),  # why nobody is asked; else nothing
    Column("invited_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("answered_at", UtcInstant),
    Column("feedback", Id),  # the feedback that the answer is
    Column("bounced_at", UtcInstant),  # its mail came back: when that was read,
    Column("bounce", Text),  # and the status that its mail system gave (RFC 3463)
    *_places(),
    Index("ix_survey_invitation_invited", "invited_at", "id"),
    Index("uq_survey_invitation_respondent", "survey", "period", "respondent", unique=True),
)

survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", Id, primary_key=True),  # the feedback that it is
    Column("survey", Id, nullable=False),
    Column("issue_id", Id),  # of one that followed an issue
    Column("period", Text),  # of one that was imported: its period, and who answered
    Column("respondent", Id),
    Column("content", Id),  # the hash of what they answered
    Column("rating", Integer),
    Column("answered_at", UtcInstant, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    *_places(),
    Index("uq_survey_answer_respondent", "survey", "period", "respondent", unique=True),
    Index("ix_survey_answer_answered", "answered_at"),
)

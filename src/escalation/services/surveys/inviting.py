"""Invitations: of which settled issues a survey is due, once each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from escalation.clock import whole_second
from escalation.errors import Busy, EscalationError
from escalation.routing.surveys import Following
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.services.surveys.book import SurveyBook
from escalation.store import conduct, dialect, issues, surveys
from escalation.store.surveys import NewInvitation
from escalation.store.transaction import Connection, part, read
from escalation.workflow.conduct import by_marks, limits_on
from escalation.workflow.facts import ENGINE, Issue
from escalation.workflow.inviting import SurveyDue
from escalation.workflow.surveys import why_not

_log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Settled issues that one transaction looks at."""


def invite(desk: Desk, book: SurveyBook, *, timeout: float | None = None) -> int:
    """Decide of settled issues whether their raisers are asked; answers of how many.

    Each is decided of once. That a survey is due stands on the issue's timeline and goes out as
    `issue.survey_due`, in the transaction that keeps the invitation. An issue on which nothing can
    be decided (the log says why) is looked at again with the next ones, and holds up none.
    """
    following = book.following()
    if following is None or not _any(desk, following):
        return 0

    def chore(connection: Connection, now: datetime) -> int:
        found = _unasked(connection, following, now, AT_ONCE)
        loaded = issues.load(connection, found, lock=True)
        settled = [each.issue for each in loaded.values()]
        made = _decided(desk, connection, following, settled, now)
        kept = [
            each
            for each in made
            if each.why_not is not None or _told(desk, connection, following, each)
        ]
        surveys.add(connection, kept)
        return len(kept)

    decided: int = desk.do(chore).result(timeout)
    return decided


def _any(desk: Desk, following: Following) -> bool:
    """Whether there is an issue to decide of: looked at without a turn at the desk."""
    with read(desk.engine) as connection:
        now = dialect.now(connection, desk.clock)
        return bool(_unasked(connection, following, now, 1))


def _unasked(connection: Connection, following: Following, now: datetime, limit: int) -> list[str]:
    since = now - timedelta(days=following.survey.within_days)
    return surveys.unasked(connection, following.after, since, limit)


def _told(desk: Desk, connection: Connection, following: Following, made: NewInvitation) -> bool:
    """Whether it could be told on the issue's timeline that its survey is due."""
    outcome: object
    try:
        with part(connection):
            [outcome] = desk.within(connection, [_job(desk, following, made)])
    except EscalationError as error:  # what it stands on cannot be read
        outcome = error
    if isinstance(outcome, Busy):
        raise outcome
    if isinstance(outcome, Exception):
        _log.error("survey_not_due", issue=made.issue.id, reason=str(outcome))
        return False
    return True


def _job(desk: Desk, following: Following, made: NewInvitation) -> Job:
    """What the desk is asked: to tell on the issue's timeline that the survey is due."""
    ask = SurveyDue(
        survey=following.name,
        after=following.after,
        invitation=made.id,
        expires_at=made.expires_at,
    )
    return Job(stem=desk.stem(), actor=ENGINE, ask=ask, issue=made.issue.id, answers=False)


def _decided(
    desk: Desk,
    connection: Connection,
    following: Following,
    settled: Sequence[Issue],
    now: datetime,
) -> list[NewInvitation]:
    limits = by_marks(conduct.not_ended(connection)) if settled else {}
    ends = whole_second(now) + timedelta(days=following.survey.open_days)
    made = []
    for issue in settled:
        why = why_not(issue, limited=bool(limits_on(limits, issue.raiser, now)))
        made.append(
            NewInvitation(
                id=desk.ids.new("svy", now),
                issue=issue,
                survey=following.name,
                invited_at=now,
                expires_at=ends,
                why_not=None if why is None else why.value,
            )
        )
    return made

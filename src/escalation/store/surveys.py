"""Surveys, kept: which issues are to be asked about, who was asked, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    exists,
    insert,
    select,
    update,
)

from escalation.routing.surveys import After
from escalation.store import issues, mailing, models
from escalation.store.dialect import any_of
from escalation.store.keyset import Seen, newest_first
from escalation.store.models.surveys import PLACES
from escalation.store.viewing import visible
from escalation.workflow.facts import Issue
from escalation.workflow.states import Status
from escalation.workflow.viewing import Viewer

_T, _I, _A = models.survey_invitation, models.issue, models.survey_answer
_SETTLED = {
    After.RESOLVED: (_I.c.resolved_at, (Status.RESOLVED.value, Status.CLOSED.value)),
    After.CLOSED: (_I.c.ended_at, (Status.CLOSED.value,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody who was asked, once: how their issue went, or in a ``period`` of a survey.

    ``issue`` is the issue's reference. Of a period it is kept for whom somebody was asked.
    """

    id: str
    issue_id: str | None
    issue: str | None
    survey: str
    invited_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    feedback: str | None = None
    bounced_at: datetime | None = None
    bounce: str | None = None
    period: str | None = None
    provider: str | None = None
    cluster: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Mailed:
    """How the mail of an invitation stands; ``at`` is when it ended so."""

    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """One that is made now, or why there is none."""

    id: str
    issue: Issue
    survey: str
    invited_at: datetime
    expires_at: datetime
    why_not: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What somebody answered, as it is counted; ``places`` are where it belongs."""

    id: str
    survey: str
    rating: int | None
    answered_at: datetime
    recorded_at: datetime
    places: Mapping[str, str | None]
    issue_id: str | None = None
    period: str | None = None
    respondent: str | None = None
    content: str | None = None


def unasked(connection: Connection, after: After, since: datetime, limit: int) -> list[str]:
    """The ids of issues that were settled after an instant, and of which nothing is decided yet."""
    at, statuses = _SETTLED[after]
    asked = exists(select(1).where(_T.c.issue_id == _I.c.id))
    query = select(_I.c.id).where(at > since, _I.c.status.in_(statuses), ~asked)
    return list(connection.scalars(query.order_by(at, _I.c.id).limit(limit)))


def places_of(issue: Issue) -> dict[str, str | None]:
    """Where an issue stands, as it is kept with its survey."""
    kept = {name: getattr(issue, name) for name in PLACES}
    return {name: None if value is None else str(value) for name, value in kept.items()}


def add(connection: Connection, made: Sequence[NewInvitation]) -> None:
    """Keep invitations, and of which issues there is none."""
    rows = [
        {
            "id": each.id,
            "issue_id": each.issue.id,
            "survey": each.survey,
            "why_not": each.why_not,
            "invited_at": each.invited_at,
            "expires_at": each.expires_at,
            **places_of(each.issue),
        }
        for each in made
    ]
    if rows:
        connection.execute(insert(_T), rows)


def find(connection: Connection, invitation: str, *, lock: bool = False) -> Invitation | None:
    """An invitation whose issue, if it has one, is not sealed; nobody is led to one that is."""
    query = _every(outer=True).where(_T.c.id == invitation, _I.c.sealed_at.is_(None))
    rows = connection.execute(query.with_for_update(of=_T) if lock else query).mappings()
    return next((Invitation(**row) for row in rows), None)


def seen(connection: Connection, viewer: Viewer, name: str) -> Invitation | None:
    """An invitation by its id, or its issue's id or reference, of an issue that is seen."""
    named = (_T.c.id == name) | (_T.c.issue_id == name) | (_I.c.reference == name)
    rows = connection.execute(_every().where(named, visible(connection, viewer))).mappings()
    return next((Invitation(**row) for row in rows), None)


def page(
    connection: Connection,
    viewer: Viewer,
    *,
    answered: bool | None,
    after: Seen | None,
    limit: int,
) -> list[Invitation]:
    """Invitations of the issues that are seen, the newest first, after the last that was seen."""
    query = _every().where(visible(connection, viewer))
    if answered is not None:
        none = _T.c.answered_at.is_(None)
        query = query.where(~none if answered else none)
    query = newest_first(query, _T.c.invited_at, _T.c.id, after, limit)
    return [Invitation(**row) for row in connection.execute(query).mappings()]


def _every(*, outer: bool = False) -> Select[Any]:
    """Those who were asked of issues; with ``outer`` those of no issue too."""
    columns = (_T.c[name] for name in Invitation.__slots__ if name != "issue")
    query = select(*columns, _I.c.reference.label("issue"))
    joined = _T.join(_I, _I.c.id == _T.c.issue_id, isouter=outer)
    return query.select_from(joined).where(_T.c.why_not.is_(None))


def about(connection: Connection, found: Invitation) -> Issue | None:
    """The issue that somebody is asked about; none in a period of a survey."""
    if found.issue_id is None:
        return None
    loaded = issues.load(connection, [found.issue_id]).get(found.issue_id)
    return None if loaded is None else loaded.issue


def is_counted(connection: Connection, answer_id: str) -> bool:
    """Whether an answer is there, by the feedback that it is."""
    return connection.scalar(select(_A.c.id).where(_A.c.id == answer_id)) is not None


def answer(connection: Connection, invitation: str, feedback: str | None, now: datetime) -> None:
    """It was answered, by that feedback where that is kept."""
    change = update(_T).where(_T.c.id == invitation)
    connection.execute(change.values(answered_at=now, feedback=feedback))


def mailed(connection: Connection, made: Sequence[Invitation]) -> dict[str, Mailed]:
    """How the mails of invitations stand, by the issue; forgotten in time as all deliveries are."""
    d = models.delivery
    wanted = any_of(connection, d.c.aggregate, [e.issue_id for e in made if e.issue_id])
    box = mailing.mailbox_id(mailing.RAISERS)
    query = select(d.c.aggregate, d.c.state, d.c.ended_at).where(d.c.endpoint_id == box, wanted)
    rows = connection.execute(query.order_by(d.c.number))
    return {row.aggregate: Mailed(row.state, row.ended_at) for row in rows}


def bounced(connection: Connection, issue_id: str, status: str | None, now: datetime) -> None:
    """The mail that asked about an issue came back for good."""
    change = update(_T).where(_T.c.issue_id == issue_id, _T.c.bounced_at.is_(None))
    connection.execute(change.values(bounced_at=now, bounce=status))


def add_answers(connection: Connection, made: Sequence[NewAnswer]) -> None:
    """Keep answers as they are counted."""
    rows = [
        {
            **{name: getattr(each, name) for name in NewAnswer.__slots__ if name != "places"},
            **{name: each.places.get(name) for name in PLACES},
        }
        for each in made
    ]
    if rows:
        connection.execute(insert(_A), rows)


def answered(connection: Connection, survey: str, period: str) -> dict[str, str]:
    """What was imported of a survey's period: the hash of the answers, by respondent."""
    query = select(_A.c.respondent, _A.c.content).where(
        _A.c.survey == survey, _A.c.period == period, _A.c.respondent.is_not(None)
    )
    return {row.respondent: row.content for row in connection.execute(query)}


def forget_respondent(connection: Connection, answer_id: str) -> None:
    """Nobody can be told from an answer any more; what it was counted as stays."""
    change = update(_A).where(_A.c.id == answer_id)
    connection.execute(change.values(respondent=None, content=None))

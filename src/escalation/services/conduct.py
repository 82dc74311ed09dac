"""Limits on conduct: recorded with a reason and an approver, reviewed, ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from escalation.clock import whole_second
from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import conduct, journal
from escalation.store.framework import bump
from escalation.store.transaction import Connection
from escalation.workflow.conduct import ConductLimit, LimitKind
from escalation.workflow.facts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiting:
    """Limits that are to be recorded."""

    raiser: Mapping[str, Any]
    limits: tuple[Mapping[str, Any], ...]
    reason: str
    approved_by: str
    review_at: datetime
    expires_at: datetime
    begins_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a review comes to: ``keep``, ``change`` or ``end``, with what it changes."""

    outcome: str
    reason: str
    reviewed_by: str
    review_at: datetime | None = None
    expires_at: datetime | None = None
    limits: tuple[Mapping[str, Any], ...] | None = None


def record(desk: Desk, sent: Limiting, actor: Actor) -> ConductLimit:
    """Record limits on a raiser's conduct; who records them does not approve them.

    Raises:
        Invalid: a person is not in the directory, or a date cannot be.
        Refused: ``own_approval``.
    """
    limit_id = desk.ids.new("lim", desk.clock.now())

    def work(connection: Connection, now: datetime) -> ConductLimit:
        begins = whole_second(sent.begins_at or now)
        _check_people(desk, connection, sent.approved_by, sent.limits, "/approved_by")
        _check_dates(max(begins, now), sent.review_at, sent.expires_at)
        if actor.person is not None and actor.person == sent.approved_by:
            raise Refused(
                "Who records a limit does not approve it; name another person in `approved_by`.",
                "own_approval",
            )
        limit = ConductLimit(
            id=limit_id,
            raiser=sent.raiser,
            limits=sent.limits,
            reason=sent.reason,
            approved_by=sent.approved_by,
            recorded_by=actor.name,
            begins_at=begins,
            review_at=sent.review_at,
            expires_at=sent.expires_at,
            created_at=now,
        )
        conduct.add(connection, limit)
        return limit

    return _on_record(desk, "conduct_limit.recorded", actor, work)


def review(desk: Desk, limit_id: str, sent: Review, actor: Actor) -> ConductLimit:
    """Look at a limit again: keep it, change it or end it.

    Raises:
        NotFound: there is none of that id.
        Invalid: a person is not in the directory, or a date cannot be.
        Refused: ``limit_ended``.
    """

    def work(connection: Connection, now: datetime) -> ConductLimit:
        before = conduct.find(connection, limit_id, lock=True)
        if before is None:
            raise NotFound(f"There is no limit {limit_id}.")
        if before.ends_at <= now:
            raise Refused(
                f"{limit_id} ended {told(before.ends_at)}; record another.", "limit_ended"
            )
        limits = before.limits if sent.limits is None else sent.limits
        _check_people(desk, connection, sent.reviewed_by, limits, "/reviewed_by")
        after = replace(
            before,
            limits=limits,
            review_at=sent.review_at or before.review_at,
            expires_at=sent.expires_at or before.expires_at,
            reviews=(*before.reviews, _reviewed(sent, now)),
            ended_at=whole_second(now) if sent.outcome == "end" else None,
        )
        if sent.review_at is not None or sent.expires_at is not None:
            _check_dates(now, after.review_at, after.expires_at)
        conduct.change(connection, after)
        return after

    return _on_record(desk, "conduct_limit.reviewed", actor, work)


def _reviewed(sent: Review, now: datetime) -> dict[str, Any]:
    return {
        "at": told(whole_second(now)),
        "outcome": sent.outcome,
        "reason": sent.reason,
        "reviewed_by": sent.reviewed_by,
    }


def _on_record(desk: Desk, kind: str, actor: Actor, work: Any) -> ConductLimit:  # noqa: ANN401 - a chore
    """Do the work, put it on the record, and tell every process, in one transaction."""
    event_id, salt = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> ConductLimit:
        limit: ConductLimit = work(connection, now)
        journal.record(
            connection,
            limit.id,
            event_id=event_id,
            kind=kind,
            payload={"limit": view(limit, now)},
            actor=actor,
            now=now,
            salt=salt,
        )
        bump(connection, "conduct")
        return limit

    made: ConductLimit = desk.do(chore).result()
    return made


def _check_people(
    desk: Desk,
    connection: Connection,
    who: str,
    limits: tuple[Mapping[str, Any], ...],
    pointer: str,
) -> None:
    directory = desk.registry.refresh(connection).directory
    people = () if directory is None else directory.people
    named = {pointer: who}
    for number, limit in enumerate(limits):
        if limit["kind"] == LimitKind.SOLE_CONTACT:
            named[f"/limits/{number}/person"] = limit["person"]
    faults = [
        Fault("unknown", not_among(person, people), pointer=where)
        for where, person in named.items()
        if person not in people
    ]
    if faults:
        raise Invalid("Nothing was recorded.", errors=faults)


def _check_dates(now: datetime, review_at: datetime, expires_at: datetime) -> None:
    """A limit ends ahead, and is looked at again before it does."""
    faults = []
    if expires_at <= now:
        detail = f"found {told(expires_at)}, expected an instant after {told(whole_second(now))}"
        faults.append(Fault("in_the_past", detail, pointer="/expires_at"))
    elif not now < review_at <= expires_at:
        detail = f"found {told(review_at)}, expected an instant ahead and by {told(expires_at)}"
        faults.append(Fault("wrong_value", detail, pointer="/review_at"))
    if faults:
        raise Invalid("Nothing was recorded.", errors=faults)


def one(look: Look, limit_id: str) -> dict[str, Any]:
    """One limit.

    Raises:
        NotFound: there is none of that id.
    """
    found = conduct.find(look.connection, limit_id)
    if found is None:
        raise NotFound(f"There is no limit {limit_id}.")
    return view(found, look.now)


def page(
    look: Look, *, in_force: bool | None, after: tuple[datetime, str] | None, limit: int
) -> Page:
    """Limits, the newest first; all, those in force, or those that have ended."""
    found = conduct.page(
        look.connection,
        in_force_at=look.now if in_force else None,
        ended_by=look.now if in_force is False else None,
        after=after,
        limit=limit + 1,
    )
    return page_of(
        found,
        limit,
        lambda shown: (view(each, look.now) for each in shown),
        lambda each: (each.created_at, each.id),
    )


def view(limit: ConductLimit, now: datetime) -> dict[str, Any]:
    """A limit as callers see it."""
    return {
        "id": limit.id,
        "raiser": dict(limit.raiser),
        "limits": [dict(each) for each in limit.limits],
        "reason": limit.reason,
        "approved_by": limit.approved_by,
        "recorded_by": limit.recorded_by,
        "begins_at": told(limit.begins_at),
        "review_at": told(limit.review_at),
        "review_due": limit.in_force(now) and limit.review_at <= now,
        "expires_at": told(limit.expires_at),
        "ended_at": told(limit.ended_at),
        "in_force": limit.in_force(now),
        "reviews": [dict(each) for each in limit.reviews],
        "created_at": told(limit.created_at),
    }

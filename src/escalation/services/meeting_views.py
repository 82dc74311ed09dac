"""A meeting as callers see it."""

from typing import Any

from escalation.routing.directory import Forum
from escalation.services.veil import veiled
from escalation.services.views import told
from escalation.store.transaction import Connection
from escalation.workflow.meetings.facts import Item, Meeting, MeetingStatus
from escalation.workflow.meetings.table import acts_from
from escalation.workflow.viewing import Viewer


def meeting_view(body: Forum | None, meeting: Meeting) -> dict[str, Any]:
    """When it is, where it stands, who was there, and which acts its state has."""
    sitting, done = meeting.sitting, meeting.procedure
    return {
        "id": meeting.id,
        "version": meeting.version,
        "forum": {"code": sitting.forum, "title": body.title if body else sitting.forum},
        "starts_at": told(sitting.starts_at),
        "ends_at": told(sitting.ends_at),
        "cutoff_at": told(sitting.cutoff_at),
        "zone": body.meeting.zone if body else None,
        "status": meeting.status,
        "occurs_at": told(meeting.occurs_at),
        "place": done.place,
        "reason": done.reason,
        "quorum": body.quorum if body else None,
        "voting_seats_filled": None if done.present is None else meeting.voices(),
        "quorate": _quorate(body, meeting),
        "attendance": _attendance(meeting),
        "apologies": list(done.apologies),
        "recusals": [
            {"subject": r.subject, "person": r.person, "reason": r.reason} for r in done.recusals
        ],
        "ended_at": told(done.ended_at),
        "minutes_confirmed": done.confirmed,
        "available_acts": acts_from(meeting.status),
    }


def meeting_seen(
    connection: Connection, viewer: Viewer, body: Forum | None, meeting: Meeting
) -> dict[str, Any]:
    """A meeting without who keeps out of the issues that ``viewer`` may not see."""
    seen: dict[str, Any] = veiled(connection, viewer, meeting_view(body, meeting))
    return seen


def meeting_told(body: Forum | None, meeting: Meeting) -> dict[str, Any]:
    """When and where it is, for whoever reads of one of its items alone: nothing of the others."""
    sitting = meeting.sitting
    return {
        "id": meeting.id,
        "forum": {"code": sitting.forum, "title": body.title if body else sitting.forum},
        "starts_at": told(sitting.starts_at),
        "ends_at": told(sitting.ends_at),
        "status": meeting.status,
        "place": meeting.procedure.place,
    }


def _quorate(body: Forum | None, meeting: Meeting) -> bool | None:
    done = meeting.procedure
    if done.quorate is not None or done.present is None or body is None:
        return done.quorate
    open_still = meeting.status is MeetingStatus.SCHEDULED
    return meeting.voices() >= body.quorum if open_still else None


def _attendance(meeting: Meeting) -> list[dict[str, Any]] | None:
    present = meeting.procedure.present
    if present is None:
        return None
    return [
        {"person": p.person, "as": p.sits_as, "seat": p.seat, "authority": p.authority}
        for p in present
    ]


def item_view(item: Item) -> dict[str, Any]:
    """An item of an agenda: what it is about, since when, and how it left."""
    return {
        "subject": item.subject,
        "kind": item.kind,
        "title": item.title,
        "section": item.section,
        "sought": item.sought,
        "late": item.late,
        "carried_over": item.carried_over,
        "tabled_at": told(item.tabled_at),
        "outcome": item.outcome,
        "remark": item.remark,
        "left_at": told(item.left_at),
    }

"""What a forum works with: issue papers, agendas and minutes, as plain documents.

Each is JSON as it stands; :mod:`escalation.reports.pages` lays it out for people.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from escalation.digests.papers import Entry, Told, history, positions
from escalation.routing.directory import Directory, Forum
from escalation.routing.vocabulary import ForumOwner
from escalation.services.bodies import body_of
from escalation.services.meeting_views import meeting_seen, meeting_told
from escalation.services.reading import issues as reading
from escalation.services.reading import terms
from escalation.services.reading.meetings import decision_view, decisions_of, find, items_of
from escalation.services.reading.reader import Look
from escalation.services.views import clock_view, told
from escalation.store import actions, meetings, timeline
from escalation.workflow.facts import Facts
from escalation.workflow.forum import papers_by
from escalation.workflow.meetings.conflicts import recused_on
from escalation.workflow.meetings.facts import Item, Meeting, MeetingFacts

_ENTRIES = 1_000


def paper(look: Look, name: str) -> dict[str, Any]:
    """The issue paper: history in brief, both sides' positions, clocks, the decision sought.

    Raises:
        NotFound: there is no such issue.
    """
    found = reading.facts(look, name)
    issue = found.issue
    meeting = None if issue.meeting is None else meetings.one(look.connection, issue.meeting)
    item = None if meeting is None else _item(look, meeting, issue.id)
    return {**_paper(look, found, meeting, item), "marking": _marking(look)}


def agenda(look: Look, meeting_id: str) -> dict[str, Any]:
    """A meeting's agenda: its items by section, and a paper for each issue among them.

    Raises:
        NotFound: there is no such meeting.
    """
    meeting = find(look, meeting_id)
    body = _body(look, meeting)
    listed = [(item, view) for item, view in items_of(look, meeting_id) if item.open]
    known = [*body.sections, *{item.section for item, _ in listed} - {*body.sections, None}]
    sections = [
        {"title": title, "items": [_line(i, v) for i, v in listed if i.section == title]}
        for title in known
    ]
    others = [_line(item, view) for item, view in listed if item.section is None]
    if others:
        sections.append({"title": "Other items", "items": others})
    return {
        "meeting": meeting_seen(look.connection, look.viewer, body, meeting),
        "zone": body.meeting.zone,
        "papers_by": told(
            papers_by(look.registry.in_force(look.known), body, meeting.sitting.starts_at)
        ),
        "sections": sections,
        "terms": terms.of_cluster(look, body.owner if body.of is ForumOwner.CLUSTER else None),
        "papers": [
            _paper(look, reading.facts(look, item.subject), meeting, item)
            for item, view in listed
            if view["issue"] is not None
        ],
        "as_at": told(look.now),
        "marking": _marking(look),
    }


def minutes(look: Look, meeting_id: str) -> dict[str, Any]:
    """A meeting's minutes, drawn from its attendance, its items and its decisions.

    Raises:
        NotFound: there is no such meeting.
    """
    meeting = find(look, meeting_id)
    body = _body(look, meeting)
    listed = items_of(look, meeting_id)
    called = {item.subject: _line(item, view)["reference"] for item, view in listed}
    directory, done = look.directory, meeting.procedure
    return {
        "meeting": meeting_seen(look.connection, look.viewer, body, meeting),
        "zone": body.meeting.zone,
        "attendance": [
            {
                "person": each.person,
                "name": _name(directory, each.person),
                "as": each.sits_as,
                "seat": each.seat,
                "authority": each.authority,
            }
            for each in done.present or ()
        ],
        "apologies": [_name(directory, person) for person in done.apologies],
        "recusals": _recusals(directory, meeting, decisions_of(look, meeting_id), called),
        "items": [
            {**_line(item, view), "outcome": item.outcome, "left_at": view["left_at"]}
            for item, view in listed
        ],
        "decisions": [_decided(directory, made, called) for made in decisions_of(look, meeting_id)],
        "as_at": told(look.now),
        "marking": _marking(look),
    }


def _marking(look: Look) -> str | None:
    """What a paper bears at its head and foot."""
    return look.directory.file.initiative.marking


def _decided(
    directory: Directory, made: Mapping[str, Any], called: Mapping[str, str]
) -> dict[str, Any]:
    follow = [
        {**action, "owner_name": _name(directory, action["owner"])} for action in made["actions"]
    ]
    mover = made["mover"]
    return {
        **made,
        "item": called.get(made["subject"], made["subject"]),
        "mover": None if mover is None else _name(directory, mover),
        "actions": follow,
    }


def _recusals(
    directory: Directory,
    meeting: Meeting,
    decisions: list[dict[str, Any]],
    called: Mapping[str, str],
) -> list[dict[str, str]]:
    """Everybody who kept out of an item: by hand, and as each decision recorded it."""
    found = {
        (each.person, each.subject): each.reason
        for each in meeting.procedure.recusals
        if each.subject in called
    }
    for made in decisions:
        for each in made["recused"]:
            found.setdefault((each["person"], made["subject"]), each["reason"])
    return [
        {
            "person": person,
            "name": _name(directory, person),
            "item": called.get(subject, subject),
            "reason": reason,
        }
        for (person, subject), reason in found.items()
    ]


def _paper(look: Look, found: Facts, meeting: Meeting | None, item: Item | None) -> dict[str, Any]:
    issue, now = found.issue, max(look.now, found.issue.updated_at)
    made = meetings.decisions_on(look.connection, issue.id)
    follow = actions.of_decisions(look.connection, [row.id for row in made])
    body = None if meeting is None else look.directory.forums.get(meeting.sitting.forum)
    rung = found.under.ladder.rung(issue.rung)
    target = rung.out_of_session.get(issue.severity)
    entries = _entries(look, found)
    return {
        "issue": {
            "id": issue.id,
            "reference": issue.reference,
            "title": issue.title,
            "description": issue.description,
            "agency": issue.agency,
            "also_affects": list(issue.also_affects),
            "provider": issue.provider,
            "severity": issue.severity,
            "status": issue.status,
            "themes": list(issue.themes),
            "received_at": told(issue.received_at),
        },
        "terms": terms.of_cluster(look, issue.cluster),
        "rung": rung.title,
        "layer": rung.layer,
        "meeting": None if meeting is None else meeting_told(body, meeting),
        "section": None if item is None else item.section,
        "sought": None if item is None else item.sought,
        "late": item is not None and item.late,
        "carried_over": issue.carried_over,
        "out_of_session": None if target is None else str(target.value),
        "zone": body.meeting.zone if body is not None else look.directory.file.zone,
        "history": _dated(history(entries)),
        "positions": _dated(positions(found.under.ladder, entries)),
        "advice": list(issue.advice),
        "clocks": [clock_view(found, clock, now) for clock in found.clocks],
        "recused": _keep_out(look, found, meeting),
        "decisions": [decision_view(row, follow.get(row.id, [])) for row in made],
        "as_at": told(look.now),
    }


def _keep_out(look: Look, found: Facts, meeting: Meeting | None) -> list[dict[str, str]]:
    """Those of the forum who keep out of it."""
    body = None if meeting is None else look.directory.forums.get(meeting.sitting.forum)
    if meeting is None or body is None:
        return []
    under = look.registry.in_force(look.known)
    facts = MeetingFacts(meeting, (), body, under, {found.issue.id: found})
    people = [seat.person for seat in facts.seats_at(look.now) if seat.votes and seat.person]
    return [
        {"person": each.person, "reason": each.reason}
        for each in recused_on(facts, found.issue.id, people)
    ]


def _dated(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same lines, their instants as text."""
    return [{**line, "at": told(line["at"])} for line in lines]


def _entries(look: Look, found: Facts) -> list[Told]:
    """What all may read of an issue's timeline, but for what was disposed of."""
    name = found.issue.id
    return [
        (Entry(name, e.type, e.effective_at, e.due_at, ""), {**e.payload, "actor": e.actor})
        for e in timeline.entries(look.connection, name, limit=_ENTRIES)
        if e.visibility == "shared" and e.payload
    ]


def _line(item: Item, view: Mapping[str, Any]) -> dict[str, Any]:
    """An item on one line of an agenda."""
    issue = view["issue"] or {}
    return {
        "subject": item.subject,
        "reference": issue.get("reference") or item.kind.capitalize(),
        "title": issue.get("title") or item.title or item.subject,
        "kind": item.kind,
        "severity": issue.get("severity"),
        "section": item.section,
        "sought": item.sought,
        "late": item.late,
        "carried_over": item.carried_over,
        "tabled_at": told(item.tabled_at),
        "remark": item.remark,
    }


def _item(look: Look, meeting: Meeting, subject: str) -> Item | None:
    listed = meetings.items(look.connection, meeting.id, look.viewer)
    return next((item for item in listed if item.subject == subject), None)


def _body(look: Look, meeting: Meeting) -> Forum:
    """The forum that met; as it was last, where the directory has it no more."""
    return body_of(look.registry, look.connection, look.known, meeting.sitting.forum)


def _name(directory: Directory, person: str) -> str:
    known = directory.people.get(person)
    return person if known is None else known.name

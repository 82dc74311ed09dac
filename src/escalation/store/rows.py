"""Values as rows: what of an issue, a clock, an actor stands in which column."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from escalation.workflow.diary import Sitting
from escalation.workflow.events import EventType
from escalation.workflow.facts import Actor, Clock, Issue
from escalation.workflow.plan import Decision, Plan, Tabling
from escalation.workflow.sealed import Sealing
from escalation.workflow.viewing import readers

SAID_OF_FEW = ("centre", "raised_from")
"""Fields of an issue that stand in ``said`` only where they hold something."""
_SAID = ("raiser", "about_person", "external_refs", "entry_reasons", "warnings")
"""Fields that always stand there."""
_WORDS = (
    "kind",
    "title",
    "description",
    "severity",
    "severity_reason",
    "impact",
    "urgency",
    "agency",
    "provider",
    "cluster",
    "function",
    "service",
    "region",
    "scope",
    "themes",
    "also_affects",
    "ola",
    "ladder",
    "calendar",
)
"""Fields that editing and reclassifying change, each in the column of its name."""
_words_of = attrgetter(*_WORDS, *_SAID, *SAID_OF_FEW)
_each_word_of = attrgetter(*_WORDS)
STATE_FIELDS: Mapping[str, str] = {
    "status": "status",
    "layer": "layer",
    "sealed_at": "sealing",
    "directory_epoch": "directory_epoch",
    "seats_until": "seats_until",
    "forum": "forum",
    "meeting": "meeting",
    "meeting_at": "meeting_at",
    "carried_over": "carried_over",
    "exhausted_at": "exhausted_at",
    "resolved_at": "resolved_at",
    "ended_at": "ended_at",
}
"""Columns of :func:`state_row` that few acts change, each with the field that it is told from."""
CLOCK_FIELDS: Mapping[str, str] = {
    "duration": "duration",
    "measure": "budget",
    "budget_seconds": "budget",
    "calendar": "calendar",
    "warnings": "warnings",
    "due_at": "due_at",
}
"""The same of :func:`clock_row`."""
OF_FEW = ("positions", "advice", "links", "joined", "merged_into", "recused", "vacant")
"""Fields of an issue that stand in ``standing`` only where they hold something."""


def state_row(issue: Issue, chain: str, due_at: datetime | None) -> dict[str, Any]:
    """The columns that acts and clocks change."""
    people = {str(side): held.person for side, held in issue.seats.items()}
    return {
        "version": issue.version,
        "status": issue.status,
        "rung": issue.rung,
        "layer": issue.layer,
        "entered_at": issue.entered_at,
        "standing": {
            "visits": [
                [v.rung, int(v.entered_at.timestamp()), v.how, v.came_from, v.holders]
                for v in issue.visits
            ],
            "seats": {
                str(side): [
                    held.role,
                    held.person,
                    held.reason,
                    *([held.pool] if held.pool else ()),
                ]
                for side, held in issue.seats.items()
            },
            "given": issue.given,
            "hold": issue.hold,
            "outcome": issue.outcome,
            "reported_up": issue.reported_up,
            # Few issues have any of these: what is empty is not written.
            **{name: value for name in OF_FEW if (value := getattr(issue, name))},
            "sealing": None if issue.sealing is None else _sealing_told(issue.sealing),
        },
        "sealed_at": None if issue.sealing is None else issue.sealing.at,
        "sealed_to": readers(issue),
        "provider_person": people.get("provider"),
        "agency_person": people.get("agency"),
        "directory_epoch": issue.directory_epoch,
        "seats_until": issue.seats_until,
        "vacant_since": _vacant_since(issue),
        "forum": issue.forum,
        "meeting": issue.meeting,
        "meeting_at": issue.meeting_at,
        "carried_over": issue.carried_over,
        "exhausted_at": issue.exhausted_at,
        "due_at": due_at,
        "updated_at": issue.updated_at,
        "resolved_at": issue.resolved_at,
        "ended_at": issue.ended_at,
        "stay": issue.stay,
        "stay_from": issue.stay_from,
        "event_count": issue.event_count,
        "chain": chain,
    }


def _vacant_since(issue: Issue) -> datetime | None:
    """Since when a seat has been empty where somebody still has to act; None where none is."""
    if not issue.unresolved:
        return None
    return min((datetime.fromisoformat(seat["since"]) for seat in issue.vacant), default=None)


def words_row(issue: Issue) -> dict[str, Any]:
    """The columns that editing and reclassifying change."""
    return {
        **dict(zip(_WORDS, _each_word_of(issue), strict=True)),
        "said": {
            **{name: getattr(issue, name) for name in _SAID},
            # Few issues have these: what is empty is not written.
            **{name: value for name in SAID_OF_FEW if (value := getattr(issue, name))},
        },
    }


def same_words(one: Issue, other: Issue) -> bool:
    """Whether the columns of :func:`words_row` would hold the same."""
    return _words_of(one) == _words_of(other)


def fixed_row(issue: Issue) -> dict[str, Any]:
    """The columns that never change."""
    return {
        "id": issue.id,
        "reference": issue.reference,
        "channel": issue.channel,
        "publication": issue.publication,
        "occurred_at": issue.occurred_at,
        "received_at": issue.received_at,
        "created_at": issue.created_at,
    }


def _sealing_told(sealing: Sealing) -> dict[str, Any]:
    """A sealing as JSON; :func:`escalation.store.issues.issue_of` reads it again."""
    return {
        "at": _instant(sealing.at),
        "sensitive": sealing.sensitive,
        "named": [[n.person, n.by, _instant(n.at), n.why] for n in sealing.named],
        "referrals": [
            [
                r.id,
                r.to,
                r.under,
                _instant(r.at),
                r.by,
                r.reference,
                r.outcome,
                None if r.outcome_at is None else _instant(r.outcome_at),
            ]
            for r in sealing.referrals
        ],
    }


def _instant(at: datetime) -> int:
    return int(at.timestamp())


def clock_row(clock: Clock) -> dict[str, Any]:
    """The columns that running changes."""
    return {
        "duration": clock.duration,
        "measure": clock.budget.measure if clock.budget else None,
        "budget_seconds": clock.budget.seconds if clock.budget else None,
        "calendar": clock.calendar,
        "warnings": "|".join(clock.warnings),
        "done": "|".join(clock.done),
        "state": clock.state,
        "step": clock.step,
        "next_at": clock.next_at,
        "due_at": clock.due_at,
        "ended_at": clock.ended_at,
        "ended_how": clock.ended_how,
    }


def actor_told(actor: Actor) -> dict[str, Any]:
    """Who acted, as the timeline keeps it."""
    told = {
        "kind": actor.kind,
        "name": actor.name,
        "key": actor.key,
        "subject": actor.subject,
        "person": actor.person,
        "system": actor.system,
    }
    return {name: value for name, value in told.items() if value is not None}


MOVED = {
    EventType.ESCALATED: "escalated",
    EventType.REFERRED_BACK: "referred_back",
    EventType.DISPUTED: "disputed",
    EventType.REOPENED: "reopened",
}
"""How an issue comes to a rung, but for being logged there."""


def stay_row(plan: Plan, recorded_at: datetime) -> dict[str, Any]:
    """The stay that an issue has just begun: what a digest shows of it as at any instant of it."""
    issue, hold = plan.issue, plan.issue.hold
    reported_to = dict.fromkeys(r["forum"] for r in issue.reported_up if "noted_at" not in r)
    return {
        "id": issue.stay,
        "issue_id": issue.id,
        "rung": issue.rung,
        "layer": issue.layer,
        "visit": len(issue.visits),
        "entered_at": issue.entered_at,
        "status": issue.status,
        "severity": issue.severity,
        "title": issue.title,
        "kind": issue.kind,
        "agency": issue.agency,
        "provider": issue.provider,
        "cluster": issue.cluster,
        "function": issue.function,
        "service": issue.service,
        "region": issue.region,
        "scope": issue.scope,
        "themes": issue.themes,
        "also_affects": "|".join(issue.also_affects) or None,
        "publication": issue.publication,
        "ola": issue.ola,
        "ladder": issue.ladder,
        "calendar": issue.calendar,
        "forum": issue.forum,
        "meeting": issue.meeting,
        "meeting_at": issue.meeting_at,
        "carried_over": issue.carried_over,
        "hold_until": None if hold is None else datetime.fromisoformat(hold["until"]),
        "exhausted_at": issue.exhausted_at,
        "reported_to": "|".join(reported_to) or None,
        "due_at": plan.deadlines.due_at,
        "past_target_at": plan.deadlines.past_target_at,
        "before": plan.left_stay,
        "left_forum": plan.left_forum,
        "left_agenda": next((t.outcome for t in plan.tablings if t.outcome and t.decides), None),
        "moved": next((MOVED[each.type] for each in plan.events if each.type in MOVED), None),
        "further_action": _further_action(plan),
        "effective_from": issue.stay_from,
        "effective_to": None,
        "recorded_from": recorded_at,
        "recorded_to": None,
    }


def _further_action(plan: Plan) -> bool | None:
    """Whether the outcome that was just given names further action; None where it says nothing."""
    if not any(each.type is EventType.RESOLVED for each in plan.events):
        return None
    said = (plan.issue.outcome or {}).get("further_action")
    return None if said is None else said is not False


def sitting_row(sitting: Sitting) -> dict[str, Any]:
    """When a meeting is."""
    return {
        "id": sitting.id,
        "forum": sitting.forum,
        "starts_at": sitting.starts_at,
        "ends_at": sitting.ends_at,
        "cutoff_at": sitting.cutoff_at,
    }


def meeting_row(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """A meeting by its forum's rule as it begins: nothing has been said of it yet."""
    return {
        **sitting_row(sitting),
        "status": "scheduled",
        "occurs_at": sitting.starts_at,
        "otherwise": False,
        "version": 0,
        "sequence": 0,
        "procedure": {},
        "updated_at": now,
    }


def item_row(meeting: str, subject: str, tabling: Tabling, at: datetime) -> dict[str, Any]:
    """An item that comes onto an agenda."""
    return {
        "meeting_id": meeting,
        "subject": subject,
        "kind": tabling.kind,
        "title": None,
        "section": tabling.section,
        "sought": tabling.sought,
        "late": tabling.late,
        "carried_over": 0,
        "tabled_at": at,
        "outcome": None,
        "remark": None,
        "left_at": None,
    }


def step_rows(plan: Plan, recorded_at: datetime) -> list[dict[str, Any]]:
    """The clock steps that a plan claims."""
    return [
        {
            "clock_id": claim.clock,
            "step": claim.step,
            "issue_id": plan.issue.id,
            "due_at": claim.due_at,
            "effective_at": claim.effective_at,
            "recorded_at": recorded_at,
        }
        for claim in plan.claims
    ]


def decision_rows(
    subject: str,
    title: str | None,
    decisions: Iterable[Decision],
    recorded_at: datetime,
    kind: str = "issue",
) -> list[dict[str, Any]]:
    """What a forum decided on an item of its agenda, which is called ``title``."""
    return [
        {
            "id": made.id,
            "number": made.number,
            "subject": subject,
            "kind": kind,
            "meeting_id": made.meeting,
            "forum": made.forum,
            "text": made.text,
            "reasons": made.reasons,
            "conditions": made.conditions,
            "mover": made.mover,
            "effect": made.effect,
            "assents": made.assents,
            "recused": made.recused,
            "decided_at": made.decided_at,
            "recorded_at": recorded_at,
            "title": title,
        }
        for made in decisions
    ]


def action_rows(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """Who is to do what by when."""
    return [
        {
            "id": f"{made.id.replace('dec_', 'acn_', 1)}{number:02}",
            "decision_id": made.id,
            "meeting_id": made.meeting,
            "forum": made.forum,
            "text": action["text"],
            "owner": action["owner"],
            "due_on": action.get("due_on"),
            "kind": action.get("kind"),
            "plan": action.get("plan"),
            "version": 1,
            "done_at": None,
            "done_by": None,
            "remark": None,
            "made_at": made.decided_at,
        }
        for made in decisions
        for number, action in enumerate(made.actions)
    ]

"""The one question about a meeting: given how it stands and what is asked, what follows?

Pure. Every act goes through the table and its rules; what an act does to an issue among the items
is that issue's own decision, in the same plan.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation.errors import Refused
from escalation.workflow.meetings.acts import DOES
from escalation.workflow.meetings.asks import MeetingCommand
from escalation.workflow.meetings.checks import checked
from escalation.workflow.meetings.facts import MeetingFacts
from escalation.workflow.meetings.plan import MeetingPlan, Proceeding
from escalation.workflow.meetings.rules import RULES, Case
from escalation.workflow.meetings.table import acts_from, row_of


def decide_meeting(facts: MeetingFacts, command: MeetingCommand, now: datetime) -> MeetingPlan:
    """What ``command`` makes of a meeting at ``now`` (a whole second, UTC).

    Raises:
        Invalid: the ask names something that is not there.
        Refused: naming the rule, with the acts that the meeting's state does allow.
    """
    ask = checked(facts, command.ask)
    row = row_of(ask.act)
    status = facts.meeting.status
    if status is not row.source:
        words = f"The meeting is {status}; `{ask.act}` is done while it is {row.source}."
        raise _refused(facts, f"meeting_{status}", words)
    case: Case[Any] = Case(facts, ask, now, command.actor)
    for name in ("not_your_forum", *row.guards):
        why = RULES[name](case)
        if why is not None:
            raise _refused(facts, name, why)
    going = Proceeding(facts, replace(command, ask=ask), now)
    if row.to is not None:
        going.meeting = replace(going.meeting, status=row.to)
    DOES[type(ask)](going, case)
    return going.plan()


def _refused(facts: MeetingFacts, rule: str, why: str) -> Refused:
    status = facts.meeting.status
    return Refused(why, rule, extra={"available_acts": acts_from(status), "status": status})

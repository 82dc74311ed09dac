"""The types of events that go out, and what each of them tells."""

from collections.abc import Mapping, Sequence

from escalation.delivery.payloads import PING, SUMMARY
from escalation.errors import Fault, Invalid
from escalation.routing.wording import not_among
from escalation.workflow.events import INTERNAL, EventType

_OF_ISSUES: Mapping[EventType, str] = {
    EventType.LOGGED: "an issue was logged",
    EventType.ACKNOWLEDGED: "the lead acknowledged it",
    EventType.CHANGED: "its words or its classification changed",
    EventType.INFORMED: "the raiser was informed",
    EventType.CONTACTED: "somebody was in touch about it",
    EventType.HELD: "it was put on hold",
    EventType.RESUMED: "it goes on after a hold",
    EventType.WARNED: "a clock has reached a warning, or its end without a climb",
    EventType.ESCALATED: "it climbed to another rung",
    EventType.REFERRED_BACK: "it was referred back to a lower rung",
    EventType.REPORTED_UP: "it was reported to a higher forum",
    EventType.REASSIGNED: "somebody gave a seat another holder",
    EventType.HOLDER_CHANGED: "the directory gave a seat another holder",
    EventType.SEAT_VACANT: "nobody holds a seat",
    EventType.PROPOSED: "one side proposed an outcome",
    EventType.AGREED: "the other side agreed to it",
    EventType.DISSENTED: "the other side dissented from it",
    EventType.ADVICE_SOUGHT: "a forum or a person was asked for advice",
    EventType.ADVICE_GIVEN: "advice was given",
    EventType.UPSTREAM_SETTLED: "an issue that it depends on is settled",
    EventType.MERGED: "it was merged into another issue, or another into it",
    EventType.TABLED: "it was put on a meeting's agenda",
    EventType.DEFERRED: "it was put off to a later meeting",
    EventType.DECIDED: "a forum decided on it",
    EventType.NOTED_BY_FORUM: "a body to which it was reported up has noted it",
    EventType.RESOLVED: "it was resolved",
    EventType.DISPUTED: "its outcome was disputed",
    EventType.REOPENED: "it was opened again",
    EventType.CLOSED: "it was closed",
    EventType.WITHDRAWN: "it was withdrawn",
    EventType.SURVEY_DUE: "its raiser is to be asked how it went; the link is with the invitation",
    EventType.EXHAUSTED: "its ladder is exhausted",
    EventType.BREACHED: "a time that the law gives is over",
}
_OTHERS: Mapping[str, str] = {
    "meeting.scheduled": "a forum is to meet: by its rule, or in between",
    "meeting.agenda": "the papers of a meeting are due: its agenda as it stands is for its members",
    "meeting.moved": "a meeting takes place at another time; its items stay",
    "meeting.cancelled": "a meeting does not take place; its items go to the next",
    "meeting.closed": "a meeting was closed: each of its items has an outcome",
    "digest.ready": "a digest was made; with a subscription, for that one's endpoint alone",
    "digest.undelivered": "a subscription's digest went to nobody, and why",
    "ladder.published": "a ladder file was put in force",
    "ladder.change_proposed": "a change of the ladder file waits for its approvals",
    "ladder.change_approved": "a party, or a forum, approved a change of the ladder file",
    "ladder.change_declined": "a party, or a forum, declined a change of the ladder file",
    "ladder.change_withdrawn": "a change of the ladder file was taken back",
    SUMMARY: "events that came late after an outage, all in one",
    PING: "an endpoint was asked to answer",
}
EVENT_TYPES: Mapping[str, str] = {
    **{
        kind.value: _OF_ISSUES.get(kind, "something happened to an issue")
        for kind in EventType
        if kind not in INTERNAL
    },
    **_OTHERS,
}
"""Each type that goes out, with what it tells."""


def known_types(types: Sequence[str]) -> tuple[str, ...]:
    """The types of a subscription, each once.

    Raises:
        Invalid: one of them is no type of event; the fault names the nearest.
    """
    faults = [
        Fault("unknown_word", not_among(kind, EVENT_TYPES), pointer=f"/types/{number}")
        for number, kind in enumerate(types)
        if kind not in EVENT_TYPES
    ]
    if faults:
        raise Invalid("An event type is not known; nothing was changed.", errors=faults)
    return tuple(dict.fromkeys(types))

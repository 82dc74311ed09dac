"""An issue as somebody sees it who comes back with a receipt: in plain words, and no more."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from escalation.services.desk import Desk
from escalation.services.reading.correspondence import passed
from escalation.services.views import told
from escalation.store import dialect, interactions, issues, timeline
from escalation.store.transaction import Connection, snapshot
from escalation.workflow.events import EventType
from escalation.workflow.facts import Facts
from escalation.workflow.interactions import Family, Interaction
from escalation.workflow.states import ClockKind, Status

_PAGE = 500
_WORDS: Mapping[Status, str] = {
    Status.OPEN: "We have it. It is with {rung}, who has still to begin on it.",
    Status.IN_PROGRESS: "{rung} is working on it.",
    Status.ON_HOLD: "It waits until {until} for {awaiting}; then {rung} goes on with it.",
    Status.TABLED: "It is with {rung}, which deals with it at its next meeting.",
    Status.RESOLVED: "It has an outcome.",
    Status.CLOSED: "It is closed.",
    Status.WITHDRAWN: "It was withdrawn.",
}
_AWAITS = {
    "raiser": "something from you",
    "agency": "the agency",
    "provider": "the provider",
    "third_party": "somebody else",
    "dependency": "another matter",
}
_NEXT: Mapping[Status, str] = {
    Status.ON_HOLD: "You need do nothing, unless something is awaited from you.",
    Status.RESOLVED: "If you do not accept the outcome you may dispute it: write to us here.",
    Status.CLOSED: "If the matter has come back, write to us here.",
    Status.WITHDRAWN: "Nothing more will happen; if it is a mistake, write to us here.",
}
_USUALLY = "You need do nothing. We write here; come back with your code to read it, or to write."
_RECORDED: Mapping[Family, str] = {
    Family.CONTACT: "We have recorded what you asked.",
    Family.FEEDBACK: "We have recorded what you told us, and it is counted.",
}
_UNRAISED = (
    "It is not treated as a complaint. If it is to be one, write to us here. We answer here; come "
    "back with your code to read it, or to write."
)
_SAID = {EventType.INFORMED.value: "us", EventType.CONTACTED.value: "you"}


def seen(desk: Desk, issue_id: str) -> dict[str, Any]:
    """What the raiser is told: reference, status, what comes next, messages, outcome, rights."""
    with snapshot(desk.engine) as connection:
        loaded = issues.load(connection, [issue_id])[issue_id]
        known = desk.registry.refresh(connection)
        under = desk.registry.agreement(connection, known, loaded.issue)
        said = interactions.of_issue(connection, issue_id)
        before = [] if said is None else list(passed(connection, said))
        messages = [*before, *_messages(connection, issue_id)]
        now = dialect.now(connection, desk.clock)
    issue, found = loaded.issue, Facts(loaded.issue, loaded.clocks, under, loaded.ended)
    return {
        "reference": issue.reference,
        "received_at": told(issue.received_at),
        "as_at": told(max(now, issue.updated_at)),
        "status": issue.status.value,
        "status_in_words": _status(found),
        "next": _NEXT.get(issue.status, _USUALLY),
        "hear_by": told(_hear_by(found)),
        "messages": messages,
        "outcome": _outcome(issue.outcome),
        "rights": _rights(found),
        "needs": issue.raiser.get("needs"),
    }


def seen_of(desk: Desk, said: Interaction) -> dict[str, Any]:
    """What the raiser is told of what they said and is no issue: that it is here, and messages."""
    with snapshot(desk.engine) as connection:
        messages = list(passed(connection, said.id))
        now = dialect.now(connection, desk.clock)
    return {
        "reference": said.reference,
        "received_at": told(said.received_at),
        "as_at": told(max(now, said.created_at)),
        "status": "recorded",
        "status_in_words": _RECORDED[said.family],
        "next": _UNRAISED,
        "hear_by": None,
        "messages": messages,
        "outcome": None,
        "rights": [],
        "needs": said.raiser.get("needs"),
    }


def _status(found: Facts) -> str:
    issue, hold = found.issue, found.issue.hold or {}
    rung = found.under.ladder.rung(issue.rung).title
    until = None
    if hold:
        zone = found.under.calendar(issue.calendar)
        until = f"{zone.local(datetime.fromisoformat(hold['until'])):%d %B %Y}"
    awaiting = _AWAITS.get(hold.get("awaiting", ""), "")
    return _WORDS[issue.status].format(rung=rung, until=until, awaiting=awaiting)


def _hear_by(found: Facts) -> datetime | None:
    clock = found.clock(ClockKind.INFORM)
    return None if clock is None else clock.due_at


def _messages(connection: Connection, issue_id: str) -> Iterator[dict[str, Any]]:
    """What was written to them and by them, oldest first."""
    after: int | None = 0
    while after is not None:
        page = timeline.entries(connection, issue_id, after=after, limit=_PAGE)
        for entry in page:
            by = _SAID.get(entry.type)
            theirs = by == "us" or entry.actor.get("kind") == "raiser"
            if by is not None and theirs and entry.visibility == "shared":
                yield {"at": told(entry.effective_at), "from": by, "text": entry.payload["text"]}
        after = page[-1].number if len(page) == _PAGE else None


def _outcome(outcome: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {name: outcome.get(name) for name in ("summary", "reasons", "remedy")}


def _rights(found: Facts) -> list[str]:
    """What they may do where they are not content, inside first."""
    outside = found.under.ladder.external_review.value
    review = (found.issue.outcome or {}).get("review")
    if review is None or review["right"] == outside:
        return [outside]
    until = "" if review["until"] is None else f" The window ends {review['until']}."
    return [f"{review['right']}{until}", outside]

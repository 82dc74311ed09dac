"""The pages on an issue's life: its state machine and its events, made from the workflow's code."""

from collections.abc import Iterable, Mapping

from escalation.workflow.events import INTERNAL, EventType
from escalation.workflow.guards import RULES, SEATED
from escalation.workflow.intake import CAME_AS
from escalation.workflow.machine import build
from escalation.workflow.meetings.rules import RULES as MEETING_RULES
from escalation.workflow.meetings.table import TABLE as MEETINGS
from escalation.workflow.meetings.table import Row as MeetingRow
from escalation.workflow.sides import NEEDS, Needs
from escalation.workflow.states import Act, MeetingAct, Status
from escalation.workflow.table import TABLE, Row

_STATES: Mapping[Status, str] = {
    Status.OPEN: "on an officers' rung, not acknowledged there",
    Status.IN_PROGRESS: "acknowledged on its rung",
    Status.ON_HOLD: "waiting for somebody until an instant; the agreed clocks stand still",
    Status.TABLED: "on a forum's rung, on the agenda of its next meeting",
    Status.RESOLVED: "an outcome was given; the review window runs",
    Status.CLOSED: "done; may be reopened",
    Status.WITHDRAWN: "taken back by its raiser; final",
}
_WHEN: Mapping[str, str] = {
    "at_forum": "it stands on a forum's rung",
    "at_officers": "it stands on an officers' rung",
    "lands_at_forum": "a forum sits where it goes",
    "lands_at_officers": "officers sit where it goes",
    "lands_nowhere": "there is no rung above",
    "climbs_lands_at_forum": "a forum sits on the rung above",
    "climbs_lands_at_officers": "officers sit on the rung above",
    "stays_here": "somebody leads yet, or the rung does not say `next_rung`",
    "passed_on_lands_at_forum": (
        "nobody is left to lead, the rung says `next_rung`, and a forum sits where it goes"
    ),
    "passed_on_lands_at_officers": (
        "nobody is left to lead, the rung says `next_rung`, and officers sit where it goes"
    ),
    "decides_to_resolve": "the effect is `resolve`",
    "decides_to_keep": "the effect is `keep`",
    "decides_to_move_lands_at_forum": "the effect is `climb` or `return`, to a forum",
    "decides_to_move_lands_at_officers": "the effect is `climb` or `return`, to officers",
}
_ENGINE = (
    ("acknowledge", "the lead and the rung above are told", "stays"),
    (
        "rung",
        "it climbs, or is told where the rung says `notify`; on the last rung it is exhausted",
        "`open` or `tabled` on the rung above",
    ),
    (
        "forum",
        (
            "not reached: tabled for the next meeting; at the carry-over limit it climbs, or on "
            "the last rung is exhausted"
        ),
        "`tabled`, or as on the rung above",
    ),
    (
        "out_of_session",
        "the forum is told that it was not decided between meetings; it waits for its meeting",
        "stays",
    ),
    ("overall", "past target is told", "stays"),
    ("inform", "the lead is reminded, and again at the same cadence", "stays"),
    (
        "hold",
        "it resumes, from the promised instant however late",
        "`in_progress` or `tabled`",
    ),
    ("review", "it closes", "`closed`"),
    (
        "advice",
        "whose advice was sought is reminded, and again at the same cadence",
        "stays",
    ),
    (
        "remind",
        "who holds an exhausted issue is reminded; a forum that was missing is looked for again",
        "stays",
    ),
    ("statutory", "a breach, told to the named people; nothing pauses it", "stays"),
)

_OF_ITSELF = """\
Two things more follow of themselves. Where the directory changes, or a term begins or ends, seats
are found again: a change is told once, and an issue whose leading seat has become empty on a rung
that says `next_rung` goes on to the rung above, `open` or `tabled` there. Where an issue that
another depends on is settled, a hold that waited for it ends: `in_progress`, or `tabled`.
"""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(row: Row) -> tuple[str, ...]:
    sources = "any" if row.sources == tuple(Status) else ", ".join(f"`{s}`" for s in row.sources)
    to = f"`{row.to}`" if row.to else "stays"
    rules = ", ".join(f"[`{rule}`](#{rule})" for rule in row.guards)
    return f"`{row.act}`", sources, to, _WHEN[row.when] if row.when else "", rules


def _diagram() -> str:
    """The machine's own transitions that lead to another state, the acts of a pair on one arrow."""
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for trigger, event in build().events.items():
        for source, ways in event.transitions.items():
            for way in ways:
                if way.dest != source:
                    arrows.setdefault((source, str(way.dest)), {})[trigger] = None
    lines = [f"    {a} --> {b}: {', '.join(acts)}" for (a, b), acts in arrows.items()]
    ends = [f"    [*] --> {s}" for s in ("open", "tabled", "resolved")]
    return "\n".join(["stateDiagram-v2", *ends, *lines, "    withdrawn --> [*]"])


def _needs() -> Iterable[tuple[str, str]]:
    """What each kind of act needs, with its acts in the order of the table."""
    acts = list(dict.fromkeys(row.act for row in TABLE))
    for needs in Needs:
        yield needs.value, ", ".join(f"`{act}`" for act in acts if NEEDS[act] is needs)


def _whose() -> str:
    return f"""\
## Whose act it is

Whoever's key names a person acts for the seats which that person holds and for no others; that an
act needs another seat is refused as [`{SEATED}`](#{SEATED}). An administrator acts for any seat,
and so does an operator whose key names nobody: what is done on behalf of one side (`propose`,
`agree`, `dissent`) then says for which `seat`. On a forum's rung its secretariat does what the
seats may do, but not what is done on behalf of one side. `available_acts` has what is open to who
asks.

{_table(("needs", "acts"), _needs())}
"""


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]


def _meeting_row(row: MeetingRow) -> tuple[str, ...]:
    guards = ", ".join(f"`{name}`" for name in row.guards)
    return f"`{row.act}`", f"`{row.source}`", f"`{row.to or row.source}`", guards


def state_machine() -> str:
    """The page on states, acts and rules."""
    rules = "\n".join(
        f"### {name}\n\n{_first_line(rule.__doc__)}\n"
        for name, rule in {**MEETING_RULES, **RULES}.items()
    )
    return f"""\
<!-- Made from the code: .venv/bin/python -m tools.docs -->
# The life of an issue

An issue is always in one state. People's and forums' acts move it by the table below; each row is
one line of `src/escalation/workflow/table.py`, and the diagram is drawn from the machine that is
built of it. An act that the present state does not have is refused as `not_when_<state>`; an act
that a rule forbids is refused by the rule's name. A refusal changes nothing, and its answer lists
the acts that the state has.

## States

{_table(("state", "an issue that is"), ((f"`{s}`", _STATES[s]) for s in Status))}
A new issue begins `open`, or `tabled` where it enters at a forum, or `resolved` at first contact.

## Diagram

Acts that leave the state as it is are not drawn.

```mermaid
{_diagram()}
```

## Acts

{_table(("act", "from", "to", "where", "refused by"), map(_row, TABLE))}
`{"`, `".join(MeetingAct)}` are done by a forum at its meeting, the other {len(Act)} by people.

{_whose()}
## Meetings

A meeting is `scheduled`, then `closed` or `cancelled`. Each row is one line of
`src/escalation/workflow/meetings/table.py`. An act that its state does not have is refused as
`meeting_<state>`; any of them as `not_your_forum` to whom it is not. [forums.md](forums.md) tells
how they go together.

{_table(("act", "from", "to", "refused by"), map(_meeting_row, MEETINGS))}
## What the engine does

Clocks are not refused: one whose step is not due, or that has ended, finds nothing to do.

{_table(("clock", "at its end", "state"), ((f"`{k}`", *more) for k, *more in _ENGINE))}
{_OF_ITSELF}
## Rules

{rules}"""


WHEN: Mapping[EventType, tuple[str, tuple[str, ...]]] = {
    EventType.LOGGED: (
        "it was raised, and stands on its first rung",
        (
            "title",
            *CAME_AS,
            "themes",
            "received_at",
            "ladder",
            "ola",
            "rung",
            "severity",
            "seats",
            "passed",
            "warnings",
            "raised_from",
        ),
    ),
    EventType.ACKNOWLEDGED: ("the holder of the leading seat acts on it", ("rung", "seats")),
    EventType.CHANGED: ("it was edited or reclassified: each field, from and to", ("changes",)),
    EventType.INFORMED: (
        "the raiser was told something; `also_owed` names issues merged into it, whose raisers too",
        ("text", "channel", "also_owed"),
    ),
    EventType.CONTACTED: (
        "somebody was in touch about it; by a receipt the raiser was, and the lead is to hear",
        ("text", "channel", "tells"),
    ),
    EventType.NOTED: ("somebody wrote a note", ("text", "channel")),
    EventType.HELD: ("it waits for somebody until an instant", ("until", "awaiting", "reference")),
    EventType.RESUMED: ("a hold was ended, by a person or by its own end", ("rung", "how")),
    EventType.WARNED: (
        (
            "a clock has come to a warning, or to its end (`end`), or its end lies beyond what "
            "its calendar knows (`horizon`); `tells` says who is to hear of an end"
        ),
        ("clock", "step", "rung", "ends_at", "tells", "budget"),
    ),
    EventType.WARNING_MISSED: (
        "a clock's end was processed before a warning that had come due: the engine had been away",
        ("clock", "step"),
    ),
    EventType.ESCALATED: (
        "it went up: by hand, by a skip, past target, at the carry-over limit, or by a decision",
        ("from", "to", "how", "passed", "skipped", "seats", "decision"),
    ),
    EventType.REFERRED_BACK: (
        "it went down with a question, or a forum decided to return it",
        ("from", "to", "how", "passed", "seats", "question", "decision"),
    ),
    EventType.REPORTED_UP: (
        "it was put before a higher body: in its digests, and on the agenda of its next meeting",
        ("forum", "meeting"),
    ),
    EventType.REASSIGNED: ("a seat was given to somebody by hand", ("seat", "from", "to", "role")),
    EventType.RECUSED: ("somebody is kept out of its seats from now on", ("seat", "person")),
    EventType.HOLDER_CHANGED: (
        "seats were resolved again and somebody else holds one",
        ("from", "seats"),
    ),
    EventType.SEAT_VACANT: (
        "nobody holds a seat of its rung; its forum, or whose advice was sought, is no more",
        ("rung", "side", "role", "detail", "tells", "advice"),
    ),
    EventType.PROPOSED: (
        "one side proposed an outcome on a rung that both resolve",
        ("rung", "seat", "number", "outcome"),
    ),
    EventType.AGREED: ("the other side agreed; it is resolved", ("rung", "seat", "answers")),
    EventType.DISSENTED: (
        "the other side dissented; it climbs, or is exhausted",
        ("rung", "seat", "answers", "grounds"),
    ),
    EventType.ADVICE_SOUGHT: (
        "a forum or a person was asked a question",
        ("advice", "forum", "person", "question", "due_at"),
    ),
    EventType.ADVICE_GIVEN: (
        "the answer came",
        ("advice", "forum", "person", "question", "answer"),
    ),
    EventType.LINKED: (
        "it was tied to another issue, from here or from there",
        ("issue", "as"),
    ),
    EventType.UNLINKED: (
        "such a tie was undone, from here or from there",
        ("issue", "as"),
    ),
    EventType.UPSTREAM_SETTLED: (
        "an issue that it depends on was resolved, closed or withdrawn",
        ("issue", "reference", "status"),
    ),
    EventType.MERGED: (
        "it was merged `into` another issue and closes, or `absorbed` another whose raiser joins",
        ("into", "absorbed", "rung"),
    ),
    EventType.TABLED: (
        "it came onto a meeting's agenda, or the meeting was moved (`moved_from`)",
        ("forum", "meeting", "starts_at", "late", "moved_from"),
    ),
    EventType.DEFERRED: (
        "a forum put it off, or did not reach it (`outcome`)",
        ("forum", "meeting", "outcome", "carried_over", "because", "tells"),
    ),
    EventType.NOTED_BY_FORUM: (
        "a body to which it was reported up has noted it",
        ("forum", "meeting", "text"),
    ),
    EventType.DECIDED: (
        "a forum decided on it",
        (
            "decision",
            "number",
            "meeting",
            "forum",
            "effect",
            "text",
            "conditions",
            "mover",
            "assents",
            "recused",
        ),
    ),
    EventType.RESOLVED: (
        "an outcome was given; `shown_to` names who handled it on lower rungs",
        ("rung", "outcome", "also_owed", "shown_to"),
    ),
    EventType.DISPUTED: (
        "the raiser does not accept the outcome; it climbed",
        ("from", "to", "how", "passed", "seats", "grounds", "handled_it_before", "recused"),
    ),
    EventType.REOPENED: (
        "it came back to the rung that had resolved it",
        ("from", "to", "how", "passed", "seats", "handled_it_before"),
    ),
    EventType.CLOSED: ("it was closed by hand, or its review window ended", ("rung",)),
    EventType.WITHDRAWN: ("its raiser took it back", ("rung",)),
    EventType.SURVEY_DUE: (
        "it is settled, and its raiser is to be asked once how it went: by which invitation",
        ("survey", "invitation", "expires_at"),
    ),
    EventType.EXHAUSTED: (
        "past target with nowhere to climb; told again at the ladder's cadence (`reminder`)",
        ("rung", "reminder", "external_review"),
    ),
    EventType.BREACHED: (
        "a time that the law gives is over; only sealed issues have such clocks",
        ("clock", "title", "clause", "rung", "tells"),
    ),
    EventType.SEALED: (
        "it was sealed, or is sensitive for other reasons than before",
        ("sensitive", "from"),
    ),
    EventType.NAMED: ("one more person may see it", ("person",)),
    EventType.UNNAMED: ("one person fewer may see it", ("person",)),
    EventType.REFERRED: (
        "it was put before another body, by hand or because the ladder file asks for it",
        ("referral", "to", "under", "by", "reference"),
    ),
    EventType.REFERRAL_RECORDED: (
        "what a referral came to",
        ("referral", "reference", "outcome"),
    ),
    EventType.LEARNED: ("what was learned of it, by who resolved or closed it", ("text", "shared")),
}
"""When each type is written, and the fields that its payload may have."""


def _event(kind: EventType) -> tuple[str, ...]:
    when, fields = WHEN[kind]
    sent = "no" if kind in INTERNAL else "yes"
    return f"`{kind}`", when, sent, ", ".join(f"`{name}`" for name in fields)


def events() -> str:
    """The page on the types of the timeline."""
    return f"""\
<!-- Made from the code: .venv/bin/python -m tools.docs -->
# Events of an issue

Everything that happens to an issue is an entry of its timeline, numbered from 1 without a gap. An
entry has three instants: `due_at`, when a clock had been due (entries of clocks only);
`effective_at`, from when it holds; `recorded_at`, when it was written. They differ where the engine
was away, and where a hold ends: that takes effect at the promised instant.

Types marked *sent* also go out to subscribers, unless the issue is sealed; the others stand on the
timeline only. A payload
has the fields named that have a value, `actor` (who did it), and on the first entry of an act the
`reason` and `note` that came with it.

{_table(("type", "when", "sent", "payload"), map(_event, EventType))}"""

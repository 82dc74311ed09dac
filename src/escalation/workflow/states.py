"""The words of an issue's life: its states, the acts on it, and the clocks that run on it."""

from enum import StrEnum


class Status(StrEnum):
    """Where an issue stands (domain: "The life of an issue")."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    TABLED = "tabled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


TERMINAL = frozenset({Status.CLOSED, Status.WITHDRAWN})
UNRESOLVED = (Status.OPEN, Status.IN_PROGRESS, Status.ON_HOLD, Status.TABLED)


class Act(StrEnum):
    """What people do to an issue that has been logged, spelt as in the REST path."""

    ACKNOWLEDGE = "acknowledge"
    INFORM = "inform"
    CONTACT = "contact"
    NOTE = "note"
    HOLD = "hold"
    RESUME = "resume"
    ESCALATE = "escalate"
    SKIP = "skip"
    REFER_BACK = "refer-back"
    REPORT_UP = "report-up"
    SEEK_ADVICE = "seek-advice"
    GIVE_ADVICE = "give-advice"
    REASSIGN = "reassign"
    RECUSE = "recuse"
    RECLASSIFY = "reclassify"
    LINK = "link"
    UNLINK = "unlink"
    MERGE = "merge"
    PROPOSE = "propose"
    AGREE = "agree"
    DISSENT = "dissent"
    RESOLVE = "resolve"
    DISPUTE = "dispute"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    NAME = "name"
    UNNAME = "unname"
    REFER = "refer"
    RECORD_REFERRAL = "record-referral"


class MeetingAct(StrEnum):
    """What a forum does to an issue on its agenda."""

    DECIDE = "decide"
    DEFER = "defer"


class Effect(StrEnum):
    """What a forum's decision does to the issue."""

    RESOLVE = "resolve"
    RETURN = "return"
    CLIMB = "climb"
    KEEP = "keep"


class ClockKind(StrEnum):
    """What a clock measures.

    ``out_of_session`` is the time that a forum's rung gives for deciding between meetings;
    ``remind`` is the cadence of an exhausted issue; of ``statutory`` clocks an issue may have
    several, each told apart by the rule of law that it counts for.
    """

    ACKNOWLEDGE = "acknowledge"
    RUNG = "rung"
    FORUM = "forum"
    OUT_OF_SESSION = "out_of_session"
    OVERALL = "overall"
    INFORM = "inform"
    HOLD = "hold"
    REVIEW = "review"
    ADVICE = "advice"
    REMIND = "remind"
    STATUTORY = "statutory"


class ClockClass(StrEnum):
    """Whether missing a clock's end is a past target, a reminder or a breach of law."""

    AGREED = "agreed"
    PLANNED = "planned"
    STATUTORY = "statutory"


CLASS_OF = {
    ClockKind.ACKNOWLEDGE: ClockClass.AGREED,
    ClockKind.RUNG: ClockClass.AGREED,
    ClockKind.FORUM: ClockClass.AGREED,
    ClockKind.OUT_OF_SESSION: ClockClass.AGREED,
    ClockKind.OVERALL: ClockClass.AGREED,
    ClockKind.INFORM: ClockClass.PLANNED,
    ClockKind.HOLD: ClockClass.PLANNED,
    ClockKind.REVIEW: ClockClass.PLANNED,
    ClockKind.ADVICE: ClockClass.PLANNED,
    ClockKind.REMIND: ClockClass.PLANNED,
    ClockKind.STATUTORY: ClockClass.STATUTORY,
}


class ClockState(StrEnum):
    """Whether a clock's time is being consumed."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class ClockEnd(StrEnum):
    """Why a clock ended."""

    FIRED = "fired"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"


END = "end"  # the step of a clock that is its end; every other step is a warning's text
HORIZON = "horizon"  # the step of a clock whose end lies beyond what its calendar knows

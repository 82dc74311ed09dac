"""Other fields of an issue, and what they make of its budgets, its agreement and its holders."""

from datetime import datetime
from typing import Any, cast

from msgspec.structs import replace

from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import RungKind
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.ledger import Interval
from escalation.workflow import clocks, forum
from escalation.workflow.case import Case
from escalation.workflow.climbing import Landing, warnings_of
from escalation.workflow.commands import Reclassify
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Clock, Facts
from escalation.workflow.passing_on import hand_over, passed_on
from escalation.workflow.sealing import align_statutory, seal
from escalation.workflow.states import ClockKind, Status


def reclassify(draft: Draft, case: Case[Reclassify], status: Status) -> None:
    """Other fields, and with them budgets, agreement and holders; anchors and intervals stay.

    Where that leaves nobody to lead, it goes on by the rung's empty-seat rule.
    """
    sensitive = case.ask.changes.get("sensitive")
    if sensitive is not None:
        seal(draft, sensitive)
    if _fields(case.ask):
        _reclassify(draft, case, status)


def where_reclassifying_leads(facts: Facts, ask: Reclassify, now: datetime) -> Landing | None:
    """The rung that other fields pass the issue on to; ``None`` where it stays."""
    if not facts.issue.unresolved or not _fields(ask) or not ask.changes["seats"]:
        return None
    after = replace(facts.issue, **_fields(ask), seats=ask.changes["seats"])
    return passed_on(_under(facts.under, ask), facts.issue, after, now)


def _fields(ask: Reclassify) -> dict[str, Any]:
    """The fields that change, without sealing and without what follows from them."""
    apart = {"sensitive", "seats", "entry"}
    return {name: value for name, value in ask.changes.items() if name not in apart}


def _under(under: Agreement, ask: Reclassify) -> Agreement:
    """What it stands under with these fields."""
    entry = ask.changes.get("entry")
    return under if entry is None else replace(under, ladder=entry.ladder)


def _reclassify(draft: Draft, case: Case[Reclassify], status: Status) -> None:
    left, changes = draft.ladder, _fields(case.ask)
    before = {name: getattr(case.issue, name) for name in changes}
    draft.set(**changes)
    if changes.get("agency") in case.issue.also_affects:
        others = (code for code in case.issue.also_affects if code != changes["agency"])
        draft.set(also_affects=tuple(others))
    moved = case.ask.changes.get("entry")
    if moved is not None:
        draft.under = _under(draft.under, case.ask)
        draft.set(ola=moved.ola, ladder=moved.ladder.id, cluster=moved.cluster)
        draft.set(calendar=moved.calendar, entry_reasons=moved.reasons, warnings=moved.warnings)
    rung = draft.ladder.rung(case.issue.rung)
    told = {name: {"from": before[name], "to": changes[name]} for name in changes}
    draft.event(EventType.CHANGED, {"changes": told})
    rebudget(draft, rung)
    align_statutory(draft, left, draft["sealing"].sensitive if draft["sealing"] else ())
    hand_over(draft, case.ask.changes["seats"], case.landing, status)
    if case.landing is None and draft["status"] is Status.TABLED:
        _wait_for_its_forum(draft, rung)


def _wait_for_its_forum(draft: Draft, rung: EffectiveRung) -> None:
    """For the same meeting by what it now stands under, or for one of another forum."""
    if forum.code_at(draft, rung) == draft["forum"]:
        forum.wait_again(draft, rung)
        return
    draft.stop(ClockKind.FORUM)
    forum.take_off(draft, "withdrawn")
    forum.table_next(draft, rung)


def rebudget(draft: Draft, rung: EffectiveRung) -> None:
    """Each agreed clock's budget derived again: same anchor, same running intervals."""
    severity, ladder = draft["severity"], draft.ladder
    agreed: dict[ClockKind, tuple[Duration, tuple[str, ...]]] = {
        ClockKind.OVERALL: (ladder.clocks.overall[severity].value, ()),
        ClockKind.INFORM: (ladder.clocks.inform[severity].value, ()),
    }
    if rung.kind is RungKind.OFFICERS:
        agreed[ClockKind.RUNG] = (rung.targets[severity].value, warnings_of(rung))
        agreed[ClockKind.ACKNOWLEDGE] = (rung.acknowledge[severity].value, ())
    for kind, (duration, warnings) in agreed.items():
        clock = draft.clock(kind)
        if clock is not None:
            draft.rebudget(clock, duration, warnings)
    _rebudget_out_of_session(draft, rung)


def _rebudget_out_of_session(draft: Draft, rung: EffectiveRung) -> None:
    """With other fields it has other time for being decided between meetings, some, or none."""
    clock, target = (
        draft.clock(ClockKind.OUT_OF_SESSION),
        rung.out_of_session.get(draft["severity"]),
    )
    if target is None:
        draft.stop(ClockKind.OUT_OF_SESSION)
    elif clock is not None:
        draft.rebudget(clock, target.value, ())
    elif _had_no_time_between_meetings(draft.facts):
        forum.begin_out_of_session(draft, rung)
        _as_if_from_entry(draft)


def _had_no_time_between_meetings(before: Facts) -> bool:
    issue = before.issue
    return issue.severity not in before.under.ladder.rung(issue.rung).out_of_session


def _as_if_from_entry(draft: Draft) -> None:
    """The time between meetings has run since entry whenever the issue's other clocks ran."""
    # Every unresolved issue has the one, and the other has just begun.
    overall = cast("Clock", draft.clock(ClockKind.OVERALL))
    begun = cast("Clock", draft.clock(ClockKind.OUT_OF_SESSION))
    ran = tuple(
        Interval(max(each.start, begun.anchor), each.end)
        for each in overall.intervals
        if each.end is None or each.end >= begun.anchor
    )
    calendar = draft.under.calendar(begun.calendar)
    draft.put(clocks.scheduled(begun, calendar, state=overall.state, intervals=ran))

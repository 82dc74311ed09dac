"""Other fields of an issue, and what they make of its budgets, its agreement and its holders."""

from typing import Any

from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import RungKind
from escalation.timekeeping.duration import Duration
from escalation.workflow import forum
from escalation.workflow.case import Case
from escalation.workflow.climbing import seat_anew, warnings_of
from escalation.workflow.commands import Reclassify
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.sealing import align_statutory, seal
from escalation.workflow.states import ClockKind, Status


def reclassify(draft: Draft, case: Case[Reclassify], status: Status) -> None:  # noqa: ARG001 - one shape
    """Other fields, and with them budgets, agreement and holders; anchors and intervals stay."""
    changes = dict(case.ask.changes)
    sensitive = changes.pop("sensitive", None)
    if sensitive is not None:
        seal(draft, sensitive)
    if changes.keys() - {"seats"}:
        _reclassify(draft, case, changes)


def _reclassify(draft: Draft, case: Case[Reclassify], changes: dict[str, Any]) -> None:
    moved = changes.pop("entry", None)
    seats = changes.pop("seats")
    before = {name: getattr(case.issue, name) for name in changes}
    draft.set(**changes)
    if changes.get("agency") in case.issue.also_affects:
        others = (code for code in case.issue.also_affects if code != changes["agency"])
        draft.set(also_affects=tuple(others))
    left, ladder = draft.ladder, draft.ladder if moved is None else moved.ladder
    rung = ladder.rung(case.issue.rung)
    if moved is not None:
        draft.ladder = ladder
        draft.set(ola=moved.ola, ladder=ladder.id, calendar=moved.calendar, cluster=moved.cluster)
        draft.set(entry_reasons=moved.reasons, warnings=moved.warnings)
    told = {name: {"from": before[name], "to": changes[name]} for name in changes}
    draft.event(EventType.CHANGED, {"changes": told})
    rebudget(draft, rung)
    align_statutory(draft, left, draft["sealing"].sensitive if draft["sealing"] else ())
    seat_anew(draft, rung, seats)
    if draft["status"] is Status.TABLED and forum.code_at(draft, rung) != draft["forum"]:
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

"""What sealing does: named people, the clocks of the law, referrals.

Acts have the shape of :mod:`escalation.workflow.acts`. Source: the domain's "Clocks" (statutory)
and "The life of an issue" (sealed issues).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from escalation.routing.effective import EffectiveLadder, StatutoryClock
from escalation.routing.vocabulary import Sensitivity, StatutoryStart, StatutoryStop
from escalation.workflow import clocks
from escalation.workflow.case import Case
from escalation.workflow.commands import Name, RecordReferral, Refer, Unname
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.sealed import Named, Referral, Sealing
from escalation.workflow.states import TERMINAL, ClockEnd, ClockKind, Status

_DONE_BY: dict[Status, frozenset[StatutoryStop]] = {
    Status.IN_PROGRESS: frozenset({StatutoryStop.ACKNOWLEDGE}),
    Status.ON_HOLD: frozenset({StatutoryStop.ACKNOWLEDGE}),
    Status.RESOLVED: frozenset(StatutoryStop) - {StatutoryStop.CLOSE},
    **dict.fromkeys(TERMINAL, frozenset(StatutoryStop)),
}
"""What an issue in a state has behind it: a clock that such an act would stop does not begin."""


def seal(draft: Draft, sensitive: Sequence[Sensitivity]) -> None:
    """Seal the issue, or say otherwise why it is: clocks of law and referrals begin at once."""
    before: Sealing | None = draft["sealing"]
    was = () if before is None else before.sensitive
    standing = before or Sealing(at=draft.now, sensitive=(), named=_who_seals(draft))
    new = [word for word in sensitive if word not in was]
    referrals = tuple(_referrals(draft, new))
    draft.set(
        sealing=replace(
            standing, sensitive=tuple(sensitive), referrals=(*standing.referrals, *referrals)
        )
    )
    told = {"sensitive": list(sensitive), "from": list(was) or None}
    draft.event(EventType.SEALED, told)
    for made in referrals:
        draft.event(EventType.REFERRED, _referral_told(made))
    align_statutory(draft, draft.ladder, was)


def _who_seals(draft: Draft) -> tuple[Named, ...]:
    """Whoever seals it knows of it already, and must be able to name others."""
    actor = draft.command.actor
    if actor.person is None:
        return ()
    return (Named(actor.person, actor.name, draft.now, "sealed it"),)


def _referrals(draft: Draft, new: Sequence[Sensitivity]) -> Iterable[Referral]:
    """The referrals that the ladder file asks for where an issue is sensitive in a new way."""
    for asked in draft.under.publication.file.base.referrals.values():
        if set(asked.sensitive) & set(new):
            yield Referral(
                id=draft.new_id("ref"),
                to=asked.to,
                under=asked.under,
                at=draft.now,
                by="the ladder file",
            )


# -- the clocks of the law


def rules_for(ladder: EffectiveLadder, sensitive: Iterable[Sensitivity]) -> list[StatutoryClock]:
    """The rules of a ladder that these sensitivities call for."""
    given = set(sensitive)
    return [rule for rule in ladder.clocks.statutory if given & set(rule.on)]


def align_statutory(draft: Draft, before: EffectiveLadder, was: Sequence[Sensitivity]) -> None:
    """Let exactly the rules run that ladder and sensitivities now call for.

    A rule that has been called for before is not begun again, whatever became of its clock; one
    that runs on is counted under today's budget and calendar from the same anchor.
    """
    sealing: Sealing | None = draft["sealing"]
    if sealing is None:
        return
    wanted = {rule.name: rule for rule in rules_for(draft.ladder, sealing.sensitive)}
    known = {rule.name for rule in rules_for(before, was)}
    for clock in draft.live_clocks():
        if clock.kind is not ClockKind.STATUTORY:
            continue
        rule = wanted.get(clock.rule or "")
        if rule is None:
            draft.put(clocks.ended(clock, draft.now, ClockEnd.SUPERSEDED))
        else:
            budget = rule.budget.value
            draft.rebudget(clock, budget, rule.warnings)
    for name, rule in wanted.items():
        if name not in known and rule.stops not in _DONE_BY.get(draft["status"], ()):
            _begin(draft, rule)


def _begin(draft: Draft, rule: StatutoryClock) -> None:
    draft.begin(
        ClockKind.STATUTORY, rule.budget.value, _anchor(draft, rule), rule.warnings, rule=rule.name
    )


def _anchor(draft: Draft, rule: StatutoryClock) -> datetime:
    """The instant that the rule counts from; of a matter without a date, its receipt."""
    anchors: dict[StatutoryStart, datetime | None] = {
        StatutoryStart.RECEIVED: draft["received_at"],
        StatutoryStart.OCCURRED: draft["occurred_at"],
        StatutoryStart.SEALED: draft["sealing"].at,
    }
    return anchors[rule.starts] or draft["received_at"]


# -- acts


def name(draft: Draft, case: Case[Name], status: Status) -> None:  # noqa: ARG001 - one shape
    """One more person may see it."""
    sealing: Sealing = draft["sealing"]
    ask, by = case.ask, draft.command.actor.name
    named = Named(ask.person, by, draft.now, ask.reason)
    draft.set(sealing=replace(sealing, named=(*sealing.named, named)))
    draft.event(EventType.NAMED, {"person": ask.person})


def unname(draft: Draft, case: Case[Unname], status: Status) -> None:  # noqa: ARG001 - one shape
    """One person fewer may see it."""
    sealing: Sealing = draft["sealing"]
    person = case.ask.person
    left = tuple(named for named in sealing.named if named.person != person)
    draft.set(sealing=replace(sealing, named=left))
    draft.event(EventType.UNNAMED, {"person": person})


def refer(draft: Draft, case: Case[Refer], status: Status) -> None:  # noqa: ARG001 - one shape
    """Put before another body."""
    sealing: Sealing = draft["sealing"]
    ask = case.ask
    made = Referral(
        id=draft.new_id("ref"),
        to=ask.to,
        under=ask.under,
        at=draft.now,
        by=draft.command.actor.name,
        reference=ask.reference,
    )
    draft.set(sealing=replace(sealing, referrals=(*sealing.referrals, made)))
    draft.event(EventType.REFERRED, _referral_told(made))


def record_referral(
    draft: Draft,
    case: Case[RecordReferral],
    status: Status,  # noqa: ARG001 - one shape
) -> None:
    """What the other body answered: its reference, or what came of it."""
    sealing: Sealing = draft["sealing"]
    ask = case.ask

    def recorded(made: Referral) -> Referral:
        if made.id != ask.referral:
            return made
        settled = made.outcome_at if ask.outcome is None else draft.now
        return replace(
            made,
            reference=ask.reference or made.reference,
            outcome=ask.outcome or made.outcome,
            outcome_at=settled,
        )

    draft.set(
        sealing=replace(sealing, referrals=tuple(recorded(made) for made in sealing.referrals))
    )
    told = {"referral": ask.referral, "reference": ask.reference, "outcome": ask.outcome}
    draft.event(EventType.REFERRAL_RECORDED, told)


def _referral_told(made: Referral) -> dict[str, str | None]:
    return {
        "referral": made.id,
        "to": made.to,
        "under": made.under,
        "by": made.by,
        "reference": made.reference,
    }

"""A ladder as it holds for one agreement: the agreement over the ladder over the base."""

from collections.abc import Iterable, Sequence
from typing import Any

from escalation.routing.effective import (
    Condition,
    EffectiveLadder,
    EffectiveRung,
    ForumRef,
    LadderClocks,
    Rule,
    Source,
    StatutoryClock,
    Valued,
)
from escalation.routing.involvement import involved
from escalation.routing.ladder import Conditions, InsertedRung, Ladder, LadderFile, RuleEntry
from escalation.routing.merging import Part, by_key, by_severity, optional, settled
from escalation.routing.positions import Positions
from escalation.routing.vocabulary import RungKind, SetBy, Side

Step = tuple[str, list[Part]]
"""A rung by its id, and who says what of it: base, ladder, agreement."""


def fold(
    file: LadderFile, positions: Positions, publication: str, ladder_id: str, ola: str | None
) -> EffectiveLadder:
    """The ladder of that id, with the overrides of the agreement where one is named."""
    ladder = file.ladders[ladder_id]
    whole = Part(file, (), SetBy.BASE, file.base.clause, publication, positions)
    base = whole.under("base")
    own = _spoken(whole, SetBy.LADDER, ladder.clause, "ladders", ladder_id)
    override = _override(whole, ladder, ola)
    over = [own] if override is None else [own, override]
    steps = _steps(base, own, override)
    standing = {rung_id for rung_id, _ in steps}
    return EffectiveLadder(
        id=ladder_id,
        title=ladder.title,
        version=ladder.version,
        scope=ladder.scope,
        publication=publication,
        ola=ola,
        calendar=_calendar(whole, own, ola),
        review_date=ladder.review_date,
        clause=ladder.clause,
        rungs=tuple(_rung(whole, rung_id, parts) for rung_id, parts in steps),
        entry=_rules(own, "entry", standing),
        skip=_rules(own, "skip", standing),
        clocks=_clocks([part.under("clocks") for part in (base, *over)]),
        external_review=settled([base, *over], "external_review"),
    )


def _spoken(whole: Part, set_by: SetBy, clause: str, *steps: str) -> Part:
    """The part under ``steps``, where a step may be a key of a table."""
    says, path = whole.says, whole.path
    for step in steps:
        says = says[step] if isinstance(says, dict) else getattr(says, step)
        path = (*path, step)
    return Part(says, path, set_by, clause, whole.publication, whole.positions)


def _override(whole: Part, ladder: Ladder, ola: str | None) -> Part | None:
    if ola is None or ladder.scope not in whole.says.olas[ola].overrides:
        return None
    clause = whole.says.olas[ola].overrides[ladder.scope].clause
    return _spoken(whole, SetBy.OLA, clause, "olas", ola, "overrides", ladder.scope)


def _calendar(whole: Part, own: Part, ola: str | None) -> Valued[str]:
    parts = [own]
    if ola is not None:
        clause = whole.says.olas[ola].clause
        parts.append(_spoken(whole, SetBy.OLA, clause, "olas", ola))
    return settled(parts, "calendar")


def _steps(base: Part, own: Part, override: Part | None) -> list[Step]:
    """The rungs in order, with what is inserted and without what is omitted."""
    below = base.under("rung")
    steps: list[Step] = [
        (rung.id, [below, _with_clause(own.under("rungs", number), rung.clause)])
        for number, rung in enumerate(own.says.rungs)
    ]
    if override is None:
        return steps
    for number, inserted in enumerate(override.says.insert):
        part = _with_clause(override.under("insert", number), inserted.clause)
        steps.insert(_place(steps, inserted), (inserted.id, [below, part]))
    for rung_id, parts in steps:
        changed = override.says.rungs.get(rung_id)
        if changed is not None:
            clause = changed.clause or override.clause
            parts.append(_spoken(override, SetBy.OLA, clause, "rungs", rung_id))
    return [step for step in steps if step[0] not in override.says.omit]


def _with_clause(part: Part, clause: str) -> Part:
    return Part(part.says, part.path, part.set_by, clause, part.publication, part.positions)


def _place(steps: Sequence[Step], inserted: InsertedRung) -> int:
    """Behind the rung it names, and behind what was inserted there before it."""
    place = 1 + [rung_id for rung_id, _ in steps].index(inserted.after)
    while place < len(steps) and _inserted_after(steps[place], inserted.after):
        place += 1
    return place


def _inserted_after(step: Step, rung_id: str) -> bool:
    says = step[1][-1].says
    return isinstance(says, InsertedRung) and says.after == rung_id


def _rung(whole: Part, rung_id: str, parts: list[Part]) -> EffectiveRung:
    forum = optional(parts, "forum")
    origins = {name: settled(parts, name) for name in ("title", "layer", "lead", "clause")}
    seats = by_side(parts)
    sources: dict[str, Source] = {name: valued.source for name, valued in origins.items()}
    sources |= {f"seats.{side}": valued.source for side, valued in seats.items()}
    if forum is not None:
        sources["forum"] = forum.source
    also = optional(parts, "also_layer")
    if also is not None:
        sources["also_layer"] = also.source
    return EffectiveRung(
        id=rung_id,
        title=origins["title"].value,
        layer=origins["layer"].value,
        kind=RungKind.OFFICERS if forum is None else RungKind.FORUM,
        lead=origins["lead"].value,
        seats={side: valued.value for side, valued in seats.items()},
        forum=None if forum is None else ForumRef(forum.value.kind, forum.value.of),
        targets=by_severity(parts, "target"),
        acknowledge=by_severity(parts, "acknowledge") if forum is None else {},
        warnings=settled(parts, "warnings"),
        empty_seat=settled(parts, "empty_seat"),
        past_target=settled(parts, "past_target"),
        resolve=settled(parts, "resolve"),
        clause=origins["clause"].value,
        grace=None if forum is None else settled(parts, "grace"),
        carry_over_limit=None if forum is None else settled(parts, "carry_over_limit"),
        out_of_session={} if forum is None else by_severity(parts, "out_of_session"),
        source=parts[1].source(),
        origins=sources,
        also_layer=None if also is None else also.value,
        responsibilities={
            **involved(whole, origins, seats, forum),
            **by_key(parts, "responsibilities"),
        },
    )


def by_side(parts: Sequence[Part]) -> dict[Side, Valued[Any]]:
    """The role of each side that has a seat."""
    seats = [part.under("seats") for part in parts if getattr(part.says, "seats", None)]
    found = {side: optional(seats, side.value) for side in Side}
    return {side: valued for side, valued in found.items() if valued is not None}


def _clocks(parts: list[Part]) -> LadderClocks:
    return LadderClocks(
        overall=by_severity(parts, "overall"),
        inform=by_severity(parts, "inform"),
        review=settled(parts, "review"),
        advice=settled(parts, "advice"),
        hold_caps=by_key(parts, "hold_caps"),
        remind=settled(parts, "remind"),
        statutory=tuple(
            _statutory(name, valued) for name, valued in by_key(parts, "statutory").items()
        ),
    )


def _statutory(name: str, valued: Valued[Any]) -> StatutoryClock:
    says, source = valued.value, valued.source
    cited = Source(source.publication, source.file, source.line, source.set_by, says.clause)
    return StatutoryClock(
        name=name,
        title=says.title,
        budget=Valued(says.budget, cited),
        on=says.sensitive,
        starts=says.starts,
        stops=says.stops,
        clause=says.clause,
        warnings=tuple(f"{w}%" if isinstance(w, int) else str(w) for w in says.warnings),
    )


def _rules(own: Part, name: str, standing: Iterable[str]) -> tuple[Rule, ...]:
    """The rules whose rung is still there."""
    entries: tuple[RuleEntry, ...] = getattr(own.says, name)
    known = set(standing)
    return tuple(
        Rule(entry.rung, _conditions(entry.when), entry.reason, own.under(name, number).source())
        for number, entry in enumerate(entries)
        if entry.rung in known
    )


def _conditions(when: Conditions) -> tuple[Condition, ...]:
    said = ((field, getattr(when, field)) for field in Conditions.model_fields)
    return tuple(Condition(field, frozenset(values)) for field, values in said if values)

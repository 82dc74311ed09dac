"""An effective ladder on the screen: its rungs, and where every value of it was set."""

from escalation.cli.screen import pairs, say, table
from escalation.routing.effective import EffectiveLadder, EffectiveRung, ForumRef, Valued
from escalation.routing.vocabulary import Severity, Side
from escalation.timekeeping.duration import Duration


def print_ladder(ladder: EffectiveLadder, label: str) -> None:
    """An effective ladder for people."""
    say(ladder.title)
    pairs(
        {
            "ladder": f"{ladder.id}, version {ladder.version}",
            "agreement": ladder.ola or "none: the ladder as it stands",
            "calendar": ladder.calendar.value,
            "review": str(ladder.review_date),
            "clause": ladder.clause,
            "published": f"{label} ({ladder.publication[:12]})",
        }
    )
    say()
    rows = [
        (str(number), rung.id, rung.title, _who(rung), *(_target(rung, s) for s in Severity))
        for number, rung in enumerate(ladder.rungs, start=1)
    ]
    table("Rungs, lowest first", ("", "rung", "title", "who acts", *Severity), rows)
    say()
    table(
        "Every value, and where it was set",
        ("value of", "is", "set by", "line", "clause"),
        [(path, value_told(valued.value), *_where(valued)) for path, valued in ladder.values()],
    )


def value_told(value: object) -> str:
    """Any effective value as the ladder file would say it."""
    if isinstance(value, ForumRef):
        return f"{value.kind.replace('_', ' ')} of the {value.of}"
    if isinstance(value, tuple):
        return ", ".join(f"{part}%" if isinstance(part, int) else str(part) for part in value)
    return str(value)


def _where(valued: Valued[object]) -> tuple[str, str, str | None]:
    source = valued.source
    return source.set_by.value, f"{source.file}:{source.line}", source.clause


def _who(rung: EffectiveRung) -> str:
    if rung.forum is not None:
        return value_told(rung.forum)
    seats = [(side, rung.seats[side].words) for side in Side if side in rung.seats]
    return " / ".join(f"{words} (leads)" if side is rung.lead else words for side, words in seats)


def _target(rung: EffectiveRung, severity: Severity) -> str:
    valued: Valued[Duration] | None = rung.targets.get(severity)
    if valued is not None:
        return str(valued.value)
    early = rung.out_of_session.get(severity)
    return "next meeting" if early is None else f"{early.value}, or next meeting"

"""Themes, read: the register with how often each came up among what the caller may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from escalation.clock import whole_second
from escalation.digests import periods, themes
from escalation.digests.themes import Agreed, Mention, Periods, Theme
from escalation.errors import Fault, Invalid, NotFound
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import mentions
from escalation.store import themes as store

STRETCHES = 4
"""How many periods one after the other a theme's trend is told over."""
FILTERS = ("status", "key_result_area", "layer", "owner", "forum", "plan")
"""What the register may be narrowed by; each one of some values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeQuestion:
    """Which themes, and in which period what came in is counted.

    ``since`` is without a value the beginning of the quarter; ``after`` the code of the last that
    was seen.
    """

    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: Sequence[str] = ()
    since: datetime | None = None
    as_at: datetime | None = None
    known_at: datetime | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class _Seen:
    """A look at the register: how it stood, in which periods, and what came in."""

    periods: Periods
    known_at: datetime
    zone: ZoneInfo
    themes: Sequence[Theme]
    agreed: Mapping[str, Sequence[Agreed]]
    mentions: Mapping[str, Sequence[Mention]]


def page(look: Look, question: ThemeQuestion) -> Page:
    """A page of the register, by code.

    Raises:
        Invalid: the period cannot be.
    """
    seen = _seen(look, question)
    fitting = [theme for theme in seen.themes if _fits(theme, question)]
    rest = [each for each in fitting if question.after is None or each.code > question.after]
    return page_of(
        rest,
        question.limit,
        lambda shown: (_view(seen, theme) for theme in shown),
        lambda theme: (theme.code, theme.id),
        len(fitting),
    )


def one(look: Look, name: str, question: ThemeQuestion) -> dict[str, Any]:
    """A theme with its trend over several periods and what carries it.

    Raises:
        NotFound: there was none of that code or id by then.
        Invalid: the period cannot be.
    """
    seen = _seen(look, question, stretches=STRETCHES)
    theme = next((each for each in seen.themes if name in {each.id, each.code}), None)
    if theme is None:
        raise NotFound(f"There is no theme {name}.")
    found = seen.mentions[theme.id]
    versions = [
        dict(themes.theme_told(each))
        for each in store.versions(look.connection, theme.id)
        if each.version <= theme.version
    ]
    return {**_view(seen, theme), "periods": _stretches(seen, found), "versions": versions}


def _seen(look: Look, question: ThemeQuestion, *, stretches: int = 1) -> _Seen:
    both, known_at = periods_of(look, question)
    zone, as_at = look.directory.zone, both.until
    register = store.standing(look.connection, as_at, known_at)
    agreed = store.agreed(look.connection, as_at, known_at, viewer=look.viewer)
    begin = themes.begins(both, (each for some in agreed.values() for each in some))
    asked = mentions.Asked(
        since=min(begin, edges(both, zone, stretches)[-1]),
        until=as_at,
        known_at=known_at,
        viewer=look.viewer,
    )
    came = mentions.mentions(look.connection, asked) if register else []
    return _Seen(both, known_at, zone, register, agreed, themes.mentions_by_theme(register, came))


def periods_of(look: Look, question: ThemeQuestion) -> tuple[Periods, datetime]:
    """The period that is asked for with the one before it, and what is known by when.

    Raises:
        Invalid: the period cannot be.
    """
    known_at, as_at = _instants(look, question)
    zone = look.directory.zone
    since = question.since or periods.quarter_begin(as_at, zone)
    if since >= as_at:
        _refuse("since", f"found {told(since)}, expected an instant before {told(as_at)}")
    return Periods(since, as_at, periods.before(since, as_at, zone)), known_at


def edges(both: Periods, zone: ZoneInfo, stretches: int) -> list[datetime]:
    """The end of the last of some periods one after the other, then when each began, backwards."""
    found = [both.until, both.since]
    for _ in range(stretches - 1):
        found.append(periods.before(found[-1], found[-2], zone))
    return found


def _instants(look: Look, question: ThemeQuestion) -> tuple[datetime, datetime]:
    known_at = question.known_at or look.now
    as_at = whole_second(question.as_at or known_at)
    if known_at > look.now:
        _refuse("known_at", f"found {told(known_at)}, which is ahead of now")
    if as_at > known_at:
        _refuse("as_at", f"found {told(as_at)}, which is ahead of {told(known_at)}")
    return known_at, as_at


def _refuse(parameter: str, detail: str) -> NoReturn:
    raise Invalid(
        "No themes were counted.", errors=[Fault("wrong_value", detail, parameter=parameter)]
    )


def _fits(theme: Theme, question: ThemeQuestion) -> bool:
    entry = themes.theme_told(theme)
    fits = all(entry[name] in values for name, values in question.among.items())
    text = f"{theme.code} {theme.title} {theme.description}".casefold()
    return fits and all(word.casefold() in text for word in question.words)


def _view(seen: _Seen, theme: Theme) -> dict[str, Any]:
    found, agreed = seen.mentions[theme.id], seen.agreed.get(theme.id, ())
    return {
        **themes.theme_told(theme),
        "since": told(seen.periods.since),
        "as_at": told(seen.periods.until),
        "known_at": told(seen.known_at),
        "frequency": themes.frequency(found, seen.periods),
        "actions": [themes.action_told(each) for each in agreed],
        "loop": themes.loop(found, agreed, seen.periods.until),
    }


def _stretches(seen: _Seen, found: Sequence[Mention]) -> list[dict[str, Any]]:
    """How often in each of some periods one after the other, the first first."""
    ends = edges(seen.periods, seen.zone, STRETCHES)
    return [
        {"since": told(since), "until": told(until), **themes.counted(found, since, until)}
        for until, since in pairwise(ends)
    ][::-1]

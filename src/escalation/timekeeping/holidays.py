"""Public holidays by country and state, from the ``holidays`` package.

Computed once, when a ladder file is read, and stored with it: a newer package moves nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches

import holidays

_JOIN = "; "
_SUBSTITUTE = " (observed)"


def closed_days(
    country: str,
    subdivision: str | None,
    years: Iterable[int],
    *,
    remove: Iterable[str] = (),
    language: str = "en_AU",
) -> Mapping[date, str]:
    """The public holidays of some years, each with its name, in order of date.

    ``country`` is an ISO 3166-1 code, ``subdivision`` the part after the hyphen of an ISO 3166-2
    code (``QLD``). ``remove`` takes holidays away by name, with their substitute days. Names are
    in ``language`` where the package has it for the country, else in the country's own.

    Raises:
        ValueError: for an unknown country or subdivision, or a name to remove that no holiday of
            those years has (names the nearest); for a year that the package does not know.
    """
    _check_place(country, subdivision)
    wanted = _within_reach(country, years)
    found = holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=wanted,
        expand=False,
        language=_language(country, language),
    )
    named = {day: str(label).split(_JOIN) for day, label in sorted(found.items())}
    gone = _expand(remove, {name for names in named.values() for name in names})
    kept = {day: [n for n in names if n not in gone] for day, names in named.items()}
    return {day: _JOIN.join(names) for day, names in kept.items() if names}


def _check_place(country: str, subdivision: str | None) -> None:
    known = holidays.list_supported_countries()
    if country not in known:
        msg = f"unknown country {country!r}; the nearest is {_nearest(country, known)!r}"
        raise ValueError(msg)
    if subdivision is not None and subdivision not in known[country]:
        near = _nearest(subdivision, known[country])
        msg = f"unknown subdivision {subdivision!r} of {country}; the nearest is {near!r}"
        raise ValueError(msg)


def _within_reach(country: str, years: Iterable[int]) -> list[int]:
    """The years in order; beyond its reach the package would answer that there are no holidays."""
    known = holidays.country_holidays(country)
    wanted = sorted(set(years))
    for year in wanted:
        if not known.start_year <= year <= known.end_year:
            reach = f"{known.start_year} to {known.end_year}"
            msg = f"the holidays of {country} are known for {reach}, not for {year}"
            raise ValueError(msg)
    return wanted


def _language(country: str, wanted: str) -> str | None:
    """A language that the country's holidays have: left open, it would be the machine's."""
    if wanted in holidays.list_localized_countries().get(country, []):
        return wanted
    return holidays.country_holidays(country).default_language


def _expand(remove: Iterable[str], names: set[str]) -> set[str]:
    """The names to take away, each with its substitute's."""
    gone = set()
    for name in remove:
        if name not in names:
            near = get_close_matches(name, sorted(names), n=3, cutoff=0.0)
            msg = f"no holiday is called {name!r}; the nearest are {', '.join(map(repr, near))}"
            raise ValueError(msg)
        gone |= {name, name + _SUBSTITUTE}
    return gone


def _nearest(word: str, known: Iterable[str]) -> str:
    return (get_close_matches(word, sorted(known), n=1, cutoff=0.0) or ["none"])[0]

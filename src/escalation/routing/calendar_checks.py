"""Whether each calendar of a ladder file can be run: its holidays, its windows, its horizon."""

from datetime import date

from pydantic import ValidationError

from escalation.routing.calendars import CalendarEntry, Expanded, expand, rules_of
from escalation.routing.positions import Path
from escalation.routing.sheet import Sheet
from escalation.routing.wording import quoted
from escalation.timekeeping.holidays import closed_days

HORIZON_YEARS = 3
"""How far ahead of today each calendar must know its dates."""

_LAST_SAFE_DAY = 28


def check_calendar(sheet: Sheet, name: str, today: date) -> None:
    """Refuse a calendar that cannot be expanded, or that does not reach far enough."""
    path: Path = ("calendars", name)
    before = len(sheet.faults)
    sheet.in_order("known_from", "known_until", *path)
    _horizon(sheet, path, today)
    if len(sheet.faults) > before:
        return
    try:
        entry = CalendarEntry.model_validate(sheet.at(*path))
    except ValidationError:
        return
    try:
        dates = expand(entry)
    except ValueError:
        _holidays(sheet, (*path, "holidays"), entry)
        return
    _windows(sheet, path, entry, dates)


def _horizon(sheet: Sheet, path: Path, today: date) -> None:
    until = sheet.day(*path, "known_until")
    day = min(today.day, _LAST_SAFE_DAY)
    needed = today.replace(year=today.year + HORIZON_YEARS, day=day)
    if until is not None and until < needed:
        detail = (
            f"found {quoted(str(until))}, expected a date at least {HORIZON_YEARS} years ahead; "
            f"the nearest is {quoted(str(needed))}"
        )
        sheet.refuse("short_horizon", (*path, "known_until"), detail)


def _holidays(sheet: Sheet, path: Path, entry: CalendarEntry) -> None:
    """Find which word of the holidays is the one that is not known."""
    holidays = entry.holidays
    if holidays is None:  # pragma: no cover - only holidays refuse to be expanded
        return
    years = range(entry.known_from.year, entry.known_until.year + 1)
    tries: list[tuple[Path, str | None, tuple[str, ...]]] = [
        ((*path, "country"), None, ()),
        ((*path, "state"), holidays.state, ()),
    ]
    tries += [
        ((*path, "remove", number), holidays.state, (name,))
        for number, name in enumerate(holidays.remove)
    ]
    for where, state, removed in tries:
        try:
            closed_days(holidays.country, state, years if removed else (), remove=removed)
        except ValueError as error:
            detail = f"found {quoted(str(sheet.at(*where)))}, expected a known one: {error}"
            sheet.refuse("unknown_holiday", where, detail.replace("'", "`"))
            if not removed:
                return


def _windows(sheet: Sheet, path: Path, entry: CalendarEntry, dates: Expanded) -> None:
    try:
        rules_of(str(path[-1]), entry, dates)
    except ValueError as error:
        detail = f"found {str(error).partition(': ')[2]}; expected windows in order, apart"
        sheet.refuse("wrong_value", (*path, "week"), detail, key=True)

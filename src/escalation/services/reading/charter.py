"""The customer service charter as anyone finds it: the version in force, or an earlier one.

Source: the framework's "Consulting with client agencies on the development of the charter".
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from escalation.errors import NotFound
from escalation.routing.directory import Directory
from escalation.routing.directory_file import ServiceCharterEntry
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.registry import Registry
from escalation.store import framework
from escalation.store.transaction import Connection, read

_NONE = "No customer service charter is published here yet."
_SECOND = timedelta(seconds=1)


def charter(desk: Desk, code: str | None = None) -> dict[str, Any]:
    """A version of the charter: without a code the one in force, or the first that will be.

    The standards of a version that is over are in the words that they had when it ended.

    Raises:
        NotFound: there is no charter, or none of that code.
    """
    with read(desk.engine) as connection:
        return _charter(connection, desk.registry, desk.clock.now(), code)


def _charter(
    connection: Connection, registry: Registry, now: datetime, code: str | None
) -> dict[str, Any]:
    directory = registry.refresh(connection).directory
    known = {} if directory is None else directory.file.service_charters
    if directory is None or not known:
        raise NotFound(_NONE)
    wanted = code or _in_force(known, now.astimezone(directory.zone).date())
    if wanted not in known:
        raise NotFound(f"There is no such charter: {not_among(wanted, known)}.")
    until = _until(known, wanted)
    then = directory
    if until is not None:
        then = _known_at(connection, registry, _last(until, directory), directory)
    return {
        **_view(wanted, known[wanted]),
        "until": None if until is None else until.isoformat(),
        "standards": _standards(known[wanted], then, directory),
        "versions": [
            {"id": each, "title": known[each].title, "effective": known[each].effective.isoformat()}
            for each in sorted(known, key=lambda each: known[each].effective, reverse=True)
        ],
    }


def _in_force(known: Mapping[str, ServiceCharterEntry], today: date) -> str:
    began = [code for code, entry in known.items() if entry.effective <= today]
    if began:
        return max(began, key=lambda code: known[code].effective)
    return min(known, key=lambda code: known[code].effective)


def _until(known: Mapping[str, ServiceCharterEntry], code: str) -> date | None:
    """The last day of a version; None where no later one is known."""
    later = [e.effective for e in known.values() if e.effective > known[code].effective]
    return min(later) - timedelta(days=1) if later else None


def _last(day: date, directory: Directory) -> datetime:
    """The last second of a day where the directory is."""
    return datetime.combine(day + timedelta(days=1), time(), directory.zone) - _SECOND


def _known_at(
    connection: Connection, registry: Registry, instant: datetime, otherwise: Directory
) -> Directory:
    stored = framework.directory_known_at(connection, instant)
    return otherwise if stored is None else registry.directory_of(connection, stored)


def _standards(
    entry: ServiceCharterEntry, then: Directory, now: Directory
) -> list[dict[str, str | None]]:
    known = {**now.file.service_standards, **then.file.service_standards}
    return [
        {
            "id": code,
            "title": known[code].title,
            "statement": known[code].statement,
            "clause": known[code].clause,
        }
        for code in entry.standards
    ]


def _view(code: str, entry: ServiceCharterEntry) -> dict[str, Any]:
    return {"id": code, **entry.model_dump(mode="json")}

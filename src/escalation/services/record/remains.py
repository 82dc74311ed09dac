"""What the seals alone do not show: what waits for one, heads of chains, disposals, strays."""

import json
from itertools import groupby
from operator import attrgetter
from typing import Any

from escalation.services.record.findings import MOST, Report
from escalation.services.record.walking import At, walk
from escalation.store import auditing, seals
from escalation.store.chain import GENESIS
from escalation.store.transaction import Connection

DISPOSALS = "disposals"
"""The chain of what was disposed of, by whom and under which class."""
DISPOSED = "record.disposed"


def verify_remains(connection: Connection, report: Report, *, aggregate: str | None = None) -> int:
    """Look at the whole record beside its seals, or at one chain; answers the entries looked at."""
    count = _waiting(connection, report, aggregate)
    _heads(connection, report, aggregate)
    _disposals(connection, report, aggregate)
    if aggregate is None:
        _left_over(connection, report)
    report.entries += count
    return count


def _waiting(connection: Connection, report: Report, only: str | None) -> int:
    """Entries that wait to be sealed follow from what is sealed, each from the one before."""
    count, at = 0, dict[str, At]()
    for some in seals.waiting_entries(connection, only):
        chains = {each: list(rows) for each, rows in groupby(some, attrgetter("aggregate"))}
        sealed = seals.ends(connection, list(chains))
        for each, rows in chains.items():
            last, hashed = sealed.get(each, (0, GENESIS))
            at = {each: walk(rows, at.get(each, (last + 1, hashed)), [], report)}
        count += len(some)
    return count


def _heads(connection: Connection, report: Report, only: str | None) -> None:
    for each, number, found in auditing.wrong_heads(connection, MOST, only):
        report.add(
            "head_differs",
            f"its head is entry {number}, the last entry found is {found or 'none'}",
            aggregate=each,
            number=number,
        )
    for (each,) in auditing.headless(connection, MOST, only):
        report.add("head_differs", "it is sealed, and what it belongs to is gone", aggregate=each)


def _disposals(connection: Connection, report: Report, only: str | None) -> None:
    for each, last, journal, kind, payload in auditing.disposed(connection, only):
        said = _said(payload) if (journal, kind) == (DISPOSALS, DISPOSED) else {}
        named = {said.get("aggregate"): said.get("through"), **said.get("alongside", {})}
        if int(named.get(each) or 0) < last:
            report.add(
                "disposed_unrecorded",
                "content is gone, and no disposal of it is on the record",
                aggregate=each,
                number=last,
            )


def _said(payload: str) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _left_over(connection: Connection, report: Report) -> None:
    """Every entry is sealed or waits to be, and none of both."""
    there, sealed, waiting = auditing.counts(connection)
    strange = auditing.strays(connection, MOST) if there != sealed + waiting else ()
    for event, aggregate, number in strange:
        report.add(
            "entry_added",
            "no seal covers it and it does not wait for one",
            aggregate=aggregate,
            number=number,
            event=event,
        )
    for (event,) in auditing.awaited_in_vain(connection, MOST):
        report.add("entry_missing", "it waits to be sealed, and is sealed or gone", event=event)

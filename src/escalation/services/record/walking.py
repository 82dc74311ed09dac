"""Along a chain: each entry's hash taken again from its content and the hash before it."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from escalation.services.record.findings import Report
from escalation.store.chain import SALT_LETTERS, leaf_of, linked
from escalation.store.merkle import leaf_hash

At = tuple[int, str]
"""The number that comes next in a chain, and the hash before it."""


def walk(
    rows: Iterable[Any], start: At, leaves: list[bytes], report: Report, seal: int | None = None
) -> At:
    """Take the hashes of one chain's entries again; their leaves are added to ``leaves``.

    Each change is told once: from it on, the hash that the entry itself has is gone by.

    Returns:
        What would come after the last of them.
    """
    number, previous = start
    for row in rows:
        event, chain, at, kind, due, holds, wrote, seen, payload, salt, hashed, gone = row
        if at != number:
            _out_of_order(row, number, report, seal)
            number = at
        inner = sha256(f"{salt}{payload}".encode()).hexdigest() if gone is None else gone
        right = linked(previous, at, kind, (due, holds, wrote), inner) == hashed
        shaped = len(salt) == SALT_LETTERS if gone is None else not (salt or payload)
        if not (right and shaped):
            _changed(row, report, seal)
        leaves.append(leaf_hash(leaf_of(event, chain, at, seen, hashed)))
        previous = hashed
        number += 1
    return number, previous


def _out_of_order(row: Any, expected: int, report: Report, seal: int | None) -> None:  # noqa: ANN401 - a row
    report.add(
        "entry_missing",
        f"entry {expected} belongs before it and is not there",
        aggregate=row[1],
        number=row[2],
        event=row[0],
        seal=seal,
    )


def _changed(row: Any, report: Report, seal: int | None) -> None:  # noqa: ANN401 - a row
    report.add(
        "entry_changed",
        "its content, type, number or instants are not what was recorded",
        aggregate=row[1],
        number=row[2],
        event=row[0],
        seal=seal,
    )

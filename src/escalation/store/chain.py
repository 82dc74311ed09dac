"""The hash chain of a timeline: each entry's hash covers its own content and the hash before it.

``SHA-256(previous, number, type, instants, SHA-256(salt + payload))``: payload and salt can be
disposed of later and the chain still verifies from the inner hash.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

GENESIS = ""
"""What stands before a timeline's first entry."""


def content_hash(salt: str, payload: str) -> str:
    """The hash of an entry's content alone."""
    return sha256(f"{salt}{payload}".encode()).hexdigest()


def link_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of an event row that follows ``previous``; the row's own hash is not looked at."""
    parts = (
        previous,
        str(row["number"]),
        row["type"],
        _told(row["due_at"]),
        _told(row["effective_at"]),
        _told(row["recorded_at"]),
        content_hash(row["salt"], row["payload"]),
    )
    return sha256("\n".join(parts).encode()).hexdigest()


def _told(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()

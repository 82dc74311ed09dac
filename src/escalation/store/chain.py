"""The hash chain of a timeline: each entry's hash covers its own content and the hash before it.

``SHA-256(previous, number, type, instants, SHA-256(salt + payload))``: payload and salt can be
disposed of later and the chain still verifies from the inner hash. A seal covers an entry by its
leaf, which says besides whose entry it is and who sees it.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

GENESIS = ""
"""What stands before a timeline's first entry."""
SALT_LETTERS = 32
"""Every salt has as many letters: where it ends and the payload begins is not to be moved."""


def content_hash(salt: str, payload: str) -> str:
    """The hash of an entry's content alone."""
    return sha256(f"{salt}{payload}".encode()).hexdigest()


def link_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of an event row that follows ``previous``; the row's own hash is not looked at."""
    instants = (row["due_at"], row["effective_at"], row["recorded_at"])
    inner = content_hash(row["salt"], row["payload"])
    return linked(previous, row["number"], row["type"], instants, inner)


def linked(
    previous: str,
    number: int,
    kind: str,
    instants: tuple[datetime | None, datetime, datetime],
    inner: str,
) -> str:
    """The hash of an entry by its parts; ``inner`` is its content's."""
    due_at, effective_at, recorded_at = instants
    due = "" if due_at is None else due_at.isoformat()
    told = f"{previous}\n{number}\n{kind}\n{due}\n{effective_at.isoformat()}\n"
    return sha256(f"{told}{recorded_at.isoformat()}\n{inner}".encode()).hexdigest()


def leaf_of(event_id: str, aggregate: str, number: int, visibility: str, hashed: str) -> bytes:
    """What a seal's tree has of an entry, before it is hashed as a leaf."""
    return f"{event_id}\n{aggregate}\n{number}\n{visibility}\n{hashed}".encode()

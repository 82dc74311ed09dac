"""Receipts: the code with which somebody who gave no name comes back to what they raised.

A code is 100 random bits, shown once. Its hash is kept for as long as what it leads to; for repeats
of the call that got it, the code itself is kept sealed as long as that call's answer is.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec.structs import replace

from escalation.errors import NotFound, TooMany
from escalation.ids import IdSource
from escalation.services.jobs import SEALED, Answer, Receipt
from escalation.services.secrets import Vault
from escalation.store import interactions, receipts
from escalation.store.access import Slot
from escalation.store.transaction import Engine, read
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import Interaction

RAISER = Actor(kind="raiser", name="the raiser")
"""Who writes by a receipt, as the timeline names them."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_LETTERS, _GROUP = 20, 4


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A code that has just been made, and what is kept of it."""

    code: str
    kept: Receipt


def make(ids: IdSource, vault: Vault | None = None) -> NewReceipt:
    """A fresh code; with a ``vault`` it can be told again to a repeat of the same call."""
    bits = int.from_bytes(ids.token(13), "big")
    letters = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(0, _LETTERS * 5, 5))
    code = "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))
    sealed = None if vault is None else vault.seal(code)
    return NewReceipt(code, Receipt(hash_of(code), sealed))


def owed(
    ids: IdSource, vault: Vault | None = None, *, anonymous: bool, held: str | None = None
) -> NewReceipt | None:
    """A fresh code for who gave no name, unless they have one (``held``): else how to come back?"""
    return make(ids, vault) if anonymous and held is None else None


def hash_of(code: str) -> str:
    """What is kept of a code, in whatever letters and with or without its hyphens."""
    return sha256(code.upper().translate(_READ_AS).encode()).hexdigest()


def opened(answer: Answer, vault: Vault) -> tuple[Answer, str | None]:
    """An answer without what is kept sealed in it, and the code that was."""
    sealed = answer.headers.get(SEALED)
    if sealed is None:
        return answer, None
    shown = {name: value for name, value in answer.headers.items() if name != SEALED}
    return replace(answer, headers=shown), vault.open(sealed)


def subject_of(engine: Engine, code: str) -> str | Interaction:
    """The id of the issue that a code leads to, or what was said under it and is no issue.

    Raises:
        NotFound: it is nobody's.
    """
    hashed = hash_of(code)
    with read(engine) as connection:
        issue = receipts.find(connection, hashed)
        said = None if issue is not None else interactions.of_receipt(connection, hashed)
    found = issue if said is None else said.issue_id or said
    if found is None:
        raise NotFound("Nothing was raised under this receipt code; look at each letter of it.")
    return found


def slot(code: str, path: str, key: str) -> Slot:
    """What an idempotency key of who has a code is unique within."""
    return Slot(f"receipt:{hash_of(code)}", "POST", path, key)


# -- against guessing

FREE = 5
"""Wrong codes from one address before it has to wait."""
FREE_TO_ALL = 200
"""Wrong codes from everywhere before everybody has to wait."""
LONGEST = timedelta(minutes=15)
"""The longest wait, and how long a wrong code is remembered."""
_ADDRESSES = 10_000
_EVERYWHERE = ""


@dataclass(slots=True)
class _Tries:
    count: int
    last: datetime


@dataclass(slots=True)
class Guesses:
    """Wrong codes that came to this process lately; each more makes the next wait twice as long."""

    _tries: OrderedDict[str, _Tries] = field(default_factory=OrderedDict)

    def check(self, address: str, now: datetime) -> None:
        """Let nobody try who has to wait.

        Raises:
            TooMany: with the seconds to wait.
        """
        wait = max(self._wait(address, FREE, now), self._wait(_EVERYWHERE, FREE_TO_ALL, now))
        if wait > timedelta(0):
            seconds = int(wait.total_seconds()) + 1
            raise TooMany(
                f"Too many wrong codes; try again in {seconds} seconds.",
                extra={"retry_after": seconds},
            )

    def wrong(self, address: str, now: datetime) -> None:
        """A code was nobody's."""
        for name in (address, _EVERYWHERE):
            before = self._tries.pop(name, None)
            recent = before is not None and now - before.last < LONGEST
            count = before.count + 1 if before is not None and recent else 1
            self._tries[name] = _Tries(count, now)
        while len(self._tries) > _ADDRESSES:
            self._tries.popitem(last=False)

    def _wait(self, address: str, free: int, now: datetime) -> timedelta:
        tries = self._tries.get(address)
        if tries is None or tries.count < free:
            return timedelta(0)
        pause = min(timedelta(seconds=2 ** min(tries.count - free, 30)), LONGEST)
        return tries.last + pause - now

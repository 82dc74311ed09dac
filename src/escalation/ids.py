"""Identifiers: a prefix that says what it is, and a UUIDv7 (RFC 9562) that sorts by time.

The only module that draws randomness. A replay passes a seeded :class:`IdSource`, and two
replays of one log then make the same identifiers.
"""

import os
import random
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, in order
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_SHIFTS = range(115, -1, -10)
_LENGTH = 26
_TIME = 10
"""How many letters of an identifier tell its instant."""


def _encode(value: int) -> str:
    """128 bits as 26 letters that sort as the number does."""
    return (
        _ALPHABET[value >> 125]
        + "".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])
        + _ALPHABET[value & 31]
    )


class _Drawn(threading.local):
    """Bytes of the system's randomness, drawn ahead; each thread of each process has its own."""

    pid = 0
    left = bytearray()


_drawn = _Drawn()
_AHEAD = 8_192


def _random_bits(count: int) -> int:
    """A number of ``count`` random bits, which nobody else is given.

    Asking the system lets go of the interpreter, which a busy thread then keeps for a while; so
    it is asked for many at a time.
    """
    size, pid = (count + 7) // 8, os.getpid()
    if _drawn.pid != pid or len(_drawn.left) < size:
        _drawn.pid, _drawn.left = pid, bytearray(secrets.token_bytes(max(_AHEAD, size)))
    left = _drawn.left
    taken = left[-size:]
    del left[-size:]
    return int.from_bytes(taken, "big") >> (size * 8 - count)


class IdSource:
    """Makes identifiers; one per process, safe to share between threads."""

    def __init__(self, bits: Callable[[int], int] = _random_bits) -> None:
        """Draw from ``bits(n)``, which answers a number of n random bits."""
        self._bits = bits

    @classmethod
    def seeded(cls, seed: int) -> "IdSource":
        """A source that makes the same identifiers each time it is asked in the same order."""
        return cls(random.Random(seed).getrandbits)  # noqa: S311 - repeatability is the point

    def new(self, prefix: str, at: datetime) -> str:
        """A new ``prefix_...`` identifier whose time part is ``at``."""
        millis = int(at.timestamp() * 1000)
        drawn = self._bits(74)
        value = (
            (millis << 80) | (7 << 76) | ((drawn >> 62) << 64) | (2 << 62) | (drawn & (2**62 - 1))
        )
        return f"{prefix}_{_encode(value)}"

    def token(self, nbytes: int = 32) -> bytes:
        """Random bytes for a secret."""
        return self._bits(nbytes * 8).to_bytes(nbytes, "big")


def named(prefix: str, *parts: str) -> str:
    """The identifier that these words always have: the same in every process, without a look-up."""
    digest = int.from_bytes(sha256("\x1f".join(parts).encode()).digest()[:16], "big")
    return f"{prefix}_{_encode(digest)}"


def derived(stem: str, *parts: str) -> str:
    """Another stem of the same instant: the same for the same words, whatever else was drawn."""
    return stem[:_TIME] + named("", stem, *parts)[1:][_TIME:]


def earliest(prefix: str, at: datetime) -> str:
    """What sorts before every identifier that was made at an instant or later."""
    return f"{prefix}_{_encode(int(at.timestamp() * 1000) << 80)}"


def made_at(text: str, prefix: str) -> datetime | None:
    """When an identifier that has a time part was made; None where it has not its form."""
    if not is_id(text, prefix):
        return None
    value = 0
    for letter in text[-_LENGTH:]:
        value = value << 5 | _ALPHABET.index(letter)
    try:
        return datetime.fromtimestamp((value >> 80) / 1000, UTC)
    except (ValueError, OverflowError):
        return None


def is_id(text: str, prefix: str) -> bool:
    """Whether ``text`` has the form of an identifier with this prefix."""
    head, _, tail = text.partition("_")
    return head == prefix and len(tail) == _LENGTH and set(tail) <= set(_ALPHABET)

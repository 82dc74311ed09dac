"""Identifiers: a prefix that says what it is, and a UUIDv7 (RFC 9562) that sorts by time.

The only module that draws randomness. A replay passes a seeded :class:`IdSource`, and two
replays of one log then make the same identifiers.
"""

import random
import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, in order
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_LENGTH = 26


def _encode(value: int) -> str:
    """128 bits as 26 letters that sort as the number does."""
    return (
        _ALPHABET[value >> 125]
        + "".join(_PAIRS[(value >> shift) & 1023] for shift in range(115, -1, -10))
        + _ALPHABET[value & 31]
    )


class IdSource:
    """Makes identifiers; one per process, safe to share between threads."""

    def __init__(self, bits: Callable[[int], int] = secrets.randbits) -> None:
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


def is_id(text: str, prefix: str) -> bool:
    """Whether ``text`` has the form of an identifier with this prefix."""
    head, _, tail = text.partition("_")
    return head == prefix and len(tail) == _LENGTH and set(tail) <= set(_ALPHABET)

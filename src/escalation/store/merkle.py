"""Merkle trees as RFC 6962 section 2.1 has them: one hash over many, and short proofs of each.

A leaf is hashed behind a zero byte, two nodes behind a one byte, so that neither passes for the
other. The left part of a tree is the largest power of two; pairing level by level, with the odd
last node handed up as it is, comes to the same.
"""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: 32 bytes."""
    return sha256(_LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in their order: 32 bytes; of none, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proofs(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """For each leaf the hashes beside its way to the root, the lowest first."""
    found: list[list[bytes]] = [[] for _ in leaves]
    level, height = list(leaves), 0
    while len(level) > 1:
        for leaf, proof in enumerate(found):
            beside = (leaf >> height) ^ 1
            if beside < len(level):
                proof.append(level[beside])
        level, height = _above(level), height + 1
    return found


def proven_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to from the leaf at ``index`` of ``size``; None where it cannot.

    RFC 9162 section 2.1.3.2.
    """
    at, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = sha256(_NODE + beside + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(_NODE + found + beside).digest()
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def _above(level: list[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(_NODE + left + right).digest() for left, right in pairs]
    if len(level) & 1:
        above.append(level[-1])
    return above

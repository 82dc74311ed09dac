from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.store.merkle import leaf_hash, proofs, proven_root, root

# The vectors that implementations of Certificate Transparency share.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + by_the_book(leaves[:half]) + by_the_book(leaves[half:])).digest()


@pytest.mark.parametrize(("size", "expected"), ROOTS.items())
def test_the_roots_are_those_that_others_come_to(size: int, expected: str) -> None:
    assert root([leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]).hex() == expected


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_each_leaf_is_proven_and_no_other(data: list[bytes]) -> None:
    leaves = [leaf_hash(each) for each in data]
    top = root(leaves)
    assert top == by_the_book(leaves)
    for index, (leaf, proof) in enumerate(zip(leaves, proofs(leaves), strict=True)):
        assert proven_root(leaf, index, len(leaves), proof) == top
        assert proven_root(sha256(leaf).digest(), index, len(leaves), proof) != top
        assert proven_root(leaf, index, len(leaves), [*proof, top]) != top

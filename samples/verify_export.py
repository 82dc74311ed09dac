"""Verify an export of the record without the product: ``python verify_export.py FILE [KEY]``.

KEY is the first public key, as the sealing place or a letter from the operator gave it. Needs
Python and ``pip install cryptography``. What it checks stands in docs/record.md.
"""

import json
import sys
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def digest(text):
    return sha256(text.encode()).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def signed_by(key, signature, text):  # raises InvalidSignature where it is not
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
        bytes.fromhex(signature), text.encode()
    )


def root_from(leaf, index, size, proof):  # RFC 9162, 2.1.3.2
    last, found = size - 1, leaf
    for beside in map(bytes.fromhex, proof):
        if index & 1 or index == last:
            found = sha256(b"\x01" + beside + found).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + beside).digest()
        index, last = index >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return found.hex()


def main(file, first_key=None):
    keys, seals, ends, before = [], {}, {}, None
    counted = 0
    for line in map(json.loads, open(file, encoding="utf-8")):
        if line["kind"] == "keys":
            keys = [key["public"] for key in line["keys"]]
            assert first_key in (None, *keys[:1]), "the first key is another"
            for old, new in zip(keys, line["keys"][1:]):
                text = canonical({"next_key": new["public"], "number": new["number"]})
                signed_by(old, new["endorsement"], text)
        elif line["kind"] == "seal":
            said = json.loads(line["statement"])
            assert said["key"] in keys, "a key of nobody"
            signed_by(said["key"], line["signature"], line["statement"])
            assert said["chains"] == digest(canonical(line["chains"])), "other chains"
            if before and before["number"] + 1 == said["number"]:
                assert said["previous"] == before["hash"], "a seal is missing"
            before = {"number": said["number"], "hash": digest(line["statement"])}
            seals[said["number"]] = said
            ends.update({(c[0], c[1]): c[3] for c in line["chains"]})
        else:
            whose, number = line["aggregate"], line["number"]
            inner = line["disposed"] or digest(line["salt"] + line["payload"])
            parts = [line["due_at"] or "", line["effective_at"], line["recorded_at"], inner]
            previous = ends.get((whose, number), "" if number == 1 else None)
            if previous is None:  # of an export that begins in the middle
                assert line["seal"] is None, f"before {whose} {number} something is missing"
            else:
                linked = digest("\n".join([previous, str(number), line["type"], *parts]))
                assert linked == line["hash"], f"{whose} {number} was changed"
            ends[whose, number + 1] = line["hash"]
            if line["seal"] is not None:
                said = seals[line["seal"]]
                names = [line["id"], whose, str(number), line["visibility"], line["hash"]]
                leaf = sha256(b"\0" + "\n".join(names).encode()).digest()
                came = root_from(leaf, line["index"], said["entries"], line["proof"])
                assert came == said["root"], f"{whose} {number} is not under its seal"
                counted += 1
    sealed = sum(said["entries"] for said in seals.values())
    print(
        f"{counted} of the {sealed} entries under {len(seals)} seals are here, as they were sealed."
    )
    print(f"The first key is {keys[0] if keys else 'none'}.")


main(*sys.argv[1:])

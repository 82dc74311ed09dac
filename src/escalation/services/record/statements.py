"""What a seal states, and the Ed25519 keys (RFC 8032) that sign it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from escalation.ids import IdSource
from escalation.store.base import canonical
from escalation.store.seals import Seal, SealKey, Stretch

VERSION = 1
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed; hashes and keys in hex, instants as RFC 3339 in UTC.

    ``previous`` is the SHA-256 of the statement before, empty in the first. ``root`` is the Merkle
    root over the leaves of ``entries`` entries, ``chains`` the SHA-256 of the list of stretches in
    canonical JSON, ``total`` what is sealed up to here. Nothing that was recorded by
    ``recorded_by`` is still to come; without it, more of it waits for the next seal.
    """

    number: int
    previous: str
    sealed_at: str
    recorded_by: str | None
    entries: int
    total: int
    root: str
    chains: str
    key: str
    version: int = VERSION

    @property
    def text(self) -> str:
        """The one text of it, which is signed and hashed."""
        return canonical(asdict(self))

    @classmethod
    def of(cls, text: str) -> "Statement | None":
        """The statement that a text is; None for one that nothing of ours wrote."""
        try:
            found = cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
        return found if found.text == text else None


def text_hash(text: str) -> str:
    """The hash by which the next seal names this one."""
    return sha256(text.encode()).hexdigest()


def chains_hash(stretches: Sequence[Stretch]) -> str:
    """The hash of what a seal covers of each chain."""
    return text_hash(canonical([each.told() for each in stretches]))


def new_secret(ids: IdSource) -> str:
    """A private key, in hex."""
    return ids.token(_KEY_BYTES).hex()


def public_of(secret: str) -> str:
    """The public key of a private one, in hex."""
    return _private(secret).public_key().public_bytes_raw().hex()


def signed(secret: str, text: str) -> str:
    """The signature of a text, in hex."""
    return _private(secret).sign(text.encode()).hex()


def holds(public: str, signature: str, text: str) -> bool:
    """Whether it is that key's signature of the text; false too for what is no key or signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    # One spelling of each: what was changed to capitals was changed.
    return (public, signature) == (public.lower(), signature.lower())


def endorsed_text(key: SealKey) -> str:
    """What the key before signs to hand over to this one."""
    return canonical({"next_key": key.public, "number": key.number})


def line_of(seal: Seal, stretches: Sequence[Stretch]) -> str:
    """A seal as a line of the sealing place and of an export: JSON, without the line's end."""
    return canonical(
        {
            "kind": "seal",
            "statement": seal.statement,
            "signature": seal.signature,
            "chains": [each.told() for each in stretches],
        }
    )


def _private(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))

"""The public keys of a provider: what its key set holds that a token may be signed with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from joserfc.util import base64_to_int

from escalation.services.oidc import strict_json
from escalation.services.oidc.trust import Algorithm

MOST = 100
"""Keys of one set that are looked at."""
SMALLEST_RSA = 2048
"""Bits."""
_CURVES: Mapping[str, str] = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """One public key, and the algorithm that the provider says it is for, if it says one."""

    id: str
    key: Key
    algorithm: str | None

    def fits(self, algorithm: Algorithm) -> bool:
        """Whether signatures of that algorithm may be by this key."""
        if self.algorithm not in {None, algorithm.value}:
            return False
        if algorithm.value.startswith(("RS", "PS")):
            return isinstance(self.key, RSAKey)
        if isinstance(self.key, ECKey):
            return self.key.curve_name == _CURVES.get(algorithm.value)
        ed25519 = isinstance(self.key, OKPKey) and self.key.curve_name == "Ed25519"
        return ed25519 and algorithm in {Algorithm.EDDSA, Algorithm.ED25519}


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys of a set, in its order; several may have one name."""

    keys: tuple[ProviderKey, ...]

    @classmethod
    def read(cls, text: bytes) -> "ProviderKeys":
        """The keys of a JWK set (RFC 7517); what is no public key for signatures is left out.

        Raises:
            ValueError: it is no set, or has none that can be used.
        """
        listed = strict_json.parsed(text).get("keys")
        if not isinstance(listed, list):
            raise ValueError("expected a list of `keys`")  # noqa: TRY004 - the text is wrong
        found = tuple(key for each in listed[:MOST] for key in _usable(each))
        if not found:
            raise ValueError("found no public key for signatures that has a `kid`")
        return cls(found)

    def has(self, name: str) -> bool:
        """Whether a key has that name."""
        return any(key.id == name for key in self.keys)

    def one(self, name: str, algorithm: Algorithm) -> Key | None:
        """The key of that name which fits the algorithm; none where it is not clear which."""
        found = [key.key for key in self.keys if key.id == name and key.fits(algorithm)]
        return found[0] if len(found) == 1 else None


def _usable(told: Any) -> Iterator[ProviderKey]:  # noqa: ANN401 - what another program sent
    if not isinstance(told, dict) or not isinstance(told.get("kid"), str):
        return
    try:
        if _for_signatures(told) and not _is_small(told):
            algorithm = told.get("alg")
            key = JWKRegistry.import_key(told)
            yield ProviderKey(told["kid"], key, None if algorithm is None else str(algorithm))
    except (JoseError, ValueError, TypeError, KeyError):
        return


def _for_signatures(told: dict[str, Any]) -> bool:
    public = told.get("kty") in {"RSA", "EC", "OKP"} and "d" not in told
    return (
        public and told.get("use", "sig") == "sig" and "verify" in told.get("key_ops", ["verify"])
    )


def _is_small(told: dict[str, Any]) -> bool:
    return told["kty"] == "RSA" and base64_to_int(told["n"]).bit_length() < SMALLEST_RSA

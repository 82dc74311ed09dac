"""Whether a token is what it says: signed by the provider, for us, and now.

Keys come from the provider's set alone and the algorithm from a fixed list; nothing that a token
says about keys is followed. The signature and the claims of RFC 7519 are the library's to check.
"""

import binascii
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from escalation.services.oidc import strict_json
from escalation.services.oidc.keys import ProviderKeys
from escalation.services.oidc.trust import Algorithm, BadToken, Claims, Reason, Trust

LONGEST = 16_384
"""Characters of a token; those of people in two hundred groups have some ten thousand."""
LONGEST_KEY_NAME = 256
LONGEST_SUBJECT = 255
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BRINGS_KEYS = frozenset({"jwk", "jku", "x5u", "x5c"})
_CHANGES_MEANING = frozenset({"crit", "b64", "cty", "zip", "enc"})
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
"""RFC 9068 names the first; most providers still say the last."""
_OF_OTHER_KINDS = frozenset({"nonce", "at_hash", "c_hash", "s_hash", "events"})


class _Fixed(JWSRegistry):
    """The algorithms that are trusted, and no other, whatever the library recommends."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401 - the library keeps the type to itself
        return self.algorithms[name] if name in (self.allowed or ()) else super().get_alg(name)


def is_token(secret: str) -> bool:
    """Whether it has dots as every JWT does, and no key of ours."""
    return "." in secret


def key_name(token: str, trust: Trust) -> tuple[str, Algorithm]:
    """Which key a token says it is signed with, and how; nothing of it is believed yet.

    Raises:
        BadToken: it is no JWT, or one that nobody's key could make good.
    """
    if len(token) > LONGEST:
        raise BadToken.because(Reason.SIZE)
    if not _FORM.fullmatch(token):
        raise BadToken.because(Reason.FORM)
    try:
        header = strict_json.parsed(urlsafe_b64decode(token.partition(".")[0].encode()))
    except (ValueError, RecursionError, binascii.Error):
        raise BadToken.because(Reason.HEADER) from None
    if header.keys() & (_BRINGS_KEYS | _CHANGES_MEANING):
        raise BadToken.because(Reason.HEADER)
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise BadToken.because(Reason.KIND)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in trust.algorithms:
        raise BadToken.because(Reason.ALGORITHM)
    name = header.get("kid")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_KEY_NAME:
        raise BadToken.because(Reason.KEY)
    return name, Algorithm(algorithm)


def verified(token: str, keys: ProviderKeys, trust: Trust, now: datetime) -> Claims:
    """What a token says, once it is known to be good at ``now``.

    Raises:
        BadToken: it is not, for one of many reasons.
    """
    name, algorithm = key_name(token, trust)
    key = keys.one(name, algorithm)
    if key is None:
        raise BadToken.because(Reason.KEY)
    try:
        signed = jws.deserialize_compact(token, key, registry=_Fixed(algorithms=[algorithm.value]))
    except (JoseError, ValueError):
        raise BadToken.because(Reason.SIGNATURE) from None
    try:
        claims = strict_json.parsed(signed.payload)
    except (ValueError, RecursionError):
        raise BadToken.because(Reason.PAYLOAD) from None
    _of_our_kind(claims)
    _in_order(claims, trust, now)
    _strong(claims, trust)
    return claims


def _of_our_kind(claims: Claims) -> None:
    """An access token: for a resource such as we are, and good in the hand of who brings it."""
    told = (claims.get("token_use", "access"), claims.get("typ", "Bearer"))
    if claims.keys() & _OF_OTHER_KINDS or told != ("access", "Bearer"):
        raise BadToken.because(Reason.KIND)
    if "cnf" in claims:  # RFC 7800: good only beside a proof that is not asked for here
        raise BadToken.because(Reason.BOUND)


def _in_order(claims: Claims, trust: Trust, now: datetime) -> None:
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(trust.leeway.total_seconds()),
        iss={"essential": True, "value": trust.issuer},
        aud={"essential": True, "value": trust.audience},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except ExpiredTokenError:
        raise BadToken.because(Reason.EXPIRED) from None
    except InvalidClaimError as error:
        early = error.claim in {"nbf", "iat"} and _is_number(claims[error.claim])
        raise BadToken.because(Reason.EARLY if early else Reason.CLAIMS) from None
    except ClaimError:
        raise BadToken.because(Reason.CLAIMS) from None
    if claims["exp"] > claims["iat"] + int(trust.longest.total_seconds()):
        raise BadToken.because(Reason.LONG_LIVED)
    subject: str = claims["sub"]
    if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise BadToken.because(Reason.CLAIMS)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _strong(claims: Mapping[str, Any], trust: Trust) -> None:
    said = claims.get("amr")
    methods: Collection[Any] = said if isinstance(said, list) else ()
    weak = trust.methods and not any(method in methods for method in trust.methods)
    if weak or (trust.contexts and claims.get("acr") not in trust.contexts):
        raise BadToken.because(Reason.FACTOR, trust)

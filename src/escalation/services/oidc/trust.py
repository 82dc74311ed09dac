"""What a token must be for this installation to take it: all is set, nothing is negotiated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from escalation.errors import Unauthenticated

Claims = Mapping[str, Any]


class Algorithm(StrEnum):
    """Signatures by a key of which only the public half is known here."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"
    ED25519 = "Ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The provider, whom its tokens must be for, and how they must be made.

    A token has to be signed by one of ``algorithms`` and live at most ``longest``; clocks may
    differ by ``leeway``. Where ``methods`` are named, its ``amr`` has to have one of them; where
    ``contexts`` are, its ``acr`` has to be one.
    """

    issuer: str
    audience: str
    algorithms: frozenset[Algorithm]
    leeway: timedelta
    longest: timedelta
    methods: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()


class Reason(StrEnum):
    """Why a token was turned away, for the log."""

    SIZE = "size"
    FORM = "form"
    HEADER = "header"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    PAYLOAD = "payload"
    KIND = "kind"
    BOUND = "bound"
    CLAIMS = "claims"
    LONG_LIVED = "long_lived"
    EARLY = "early"
    EXPIRED = "expired"
    FACTOR = "factor"
    STRANGER = "stranger"


UNTOLD = "This token is not accepted here. Get one for this service from the identity provider."
_TOLD: Mapping[Reason, str] = {
    Reason.EXPIRED: "This token has expired. Get another from the identity provider.",
    Reason.EARLY: "This token is not valid yet. Are the clocks right?",
    Reason.FACTOR: "This token does not say that you signed in as strongly as is demanded here.",
    Reason.STRANGER: "This token names nobody of the directory. Ask whoever keeps it to enter you.",
}
"""What whoever holds a token that the provider did sign for us is told; all else is told alike."""


class BadToken(Unauthenticated):
    """A token that opens nothing; ``extra["reason"]`` is for the log, ``challenge`` for whom it is.

    What was wrong is told of a token that is the provider's and for us; a forger learns nothing.
    """

    @classmethod
    def because(cls, reason: Reason, trust: Trust | None = None) -> "BadToken":
        """The refusal for one reason; ``trust`` says what a stronger sign-in would be."""
        told = _TOLD.get(reason, UNTOLD)
        error = "invalid_token"
        more = ""
        if reason is Reason.FACTOR:  # RFC 9470
            error = "insufficient_user_authentication"
            contexts = sorted(trust.contexts) if trust is not None else []
            more = f', acr_values="{" ".join(contexts)}"' if contexts else ""
        challenge = f'error="{error}", error_description="{told.partition(".")[0]}"{more}'
        return cls(told, extra={"reason": reason.value, "challenge": challenge})

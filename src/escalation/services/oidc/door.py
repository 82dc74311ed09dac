"""Lets callers in by a token of the identity provider."""

from dataclasses import dataclass
from datetime import UTC, datetime

from escalation.clock import Clock
from escalation.services.callers import Principal
from escalation.services.oidc.keyring import Keyring
from escalation.services.oidc.people import Table
from escalation.services.oidc.tokens import key_name, verified
from escalation.services.oidc.trust import BadToken, Claims, Reason, Trust
from escalation.services.registry import Known


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token that was good when it came, by what it says; it ends at ``until``."""

    claims: Claims
    until: datetime
    table: Table

    @property
    def key(self) -> None:
        """No key of ours has to do with it."""
        return

    @property
    def subject(self) -> str:
        """Who they are to the provider."""
        said: str = self.claims["sub"]
        return said

    def holder(self, known: Known, now: datetime) -> Principal:
        """Whom it names in the directory as it is known, with the role that it gives.

        Raises:
            BadToken: it has expired, or names nobody whom the directory has now.
            Forbidden: it gives nothing here.
        """
        if now >= self.until:
            raise BadToken.because(Reason.EXPIRED)
        return self.table.identity(self.claims, known.directory, now)


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Whom tokens are trusted of, the provider's keys, and how tokens are read."""

    trust: Trust
    keyring: Keyring
    table: Table
    clock: Clock

    def shown(self, token: str) -> ShownToken:
        """A token, once it has been found good; may ask the provider for its keys.

        Raises:
            BadToken: it is not.
            Busy: the provider's keys cannot be had.
        """
        name, _ = key_name(token, self.trust)
        keys = self.keyring.keys_for(name)
        claims = verified(token, keys, self.trust, self.clock.now())
        until = datetime.fromtimestamp(claims["exp"], UTC) + self.trust.leeway
        return ShownToken(claims, until, self.table)

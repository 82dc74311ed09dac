"""Lets callers in: by a key, known by the hash of what is sent, or by a token."""

from escalation.clock import Clock
from escalation.errors import Unauthenticated
from escalation.services.callers import NOT_LIVE, Caller, ShownKey
from escalation.services.keys import hash_of, well_formed
from escalation.services.oidc.door import TokenDoor
from escalation.services.oidc.tokens import is_token
from escalation.services.registry import Known, Registry
from escalation.services.uses import Uses
from escalation.store.access import StoredKey
from escalation.store.transaction import Engine, read

_NO_KEY = "Send a key of this installation: `Authorization: Bearer esc_...`."


class Doorkeeper:
    """Knows callers by their keys: from memory where it can, from the database where it must."""

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        clock: Clock,
        uses: Uses,
        tokens: TokenDoor | None = None,
    ) -> None:
        """Look keys up in ``registry``, and read it again through ``engine``; tell ``uses``.

        Tokens of an identity provider come in by ``tokens``, if it has one.
        """
        self._tokens = tokens
        self._uses = uses
        self._engine = engine
        self._registry = registry
        self._clock = clock

    def remembered(self, secret: str) -> Caller | None:
        """Whose key it is by what this process knows already; costs a look-up in a dictionary.

        Not for those whose rights follow from the directory: another process may have changed it.
        """
        known = self._registry.known
        try:
            caller = None if known is None else self._caller(known, hash_of(secret))
        except Unauthenticated:  # by a directory that another process may have changed
            return None
        return None if caller is None or caller.by_directory else caller

    def admitted(self, secret: str) -> Caller:
        """Whose key or token it is by what stands in the database now.

        Raises:
            Unauthenticated: it is nobody's, or has been revoked or has expired.
            Forbidden: it is a good token, and gives nothing here.
            Busy: it is a token, and the identity provider's keys cannot be had.
        """
        if self._tokens is not None and is_token(secret):
            shown = self._tokens.shown(secret)
            with read(self._engine) as connection:
                return Caller.by(shown, self._registry.refresh(connection), self._clock.now())
        if not well_formed(secret):
            raise Unauthenticated(f"That is not a key, or one that was mistyped. {_NO_KEY}")
        with read(self._engine) as connection:
            known = self._registry.refresh(connection)
        caller = self._caller(known, hash_of(secret))
        if caller is None:
            stands = hash_of(secret) in known.keys_by_hash
            raise Unauthenticated(NOT_LIVE if stands else f"Nobody has this key. {_NO_KEY}")
        return caller

    def confirmed(self, caller: Caller) -> None:
        """Look at a caller's key again, in the database: before work that is not the desk's.

        Raises:
            Unauthenticated: it has been revoked or has expired since.
        """
        with read(self._engine) as connection:
            caller.again(self._registry.refresh(connection), self._clock.now())

    def _caller(self, known: Known, hashed: str) -> Caller | None:
        key: StoredKey | None = known.keys_by_hash.get(hashed)
        now = self._clock.now()
        if key is None or not key.live(now):
            return None
        self._uses.note(key.id, now)
        return Caller.by(ShownKey(key.id), known, now)


def secret_of(authorization: str | None) -> str:
    """The key or token in an ``Authorization`` header.

    Raises:
        Unauthenticated: there is none, or it is of another scheme.
    """
    if authorization is None:
        raise Unauthenticated(f"Nobody is asking. {_NO_KEY}")
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(f"The Authorization header holds no bearer key. {_NO_KEY}")
    return secret.strip()

"""Who calls, and what they may: keys by the hash of what is sent, roles by what they permit."""

from dataclasses import dataclass

from escalation.clock import Clock
from escalation.errors import Forbidden, Unauthenticated
from escalation.services.keys import hash_of, well_formed
from escalation.services.registry import Known, Registry
from escalation.services.roles import PERMITTED, WHOLE, KeyRole, Permission
from escalation.services.uses import Uses
from escalation.services.viewers import viewer_of
from escalation.store.access import Slot, StoredKey
from escalation.store.transaction import Engine, read
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import Viewer

_NO_KEY = "Send a key of this installation: `Authorization: Bearer esc_...`."
_NOT_LIVE = "This key has been revoked or has expired; ask an administrator for another."


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose key was good when they came; the desk looks at it again before it writes."""

    key: str
    name: str
    role: KeyRole
    viewer: Viewer
    person: str | None = None

    @property
    def actor(self) -> Actor:
        """The caller as the timeline names them."""
        admin = self.role is KeyRole.ADMIN
        return Actor(
            kind="person", name=self.name, key=self.key, person=self.person, any_seat=admin
        )

    def may(self, permission: Permission) -> bool:
        """Whether their role permits it, and what they see of the installation is enough for it."""
        whole = permission not in WHOLE or not self.viewer.limited
        return whole and permission in PERMITTED[self.role]

    def require(self, permission: Permission) -> None:
        """Go no further without the permission.

        Raises:
            Forbidden: naming what is missing, and which roles have it.
        """
        if self.may(permission):
            return
        if permission in PERMITTED[self.role]:
            raise Forbidden(
                f"The permission `{permission}` concerns the whole installation, and this key is "
                "for a part of it; use a key without scopes."
            )
        having = " or ".join(role for role in KeyRole if permission in PERMITTED[role])
        raise Forbidden(
            f"This needs the permission `{permission}`, which the role `{self.role}` does not "
            f"have; use a key of the role {having}."
        )

    def slot(self, method: str, path: str, key: str) -> Slot:
        """What an idempotency key of theirs is unique within."""
        return Slot(self.key, method, path, key)


class Doorkeeper:
    """Knows callers by their keys: from memory where it can, from the database where it must."""

    def __init__(self, engine: Engine, registry: Registry, clock: Clock, uses: Uses) -> None:
        """Look keys up in ``registry``, and read it again through ``engine``; tell ``uses``."""
        self._uses = uses
        self._engine = engine
        self._registry = registry
        self._clock = clock

    def remembered(self, secret: str) -> Caller | None:
        """Whose key it is by what this process knows already; costs a look-up in a dictionary."""
        known = self._registry.known
        return None if known is None else self._caller(known, hash_of(secret))

    def admitted(self, secret: str) -> Caller:
        """Whose key it is by what stands in the database now.

        Raises:
            Unauthenticated: it is nobody's, or has been revoked or has expired.
        """
        if not well_formed(secret):
            raise Unauthenticated(f"That is not a key, or one that was mistyped. {_NO_KEY}")
        with read(self._engine) as connection:
            known = self._registry.refresh(connection)
        caller = self._caller(known, hash_of(secret))
        if caller is None:
            stands = hash_of(secret) in known.keys_by_hash
            raise Unauthenticated(_NOT_LIVE if stands else f"Nobody has this key. {_NO_KEY}")
        return caller

    def confirmed(self, caller: Caller) -> None:
        """Look at a caller's key again, in the database: before work that is not the desk's.

        Raises:
            Unauthenticated: it has been revoked or has expired since.
        """
        with read(self._engine) as connection:
            self.still_live(self._registry.refresh(connection), caller)

    def still_live(self, known: Known, caller: Caller) -> Caller:
        """Hold a caller's key against what has just been read; the caller as they are by that.

        Raises:
            Unauthenticated: it has been revoked or has expired since.
        """
        key = known.keys.get(caller.key)
        if key is None or not key.live(self._clock.now()):
            raise Unauthenticated(_NOT_LIVE)
        return self._called(known, key)

    def _caller(self, known: Known, hashed: str) -> Caller | None:
        key: StoredKey | None = known.keys_by_hash.get(hashed)
        now = self._clock.now()
        if key is None or not key.live(now):
            return None
        self._uses.note(key.id, now)
        return self._called(known, key)

    def _called(self, known: Known, key: StoredKey) -> Caller:
        viewer = viewer_of(key, known.directory, self._clock.now())
        return Caller(key.id, key.name, KeyRole(key.role), viewer, key.person)


def secret_of(authorization: str | None) -> str:
    """The key in an ``Authorization`` header.

    Raises:
        Unauthenticated: there is none, or it is of another scheme.
    """
    if authorization is None:
        raise Unauthenticated(f"Nobody is asking. {_NO_KEY}")
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(f"The Authorization header holds no bearer key. {_NO_KEY}")
    return secret.strip()

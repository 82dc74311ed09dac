"""Who calls, and what they may: as they are by what stands in the database at an instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from escalation.errors import Forbidden, Unauthenticated
from escalation.services.registry import Known
from escalation.services.roles import BY_PERSON, PERMITTED, WHOLE, KeyRole, Permission
from escalation.services.viewers import Holder, viewer_of
from escalation.store.access import Slot, StoredKey
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import Viewer

NOT_LIVE = "This key has been revoked or has expired; ask an administrator for another."


class Principal(Holder, Protocol):
    """Whose rights are asked for."""

    @property
    def id(self) -> str:
        """What their idempotency keys are theirs by."""

    @property
    def name(self) -> str:
        """What the timeline shows."""


class Shown(Protocol):
    """What somebody showed to be let in; whose it is may change while they are served."""

    @property
    def key(self) -> str | None:
        """The id of the API key, if it is one."""

    @property
    def subject(self) -> str | None:
        """Who an identity provider says they are, if it is a token of its."""

    def holder(self, known: Known, now: datetime) -> Principal:
        """Whose it is by what is known at ``now``.

        Raises:
            Unauthenticated: it opens nothing any more.
            Forbidden: nothing is permitted to whose it is.
        """


@dataclass(frozen=True, slots=True)
class ShownKey:
    """An API key, by its id."""

    key: str

    @property
    def subject(self) -> None:
        """No identity provider has to do with it."""
        return

    def holder(self, known: Known, now: datetime) -> StoredKey:
        """The key itself.

        Raises:
            Unauthenticated: it has been revoked or has expired, or goes by a person who is not
                in the directory, or whose dates there have ended.
        """
        found = known.keys.get(self.key)
        if found is None or not found.live(now):
            raise Unauthenticated(NOT_LIVE)
        person, directory = found.person, known.directory
        if person is None or directory is None or found.role not in BY_PERSON:
            return found
        if not directory.employed(person, now):
            raise Unauthenticated(f"This key goes by {person}, who is not in the directory now.")
        return found


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody as they were when they came; they are looked at again before anything is written.

    ``id`` is what their idempotency keys are theirs by. Who holds the database itself has shown
    nothing.
    """

    id: str
    name: str
    role: KeyRole
    viewer: Viewer
    person: str | None = None
    shown: Shown | None = None
    rate: str | None = None  # of their own, where they have one

    @classmethod
    def by(cls, shown: Shown, known: Known, now: datetime) -> "Caller":
        """Who has shown that, by what is known at ``now``.

        Raises:
            Unauthenticated: it opens nothing any more.
            Forbidden: nothing is permitted to whose it is.
        """
        holder = shown.holder(known, now)
        viewer = viewer_of(holder, known.directory, now)
        rate = holder.rate if isinstance(holder, StoredKey) else None
        role = KeyRole(holder.role)
        return cls(holder.id, holder.name, role, viewer, holder.person, shown, rate)

    def again(self, known: Known, now: datetime) -> "Caller":
        """The same caller as they are by what has just been read.

        Raises:
            Unauthenticated: what they showed has been revoked or has expired since.
            Forbidden: nothing is permitted to them any more.
        """
        return self if self.shown is None else Caller.by(self.shown, known, now)

    @property
    def by_directory(self) -> bool:
        """Whether what they see or may do changes with the directory."""
        return self.person is not None or self.viewer.limited

    @property
    def actor(self) -> Actor:
        """The caller as the timeline names them."""
        shown = self.shown
        return Actor(
            kind="person",
            name=self.name,
            key=None if shown is None else shown.key,
            subject=None if shown is None else shown.subject,
            person=self.person,
            any_seat=self.role is KeyRole.ADMIN,
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
        return Slot(self.id, method, path, key)

"""Keys, read: everything about them but the keys."""

from typing import Any

from escalation.errors import NotFound
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import access
from escalation.store.access import StoredKey


def listed(look: Look) -> list[dict[str, Any]]:
    """Every key there ever was, the oldest first."""
    return [view(key) for key in access.keys(look.connection)]


def one(look: Look, key_id: str) -> dict[str, Any]:
    """One key.

    Raises:
        NotFound: there is none of that id.
    """
    for key in access.keys(look.connection):
        if key.id == key_id:
            return view(key)
    raise NotFound(f"There is no key {key_id}.")


def view(key: StoredKey) -> dict[str, Any]:
    """A key: whose it is, what it may do, until when."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "role": key.role,
        "person": key.person,
        "scopes": {kind: list(codes) for kind, codes in (key.scopes or {}).items()},
        "rate": key.rate,
        "replaces": key.replaces,
        "created_by": key.created_by,
        "created_at": told(key.created_at),
        "expires_at": told(key.expires_at),
        "revoked_at": told(key.revoked_at),
        "last_used_at": told(key.last_used_at),
    }

"""Keys, read: everything about them but the keys."""

from functools import partial
from typing import Any

from escalation.errors import NotFound
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import access
from escalation.store.access import StoredKey
from escalation.store.keyset import Seen


def page(look: Look, *, after: Seen | None = None, limit: int) -> Page:
    """A page of every key there ever was, the newest first."""
    found = access.page_of_keys(look.connection, after=after, limit=limit + 1)
    return page_of(found, limit, partial(map, view), lambda key: (key.created_at, key.id))


def one(look: Look, key_id: str) -> dict[str, Any]:
    """One key.

    Raises:
        NotFound: there is none of that id.
    """
    found = access.one_key(look.connection, key_id)
    if found is None:
        raise NotFound(f"There is no key {key_id}.")
    return view(found)


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

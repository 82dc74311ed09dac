"""A provider's keys as a process keeps them: fetched when needed, kept while it is out of reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock

import structlog

from escalation.clock import Clock
from escalation.delivery.fetching import Unreachable
from escalation.errors import Busy
from escalation.services.oidc import strict_json
from escalation.services.oidc.keys import ProviderKeys

_log = structlog.get_logger(__name__)

FRESH = timedelta(minutes=10)
"""How long keys are used before the provider is asked again."""
PAUSE = timedelta(seconds=30)
"""How long the provider is left alone after it was asked, whatever tokens come meanwhile."""
PAUSE_WITHOUT = timedelta(seconds=5)
"""The same while no keys are held, and no token can be read."""
PLACES = 4
"""Threads that may ask or wait for the provider at once: a slow one holds up nobody with a key."""
DISCOVERY = "/.well-known/openid-configuration"

Fetch = Callable[[str], bytes]
"""The document at a URL; raises ``Unreachable``."""


@dataclass(frozen=True, slots=True)
class _Held:
    keys: ProviderKeys
    since: datetime


class Keyring:
    """The keys of one issuer, for all threads of a process."""

    def __init__(self, issuer: str, fetch: Fetch, clock: Clock, kept: timedelta) -> None:
        """Keys that could not be fetched again are used until they are ``kept`` old."""
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._kept = kept
        self._held: _Held | None = None
        self._asked_at: datetime | None = None
        self._asking = Lock()
        self._places = BoundedSemaphore(PLACES)

    def keys_for(self, name: str) -> ProviderKeys:
        """The keys, fetched anew where they are old or have none of that name; may take seconds.

        Raises:
            Busy: the provider has not been reached, for so long that no keys can be trusted.
        """
        now = self._clock.now()
        usable = self._usable(now)
        if usable is None or self._is_due(usable, name, now):
            self._ask_or_wait(name, now, served=usable is not None and usable.keys.has(name))
            usable = self._usable(now)
        if usable is None:
            raise Busy(
                "The identity provider cannot be reached, so no token can be read; try again "
                "shortly, or use a key of this installation.",
                extra={"retry_after": int(PAUSE_WITHOUT.total_seconds())},
            )
        return usable.keys

    def _ask_or_wait(self, name: str, now: datetime, *, served: bool) -> None:
        """Ask the provider, or wait for whoever does: not who is served already, nor a crowd."""
        if not self._places.acquire(blocking=False):
            return
        try:
            if self._asking.acquire(blocking=not served):
                try:
                    self._ask(name, now)
                finally:
                    self._asking.release()
        finally:
            self._places.release()

    def fetched(self) -> ProviderKeys:
        """The keys as the provider has them now.

        Raises:
            Unreachable: it, or its key set, cannot be had; or it is another issuer's.
        """
        told = _document(self._fetch(self._issuer.rstrip("/") + DISCOVERY))
        if told.get("issuer") != self._issuer:
            raise Unreachable("the discovery document is of another issuer, letter for letter")
        where = told.get("jwks_uri")
        if not isinstance(where, str):
            raise Unreachable("the discovery document names no `jwks_uri`")
        if not where.startswith("https://") and self._issuer.startswith("https://"):
            raise Unreachable("the discovery document names a `jwks_uri` without https")
        try:
            return ProviderKeys.read(self._fetch(where))
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"the key set cannot be used: {error}") from None

    def _usable(self, now: datetime) -> _Held | None:
        held = self._held
        return held if held is not None and now - held.since < self._kept else None

    def _is_due(self, held: _Held, name: str, now: datetime) -> bool:
        return now - held.since >= FRESH or not held.keys.has(name)

    def _ask(self, name: str, now: datetime) -> None:
        """Ask the provider, unless that was done a moment ago, by another thread perhaps."""
        usable = self._usable(now)
        if usable is not None and not self._is_due(usable, name, now):
            return
        pause = PAUSE_WITHOUT if usable is None else PAUSE
        if self._asked_at is not None and self._asked_at <= now < self._asked_at + pause:
            return
        self._asked_at = now
        try:
            self._held = _Held(self.fetched(), now)
        except Unreachable as error:
            _log.warning("identity_provider_unreachable", issuer=self._issuer, why=str(error))


def _document(text: bytes) -> dict[str, object]:
    try:
        return strict_json.parsed(text)
    except (ValueError, RecursionError):
        raise Unreachable("the discovery document is no JSON object") from None

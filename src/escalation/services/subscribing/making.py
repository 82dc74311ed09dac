"""The digest of each closed window: made once, and handed on once to whoever may have it by then.

A window is claimed for a while. Its digest is the one of its own instants, whoever makes it and
however often; that it is made and what is handed on are written in one transaction, by whoever
still holds the claim.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from escalation.errors import EscalationError, Invalid, Refused
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.services.subscribing.grounds import Grounds
from escalation.services.subscribing.recipients import Addressee, Lost, addressee_of
from escalation.services.views import told
from escalation.store import dialect, journal, subscriptions, windows
from escalation.store.digests import StoredDigest
from escalation.store.subscriptions import Subscription
from escalation.store.transaction import Connection, read
from escalation.store.windows import Ending, Window, WindowState
from escalation.workflow.facts import ENGINE

_log = structlog.get_logger(__name__)

AT_ONCE = 10
"""Windows that are claimed at once."""
CLAIMED = timedelta(minutes=10)
"""How long a claimed window belongs to who claimed it."""
FIRST_WAIT = timedelta(seconds=10)
"""How long a window is left alone after the first try that failed; doubled after each other."""
LONGEST_WAIT = timedelta(hours=1)
UNDELIVERED = "digest.undelivered"


@dataclass(frozen=True, slots=True)
class Ready:
    """The digest of a window, for whom it is, and the earlier ones that are told with it."""

    window: Window
    subscription: Subscription
    addressee: Addressee
    stored: StoredDigest
    earlier: Sequence[Window]

    @property
    def late(self) -> timedelta:
        """How long after its promised end the window was closed."""
        return self.window.closed_at - self.window.as_at


class Post(Protocol):
    """What hands a digest on to its recipient."""

    def files(self, desk: Desk, ready: Ready) -> Mapping[str, bytes]:
        """Make what takes long, before the transaction."""
        ...

    def hand_on(
        self, connection: Connection, ready: Ready, files: Mapping[str, bytes], now: datetime
    ) -> str | None:
        """Hand it on in the caller's transaction; answers as what, None where nothing does."""
        ...


def make_due(desk: Desk, post: Post, *, timeout: float | None = None) -> int:
    """Make the digests of a chunk of closed windows; answers how many were looked at."""
    with read(desk.engine) as connection:
        now = dialect.now(connection, desk.clock)
        if not windows.waiting(connection, now):
            return 0

    def chore(connection: Connection, now: datetime) -> Sequence[Window]:
        return windows.claim(connection, now, now + CLAIMED, AT_ONCE)

    claimed: Sequence[Window] = desk.do(chore).result(timeout)
    for window in claimed:
        try:
            _make(desk, post, window)
        except Exception as error:  # noqa: BLE001 - it is tried again, and the others are made
            _put_off(desk, window, error)
    return len(claimed)


def _make(desk: Desk, post: Post, window: Window) -> None:
    with read(desk.engine) as connection:
        grounds = Grounds.of(desk, connection, dialect.now(connection, desk.clock))
        about = _subscription(connection, window)
        if windows.waits_before(connection, window):
            raise _Waits(f"{window.id} waits for an earlier one")
        lost = _lost(grounds, about)
    if lost is not None:
        _end_without(desk, window, about, WindowState.REFUSED, lost)
        return
    try:
        made = digests.make(desk, _request(about, window), ENGINE)
    except (Invalid, Refused) as error:
        _end_without(desk, window, about, WindowState.FAILED, str(error))
        return
    _hand_on(desk, post, window, made.stored)


def _subscription(connection: Connection, window: Window) -> Subscription:
    found = subscriptions.find(connection, window.subscription_id)
    if found is None:
        raise AssertionError(f"{window.id} is a window of nothing")
    return found


class _Waits(Exception):
    """It is not its turn yet."""


def _lost(grounds: Grounds, about: Subscription) -> str | None:
    """Why nobody is to have it any more, if nobody is."""
    try:
        _addressee(grounds, about)
    except Lost as error:
        return str(error)
    return None


def _addressee(grounds: Grounds, about: Subscription) -> Addressee:
    """Who is to have it now.

    Raises:
        Lost: there is nobody, or they may not read it any more.
    """
    found = addressee_of(
        grounds.connection,
        grounds.known,
        grounds.now,
        about.recipient,
        forum=about.forum,
        made_by=about.made_by,
    )
    if not found.may_have(about.profile, grounds.framework):
        raise Lost(f"{found.name} may not read what {about.profile} shows any more")
    return found


def _request(about: Subscription, window: Window) -> Request:
    """The question of a window: always the same, so that its digest is made once."""
    return Request(
        profile=about.profile,
        as_at=window.as_at,
        known_at=window.closed_at,
        since=window.since,
        marking=about.marking,
        periods=about.periods,
    )


def _hand_on(desk: Desk, post: Post, window: Window, stored: StoredDigest) -> None:
    """Hand a digest on and end its window, by who may have it at that moment."""
    with read(desk.engine) as connection:
        ready = _ready(desk, connection, window, stored, dialect.now(connection, desk.clock))
    files = {} if window.gathered else post.files(desk, ready)

    def chore(connection: Connection, now: datetime) -> None:
        again = _ready(desk, connection, window, stored, now)
        if not windows.held(connection, window):
            return
        handed_to = None if window.gathered else post.hand_on(connection, again, files, now)
        ending = Ending(WindowState.MADE, digest=stored.id, handed_to=handed_to)
        windows.end(connection, window, ending, now)

    desk.do(chore).result()


def _ready(
    desk: Desk, connection: Connection, window: Window, stored: StoredDigest, now: datetime
) -> Ready:
    """What is to be handed on, by what holds now.

    Raises:
        Lost: there is nobody to have it any more.
    """
    grounds = Grounds.of(desk, connection, now)
    about = _subscription(connection, window)
    earlier = windows.gathered_before(connection, window)
    return Ready(window, about, _addressee(grounds, about), stored, earlier)


def _end_without(
    desk: Desk, window: Window, about: Subscription, state: WindowState, why: str
) -> None:
    """Nobody has this window's digest; whoever administers the installation is told."""
    made = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()
    payload = {
        "subscription": about.id,
        "profile": about.profile,
        "recipient": dict(about.recipient),
        "window": window_told(window),
        "state": state.value,
        "why": why,
    }

    def chore(connection: Connection, now: datetime) -> bool:
        if not windows.held(connection, window):
            return False
        windows.end(connection, window, Ending(state, why), now)
        journal.record(
            connection,
            about.id,
            event_id=made[0],
            kind=UNDELIVERED,
            payload=payload,
            actor=ENGINE,
            now=now,
            salt=made[1],
            sent=True,
        )
        return True

    if desk.do(chore).result():
        _log.warning("digest_undelivered", subscription=about.id, window=window.number, why=why)


def _put_off(desk: Desk, window: Window, error: Exception) -> None:
    """Try again later, ever more seldom; one that waits for another is no failure."""
    wait = min(FIRST_WAIT * 2 ** min(window.tries - 1, 10), LONGEST_WAIT)
    known = isinstance(error, (EscalationError, _Waits))
    if isinstance(error, _Waits):
        wait = FIRST_WAIT
    else:
        _log.warning("window_put_off", window=window.id, tries=window.tries, error=repr(error))
    why = str(error) if known else "it failed; the log says why"

    def chore(connection: Connection, now: datetime) -> None:
        windows.put_off(connection, window, now + wait, why)

    desk.do(chore).result()


def window_told(window: Window) -> dict[str, object]:
    """A window as events and messages tell it."""
    return {
        "number": window.number,
        "since": told(window.since),
        "as_at": told(window.as_at),
        "closed_at": told(window.closed_at),
    }

"""What an answer means for a delivery: done, again later, or never again.

The schedule is the example of the Standard Webhooks specification: ten attempts in about 75 hours.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus

SCHEDULE = tuple(
    timedelta(seconds=s) for s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""The wait after the first, second, ... failed attempt."""
ATTEMPTS = len(SCHEDULE) + 1
JITTER = 0.1
"""The share of a wait that may be added to it, so that receivers are not met by all at once."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
_DIGITS = 9


class Outcome(StrEnum):
    """What came of one attempt."""

    ACCEPTED = "accepted"  # 2xx
    GONE = "gone"  # 410
    REDIRECTED = "redirected"  # 3xx, never followed
    REFUSED = "refused"  # any other status
    TIMED_OUT = "timed_out"  # no whole answer before the deadline
    UNREACHABLE = "unreachable"  # no connection
    UNTRUSTED = "untrusted"  # no acceptable certificate
    FORBIDDEN_ADDRESS = "forbidden_address"  # an address that nothing is sent to
    BROKEN_ANSWER = "broken_answer"  # what came is not the protocol, or broke off
    UNCONFIRMED = "unconfirmed"  # all was sent to people, and whether it was taken is not known
    WITHHELD = "withheld"  # not sent: its recipient may not see it any more, or has no address


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: the status where there is one, and the ``Retry-After`` as it was sent.

    ``answer`` is how the receiver's own words begin. What is ``lost`` is not tried again.
    """

    outcome: Outcome
    detail: str
    status: int | None = None
    retry_after: str | None = None
    answer: str | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: done, due again after ``wait``, or dead; ``disable`` closes the endpoint."""

    done: bool = False
    wait: timedelta | None = None
    disable: bool = False


def outcome_of(status: int) -> Outcome:
    """What a status means."""
    if 200 <= status < 300:  # noqa: PLR2004 - the class of statuses that accept
        return Outcome.ACCEPTED
    if 300 <= status < 400:  # noqa: PLR2004 - the class of statuses that redirect
        return Outcome.REDIRECTED
    return Outcome.GONE if status == HTTPStatus.GONE else Outcome.REFUSED


def following(result: Result, attempt: int, key: str, now: datetime) -> Next:
    """What follows the ``attempt``-th attempt (from 1); ``key`` settles its jitter.

    A receiver that is gone keeps what is due to it: it counts once its endpoint is enabled again.
    """
    if result.outcome is Outcome.ACCEPTED:
        return Next(done=True)
    if result.lost:
        return Next()
    if result.outcome is Outcome.GONE:
        return Next(wait=SCHEDULE[0], disable=True)
    if attempt >= ATTEMPTS:
        return Next()
    asked = min(retry_after(result.retry_after, now), LONGEST_RETRY_AFTER)
    return Next(wait=max(waiting(attempt, key), asked))


def waiting(attempt: int, key: str) -> timedelta:
    """The wait after a failed attempt (from 1): the schedule's, and up to a tenth more."""
    drawn = int.from_bytes(sha256(f"{key}:{attempt}".encode()).digest()[:4], "big") / 2**32
    return SCHEDULE[attempt - 1] * (1 + JITTER * drawn)


def retry_after(sent: str | None, now: datetime) -> timedelta:
    """How long a receiver asks to be left alone (RFC 9110 10.2.3); none where it makes no sense."""
    text = (sent or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[-_DIGITS:]) if len(text) <= _DIGITS else 10**_DIGITS)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta(0)
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return max(until - now, timedelta(0))

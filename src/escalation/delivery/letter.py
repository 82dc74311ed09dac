"""A message as the sender is given it."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from escalation.delivery.formats.requests import Requests
from escalation.delivery.retry import Result

PER_ENDPOINT = 2
"""Requests at once to one endpoint, unless it says otherwise."""


class Handing(Protocol):
    """What is noted while a message is handed over to who cannot be asked what they have taken.

    Before its end is sent, by which alone it can be taken, and what follows that.
    """

    def begin(self) -> Future[bool]:
        """Note that the end may be sent from now on; false where it is no longer ours."""
        ...

    def answered(self, status: int | None) -> None:
        """Note the answer to it; None where the message was not taken.

        That is not waited for: it is kept before anything else is that is noted from then on.
        """
        ...

    def unanswered(self, result: Result) -> Result:
        """Note that none came; answers what that means."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to be sent: its requests, the secrets it is signed with, more headers.

    One that is ``repeated`` may have arrived before. ``handshake`` is who asks the receiver first
    to allow us, where it is to be asked. ``at_once`` is how many may be sent to its endpoint.
    A mail has a ``sender``, to whom it comes back; what goes to people has its ``handing``.
    """

    url: str
    message_id: str
    requests: Requests
    secrets: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    missed: tuple[str, ...] = ()
    repeated: bool = False
    handshake: str | None = None
    at_once: int = PER_ENDPOINT
    sender: str | None = None
    handing: Handing | None = None

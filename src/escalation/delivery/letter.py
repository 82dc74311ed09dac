"""A message as the sender is given it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from escalation.delivery.formats.requests import Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to be sent: its requests, the secrets it is signed with, more headers.

    One that is ``repeated`` may have arrived before. ``handshake`` is who asks the receiver first
    to allow us, where it is to be asked.
    """

    url: str
    message_id: str
    requests: Requests
    secrets: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    missed: tuple[str, ...] = ()
    repeated: bool = False
    handshake: str | None = None

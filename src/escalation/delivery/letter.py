"""A message as the sender is given it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from escalation.delivery.formats.requests import Requests

PER_ENDPOINT = 2
"""Requests at once to one endpoint, unless it says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to be sent: its requests, the secrets it is signed with, more headers.

    One that is ``repeated`` may have arrived before. ``handshake`` is who asks the receiver first
    to allow us, where it is to be asked. ``at_once`` is how many may be sent to its endpoint.
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

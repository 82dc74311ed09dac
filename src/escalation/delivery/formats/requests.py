"""The requests that deliver one message, as they are rendered and kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, convert, to_builtins

JSON = "application/json"


class Look(Struct, frozen=True, omit_defaults=True):
    """Where a tool shows what was written to a ticket, and what marks a message of ours there."""

    path: str
    mark: str


class Request(Struct, frozen=True, omit_defaults=True):
    """One request: ``path`` follows the endpoint's URL; without a body nothing is sent in it.

    ``unless`` says where to look, before it is sent again, whether it has arrived already.
    A status among ``passed_over`` is no failure: what was asked for does not apply any more. With
    one among ``lost`` there is nobody to send to, and it is not tried again.
    """

    method: str = "POST"
    path: str = ""
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    body: str | None = None
    unless: Look | None = None
    passed_over: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return b"" if self.body is None else self.body.encode()


Requests = tuple[Request, ...]
"""All of them, in order: each is sent once the one before it has arrived."""


def kept(requests: Requests) -> list[Any]:
    """Requests as they are kept."""
    found: list[Any] = to_builtins(requests)
    return found


def again(kept: Sequence[Any]) -> Requests:
    """Requests from how they are kept."""
    return convert(kept, Requests)

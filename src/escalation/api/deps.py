"""What an endpoint is given: who asks, with what, and the means to answer."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.types import Scope

from escalation.api.limits import Limits
from escalation.bootstrap import Container
from escalation.errors import Forbidden
from escalation.services.access import Doorkeeper
from escalation.services.callers import Caller
from escalation.services.quotas import quotas_of
from escalation.services.reading.reader import Reader
from escalation.services.receipts import Guesses
from escalation.services.uses import Uses


@dataclass(frozen=True)
class Means:
    """What endpoints work with: the container, and who keeps the door."""

    container: Container
    doorkeeper: Doorkeeper
    limits: Limits

    @classmethod
    def of(cls, container: Container) -> "Means":
        """The means of a process."""
        uses = Uses(container.desk)
        keeper = Doorkeeper(
            container.engine, container.registry, container.clock, uses, container.tokens
        )
        limits = Limits(container.allowances, quotas_of(container.engine))
        return cls(container, keeper, limits)

    @cached_property
    def guesses(self) -> Guesses:
        """Wrong receipt codes that came to this process lately."""
        return Guesses()

    @cached_property
    def reader(self) -> Reader:
        """What reads."""
        inside = self.container
        return Reader(inside.engine, inside.registry, inside.clock, inside.ids)


class Asked:
    """One request: its scope as the gate left it, its caller, and the means to answer it."""

    __slots__ = ("_caller", "means", "scope")

    def __init__(self, scope: Scope, means: Means, caller: Caller | None) -> None:
        """Take the request ``scope`` of ``caller``; no caller where the route is open to anyone."""
        self.scope = scope
        self.means = means
        self._caller = caller

    @property
    def caller(self) -> Caller:
        """Who asks.

        Raises:
            Forbidden: nobody said who; a route that asks this declares a permission.
        """
        if self._caller is None:
            raise Forbidden("This is for callers that are known.")
        return self._caller

    @property
    def raw(self) -> bytes:
        """The body's bytes."""
        body: bytes = self.scope["body"]
        return body

    @property
    def body_hash(self) -> str:
        """What a repeat is known by."""
        return sha256(self.raw).hexdigest()

    @property
    def depth(self) -> int:
        """How deep a body may be nested."""
        return self.means.container.settings.body_limit_depth

    @property
    def path(self) -> str:
        """The path that was asked."""
        path: str = self.scope["path"]
        return path

    @property
    def request_id(self) -> str:
        """The request's name."""
        name: str = self.scope["request_id"]
        return name

    def header(self, name: bytes) -> str | None:
        """A header by its name in lower case; bytes that are no Latin text have no place there."""
        value: bytes | None = self.scope["headers_by_name"].get(name)
        return None if value is None else value.decode("latin-1")


async def _asked(request: Request) -> Asked:
    asked: Asked = request.scope["asked"]
    return asked


Ask = Annotated[Asked, Depends(_asked)]
"""Every endpoint's first argument."""

JsonObject = dict[str, Any]

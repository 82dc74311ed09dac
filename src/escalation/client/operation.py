"""An operation of the interface, as a request is made of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from escalation.client.operations import TABLE
from escalation.errors import Invalid
from escalation.routing.wording import the_nearest

_PART = re.compile(r"\{(\w+)\}")
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
"""Methods that may be sent again by themselves (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path, and which of the headers of writes it takes."""

    name: str
    method: str
    path: str
    versioned: bool
    keyed: bool

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.keyed or self.method in _HARMLESS

    def at(self, **parts: str) -> str:
        """The path with its parts filled in; none of them can leave its place.

        Raises:
            Invalid: one is missing, or is no name.
        """
        for name in _PART.findall(self.path):
            if parts.get(name, "") in {"", ".", ".."}:
                raise Invalid(f"{self.name} needs a `{name}`, found {parts.get(name)!r}.")
        return self.path.format_map({name: quote(part, safe="") for name, part in parts.items()})


def _read(line: str) -> Operation:
    name, method, path, *headers = line.split()
    return Operation(name, method, path, "If-Match" in headers, "Idempotency-Key" in headers)


OPERATIONS: Mapping[str, Operation] = {each.name: each for each in map(_read, TABLE.splitlines())}
"""Every operation by its name."""


def act_at(path: str, act: str) -> str:
    """The name of the operation that an act is, on a thing at a path.

    Raises:
        Invalid: nothing is called that there.
    """
    begins = f"{path}/acts/"
    there = [each for each in OPERATIONS.values() if each.path.startswith(begins)]
    known = {each.path.removeprefix(begins): each.name for each in there}
    if act not in known:
        like = the_nearest(act, known)
        raise Invalid(f"There is no act {act!r} here, only {', '.join(sorted(known))}{like}.")
    return known[act]

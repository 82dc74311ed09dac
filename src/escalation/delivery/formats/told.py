"""A message before it has a form: what happened, to which issue, known elsewhere by which names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.delivery import payloads


class Unrenderable(Exception):
    """A message that cannot be put in an endpoint's form; the text says why."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What another system calls the issue, and where people find it there."""

    system: str
    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What people call what a message names by codes, and by which clock they read its times.

    ``rungs`` has the titles of an issue's rungs by the issue's id, ``forums`` those of forums, and
    ``types`` what each type of event means. What has no title is its code in words.
    """

    rungs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forums: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None

    def rung(self, issue: str | None, code: str) -> str:
        """The title of a rung of an issue's ladder."""
        return self.rungs.get(issue or "", {}).get(code) or in_words(code)

    def forum(self, code: str) -> str:
        """The title of a forum."""
        return self.forums.get(code) or in_words(code)

    def moment(self, text: str) -> str:
        """An instant as people read it, with the clock's zone named; UTC where there is none."""
        try:
            local = datetime.fromisoformat(text).astimezone(self.zone or UTC)
        except ValueError:
            return text
        return f"{local:%a %d %b %Y %H:%M} {self.zone.key if self.zone else 'UTC'}"


NOTHING_CALLED = Called()


def in_words(code: str) -> str:
    """A code as words: ``past_target`` as ``past target``."""
    return code.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Told:
    """A message: its standard body, what its type means in words, and the issue's other names.

    ``called`` says what its codes are called where people read it.
    """

    body: Mapping[str, Any]
    tells: str
    refs: Sequence[Ref] = ()
    called: Called = NOTHING_CALLED

    @property
    def id(self) -> str:
        """The event's id."""
        found: str = self.data["id"]
        return found

    @property
    def type(self) -> str:
        """The type of the event."""
        found: str = self.body["type"]
        return found

    @property
    def data(self) -> Mapping[str, Any]:
        """What it tells."""
        found: Mapping[str, Any] = self.body["data"]
        return found

    @property
    def reference(self) -> str | None:
        """The issue's reference, where it is about one."""
        found: str | None = self.data.get("issue", {}).get("reference")
        return found

    @property
    def is_ping(self) -> bool:
        """Whether it only asks the endpoint to answer."""
        return self.type == payloads.PING

    @property
    def late(self) -> Sequence[Mapping[str, Any]]:
        """The bodies of the events that a summary tells; of others none."""
        if self.type != payloads.SUMMARY:
            return ()
        return [each["body"] for each in self.data["events"]]

    def ref(self, system: str) -> Ref | None:
        """What a system calls the issue, if it knows it."""
        return next((ref for ref in self.refs if ref.system == system), None)


def caused_by(body: Mapping[str, Any], system: str) -> bool:
    """Whether an event is what a system itself has told us."""
    actor = body["data"].get("actor") or {}
    return actor.get("kind") == "integration" and actor.get("system") == system

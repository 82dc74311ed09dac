"""What a person may see, whoever of the directory they are: as a key of theirs would show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.routing.directory import Directory
from escalation.services.roles import KeyRole
from escalation.services.viewers import viewer_of
from escalation.workflow.facts import Issue
from escalation.workflow.viewing import Viewer, may_see


@dataclass(frozen=True, slots=True)
class _Somebody:
    role: str
    person: str | None
    scopes: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees as a holder of seats, and as the secretariat of forums."""

    viewers: tuple[Viewer, ...]

    @classmethod
    def of(cls, person: str, directory: Directory, now: datetime) -> "Sight":
        """The sight of a person of the directory."""
        roles = (KeyRole.HOLDER, KeyRole.SECRETARIAT)
        return cls(tuple(viewer_of(_Somebody(role, person), directory, now) for role in roles))

    def on(self, issue: Issue) -> Viewer | None:
        """As whom they see an issue; None where they may not know of it."""
        return next((viewer for viewer in self.viewers if may_see(viewer, issue)), None)

    def at(self, forum: str) -> Viewer | None:
        """As whom they read the papers of a forum; None where they may not."""
        return next(
            (each for each in self.viewers if each.forums is None or forum in each.forums), None
        )

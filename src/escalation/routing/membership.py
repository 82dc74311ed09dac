"""Who sits in a forum: the holder of each of its seats at an instant, and who else may come."""

from dataclasses import dataclass
from datetime import datetime

from escalation.routing.directory import Directory, Forum, Member
from escalation.routing.seats import Parties, holder
from escalation.routing.vocabulary import Role, Side
from escalation.timekeeping.instants import seconds_of


@dataclass(frozen=True, slots=True)
class ForumSeat:
    """A seat in a forum: a role at a party, and the ``person`` who fills it and why."""

    role: Role
    party: str
    votes: bool
    person: str | None
    reason: str

    @property
    def name(self) -> str:
        """The seat as one word, unique within its forum."""
        return f"{self.role}@{self.party}"


def seats_of(directory: Directory, body: Forum, at: datetime) -> tuple[ForumSeat, ...]:
    """The forum's seats at an instant: those that vote, then the invitees'."""
    second = seconds_of(at)
    invited = (member for member in body.invitees if member.term.holds(second))
    return (
        *(_seat(directory, body, member, at, votes=True) for member in body.members_at(at)),
        *(_seat(directory, body, member, at, votes=False) for member in invited),
    )


def _seat(
    directory: Directory, body: Forum, member: Member, at: datetime, *, votes: bool
) -> ForumSeat:
    known = directory.parties.get(member.party)
    side = Side.PROVIDER if known is not None and known.is_provider else Side.AGENCY
    parties = Parties(member.party, member.party, body.function, body.region)
    held = holder(directory, side, member.role, parties, at)
    return ForumSeat(member.role, member.party, votes, held.person, held.reason)

"""The key themes of a forum's digest, gathered from the same snapshot as its other rows."""

from zoneinfo import ZoneInfo

from escalation.digests import themes
from escalation.digests.digest import Frame
from escalation.digests.key_themes import Gathered
from escalation.digests.selection import Area, Selection
from escalation.digests.themes import Periods
from escalation.routing.directory import Directory
from escalation.routing.vocabulary import ForumOwner
from escalation.store import mentions
from escalation.store import themes as store
from escalation.store.selecting import Unsealed
from escalation.store.transaction import Connection


def gathered(
    connection: Connection,
    frame: Frame,
    selection: Selection,
    both: Periods,
    unsealed: Unsealed = (),
) -> Gathered | None:
    """What the key themes of a digest are made of; None where there was no register yet.

    Actions are those that this forum asked for: others' papers are not before it.
    """
    as_at, known_at = selection.as_at, selection.known_at
    register = store.standing(connection, as_at, known_at)
    if not register:
        return None
    agreed = store.agreed(connection, as_at, known_at, forum=selection.forum, unsealed=unsealed)
    area = Area.of(frame.forum)
    directory = frame.framework.directory
    asked = mentions.Asked(
        since=themes.begins(both, (each for some in agreed.values() for each in some)),
        until=as_at,
        known_at=known_at,
        area=area,
        parties=_parties(directory, area),
        unsealed=unsealed,
    )
    whole = frame.forum.of is ForumOwner.INITIATIVE
    came = mentions.mentions(connection, asked)
    day = as_at.astimezone(ZoneInfo(frame.forum.meeting.zone)).date()
    return Gathered(register, agreed, came, both, day, tuple(directory.clusters) if whole else ())


def _parties(directory: Directory, area: Area) -> frozenset[str] | None:
    """By whom contacts and feedback are of an area: a register knows of parties alone."""
    if area.provider is not None:
        return frozenset({area.provider})
    if area.cluster is None:
        return None
    cluster = directory.clusters.get(area.cluster)
    return frozenset() if cluster is None else frozenset({cluster.provider, *cluster.members})

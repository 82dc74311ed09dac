"""What the codes of messages are called where people read them, by the ladder of each issue."""

from collections.abc import Iterable, Mapping

from escalation.delivery.formats.told import Called
from escalation.errors import EscalationError
from escalation.services.event_types import EVENT_TYPES
from escalation.services.registry import Registry
from escalation.store import outbox
from escalation.store.outbox import Pinned
from escalation.store.transaction import Connection


def called_in(connection: Connection, registry: Registry, issues: Iterable[str]) -> Called:
    """What is called how in messages of these issues, by the ladders they were logged under."""
    directory = registry.refresh(connection).directory
    pinned = outbox.pinned(connection, sorted(set(issues)))
    titles: dict[Pinned, Mapping[str, str]] = {}
    for under in set(pinned.values()):
        titles[under] = _rungs(connection, registry, under)
    return Called(
        rungs={issue: titles[under] for issue, under in pinned.items()},
        forums={} if directory is None else {f.code: f.title for f in directory.forums.values()},
        types=EVENT_TYPES,
        zone=None if directory is None else directory.zone,
    )


def _rungs(connection: Connection, registry: Registry, under: Pinned) -> Mapping[str, str]:
    try:
        publication = registry.publication(connection, under.publication)
    except EscalationError:  # it cannot be read: the desk says so aloud, and codes are words too
        return {}
    return {rung.id: rung.title for rung in publication.effective(under.ola, under.ladder).rungs}

"""Whether this process can do its work, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass

from escalation.errors import EscalationError
from escalation.services.desk import Desk
from escalation.store import migrate
from escalation.store.transaction import read


@dataclass(frozen=True, slots=True)
class Check:
    """One part: whether it is well, and what to say about it."""

    name: str
    good: bool
    detail: str


def checks(desk: Desk) -> list[Check]:
    """Every part, the desk first; what cannot be looked at for want of a database is left out."""
    alive = desk.alive
    found = [Check("desk", alive, "serving" if alive else "dead: restart this process")]
    try:
        found += _of_the_database(desk)
    except EscalationError as error:
        found.append(Check("database", good=False, detail=f"it does not answer ({error.code})"))
    return found


def _of_the_database(desk: Desk) -> Iterator[Check]:
    revision = migrate.revision(desk.engine)
    yield Check("database", good=True, detail="answering")
    at = revision.current or "no version"
    told = "current" if revision.is_current else f"at {at}: run `escalation db upgrade`"
    yield Check("schema", good=revision.is_current, detail=told)
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
    label = None if known.publication is None else known.publication.label
    missing = "none: run `escalation ladders publish FILE`"
    yield Check("ladder", good=label is not None, detail=missing if label is None else label)
    applied = known.directory is not None
    missing = "none: run `escalation directory apply FILE`"
    yield Check("directory", good=applied, detail="applied" if applied else missing)

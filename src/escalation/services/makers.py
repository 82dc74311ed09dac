"""Who made what goes on without them: how they are found again, and what they may see by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.services.callers import Caller
from escalation.services.registry import Known
from escalation.services.roles import BY_PERSON, KeyRole
from escalation.services.viewers import Holder, viewer_of
from escalation.store.access import StoredKey
from escalation.workflow.viewing import EVERYTHING, Viewer


class MakerKind(StrEnum):
    """How whoever made something is found again."""

    COMMAND_LINE = "command_line"
    KEY = "key"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class _InPerson:
    """Somebody without a key, as a role that goes by its person sees the directory."""

    role: str
    person: str
    scopes: None = None


def maker_of(caller: Caller) -> Mapping[str, Any]:
    """What is kept of who asks, so that what they may see can be looked at again."""
    kept: dict[str, Any] = {"name": caller.actor.name}
    if caller.shown is None:
        return {**kept, "kind": MakerKind.COMMAND_LINE.value}
    if caller.shown.key is not None:
        return {**kept, "kind": MakerKind.KEY.value, "key": caller.shown.key}
    return {**kept, "kind": MakerKind.PERSON.value, "person": caller.person}


def person_of(made_by: Mapping[str, Any], known: Known) -> str | None:
    """Who made something, where they are somebody of the directory: their key says it."""
    key = known.keys.get(made_by.get("key", ""))
    found: str | None = made_by.get("person") if key is None else key.person
    return found


def sights_of_person(person: str, known: Known, now: datetime) -> Sequence[Viewer]:
    """What somebody may see: by their seats, as a secretariat, and by each key that names them."""
    by_seat: list[Holder] = [
        _InPerson(role.value, person) for role in (KeyRole.HOLDER, KeyRole.SECRETARIAT)
    ]
    keys = [key for key in known.keys.values() if key.person == person and key.live(now)]
    return [viewer_of(each, known.directory, now) for each in [*by_seat, *keys]]


def sights_of_maker(made_by: Mapping[str, Any], known: Known, now: datetime) -> Sequence[Viewer]:
    """What whoever made something may see now; nothing once they are gone, or their key is."""
    kind = MakerKind(made_by["kind"])
    if kind is MakerKind.COMMAND_LINE:
        return [EVERYTHING]
    if kind is MakerKind.PERSON:
        person = made_by["person"]
        there = person is not None and is_there(person, known, now)
        return sights_of_person(person, known, now) if there else []
    key = _live(made_by["key"], known, now)
    if key is None or (key.role in BY_PERSON and not is_there(key.person or "", known, now)):
        return []
    return [viewer_of(key, known.directory, now)]


def is_there(person: str, known: Known, now: datetime) -> bool:
    """Whether the directory has somebody, and their own dates there run."""
    return known.directory is not None and known.directory.employed(person, now)


def _live(key_id: str, known: Known, now: datetime) -> StoredKey | None:
    """A key that still opens something: it, or the one that has followed it."""
    follower = {key.replaces: key for key in known.keys.values() if key.replaces is not None}
    key = known.keys.get(key_id)
    while key is not None and not key.live(now):
        key = follower.get(key.id)
    return key

"""Forums' meetings that are otherwise than their rules say: moved, cancelled, in between."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct


class Sitting(Struct, frozen=True):
    """One meeting of a forum: by its rule, with an identifier that is the same in every process."""

    id: str
    forum: str
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime


@dataclass(frozen=True, slots=True)
class Diary:
    """The single changes to when forums meet.

    ``set_aside`` are the ids of occurrences that do not take place when the rule has them;
    ``instead`` by forum the meetings that were moved or put in between, in order.
    """

    set_aside: frozenset[str] = frozenset()
    instead: Mapping[str, tuple[Sitting, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[tuple[Sitting, bool]]) -> "Diary":
        """From each changed meeting, and whether it still takes place."""
        set_aside: set[str] = set()
        instead: dict[str, list[Sitting]] = {}
        for sitting, takes_place in changes:
            set_aside.add(sitting.id)
            if takes_place:
                instead.setdefault(sitting.forum, []).append(sitting)
        ordered = {code: tuple(sorted(found, key=_begins)) for code, found in instead.items()}
        return cls(frozenset(set_aside), ordered)

    def changed(self, sitting: Sitting, *, takes_place: bool) -> "Diary":
        """The diary with one meeting otherwise than it was."""
        others = [s for s in self.instead.get(sitting.forum, ()) if s.id != sitting.id]
        held = sorted([*others, sitting], key=_begins) if takes_place else others
        return Diary(self.set_aside | {sitting.id}, {**self.instead, sitting.forum: tuple(held)})

    def after(self, forum: str, instant: datetime) -> Iterator[Sitting]:
        """The forum's changed meetings that begin after an instant, in order."""
        return (s for s in self.instead.get(forum, ()) if s.starts_at > instant)


def _begins(sitting: Sitting) -> datetime:
    return sitting.starts_at


NO_CHANGES = Diary()
"""Every forum meets by its rule."""

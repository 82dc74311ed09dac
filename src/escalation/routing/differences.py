"""What changes between two versions of a directory, entry by entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_ENDS = ("until", "ends")


class How(StrEnum):
    """What becomes of an entry; one that only gets an earlier end has ended."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that is not as it was; ``code`` is empty for what the directory says once."""

    part: str
    code: str
    how: How
    before: Any
    after: Any

    @property
    def told(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "part": self.part,
            "code": self.code,
            "how": self.how.value,
            "before": self.before,
            "after": self.after,
        }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything in which two documents differ, by part and code."""
    return tuple(
        difference
        for part in sorted({*before, *after})
        for difference in _of_part(part, before.get(part), after.get(part))
    )


def _of_part(part: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - JSON
    if part in {"initiative", "zone"}:
        before, after = {"": before}, {"": after}
    was, becomes = before or {}, after or {}
    changed = {
        code: (was.get(code), becomes.get(code))
        for code in {*was, *becomes}
        # Versions share what neither has changed: the same object needs no second look.
        if was.get(code) is not becomes.get(code) and was.get(code) != becomes.get(code)
    }
    for code, (old, new) in sorted(changed.items()):
        yield Difference(part, code, _how(old, new), old, new)


def _how(old: Any, new: Any) -> How:  # noqa: ANN401 - JSON
    if old is None:
        return How.ADDED
    if new is None:
        return How.REMOVED
    return How.ENDED if _ended(old, new) else How.CHANGED


def _ended(old: Any, new: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether only an end was set, or brought forward."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    if len(changed) != 1 or not changed <= set(_ENDS):
        return False
    [name] = changed
    return new.get(name) is not None and (name not in old or str(new[name]) < str(old[name]))

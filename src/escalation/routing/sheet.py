"""A document under check: looks that never trip, and the faults found so far."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from escalation.errors import Fault
from escalation.routing.document import Document
from escalation.routing.positions import Path
from escalation.routing.wording import one_of, quoted, the_nearest


@dataclass(slots=True)
class Sheet:
    """A document under check, and the faults found in it.

    ``concerned`` names by table the entries that are to be looked at, of tables of which not all
    are: the rest is known to be in order.
    """

    document: Document
    concerned: Mapping[str, Collection[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def codes(self, table: str) -> Collection[str]:
        """The entries of a table that are to be looked at, in order."""
        every, concerned = self.table(table), self.concerned.get(table)
        return every if concerned is None else sorted(every.keys() & set(concerned))

    def at(self, *path: str | int) -> object:
        """What stands at a path, None where nothing does."""
        value = self.document.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                return None
        return value

    def table(self, *path: str | int) -> dict[str, object]:
        """The table at a path, an empty one where something else stands."""
        value = self.at(*path)
        return value if isinstance(value, dict) else {}

    def items(self, *path: str | int) -> list[object]:
        """The list at a path, an empty one where something else stands."""
        value = self.at(*path)
        return value if isinstance(value, list) else []

    def text(self, *path: str | int) -> str | None:
        """The text at a path."""
        value = self.at(*path)
        return value if isinstance(value, str) else None

    def day(self, *path: str | int) -> date | None:
        """The date at a path."""
        try:
            return date.fromisoformat(self.text(*path) or "")
        except ValueError:
            return None

    def words(self, *path: str | int) -> Iterator[tuple[Path, str]]:
        """The texts at a path: one, or those of a list, each with its own path."""
        value = self.at(*path)
        if isinstance(value, str):
            yield path, value
        for number, item in enumerate(self.items(*path)):
            if isinstance(item, str):
                yield (*path, number), item

    def refuse(self, code: str, path: Path, detail: str, *, key: bool = False) -> None:
        """Note a fault at the value of a path, or at its key."""
        self.faults.append(self.document.positions.fault(code, path, detail, key=key))

    def known(self, choices: Iterable[str], what: str, *path: str | int) -> None:
        """Refuse each word at a path that is none of the choices."""
        names = choices if isinstance(choices, dict) else list(choices)
        for where, word in self.words(*path):
            if word not in names:
                near = the_nearest(word, names)
                detail = f"found the {what} {quoted(word)}, expected {one_of(names)}{near}"
                self.refuse("unknown_reference", where, detail)

    def complete(self, names: Iterable[str], *path: str | int) -> None:
        """Refuse a table that leaves out a name; one value that stands for all is complete."""
        if not isinstance(self.at(*path), dict):
            return
        for name in names:
            if name not in self.table(*path):
                told = quoted(".".join(map(str, path)))
                self.refuse(
                    "missing_key", path, f"found no {quoted(name)}, expected it in {told}", key=True
                )

    def in_order(self, first: str, last: str, *path: str | int) -> None:
        """Refuse two dates of a table of which the later comes first."""
        begins, ends = self.day(*path, first), self.day(*path, last)
        if begins is not None and ends is not None and ends < begins:
            detail = f"found {quoted(str(ends))}, expected a date from {quoted(str(begins))} on"
            self.refuse("wrong_value", (*path, last), detail)

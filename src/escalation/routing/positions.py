"""Where each key and value of a file stands, so that every mistake can be pointed at."""

from dataclasses import dataclass, field

from escalation.errors import Fault

Path = tuple[str | int, ...]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Positions:
    """Lines and columns of a file, from 1.

    ``values`` has the start of each value and ``keys`` of each key by path; ``written`` has the
    text of scalars that were read as something else than text.
    """

    name: str
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)

    def value(self, path: Path) -> Place:
        """Where the value of ``path`` starts, or the nearest one that holds it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key(self, path: Path) -> Place:
        """Where the key of ``path`` stands; an item of a list has none and answers its start."""
        return self.keys.get(path) or self.value(path)

    def line(self, path: Path) -> int:
        """The line of the key of ``path``, or of the nearest one that holds it."""
        while path and path not in self.keys and path not in self.values:
            path = path[:-1]
        return self.key(path)[0]

    def fault(self, code: str, path: Path, detail: str, *, key: bool = False) -> Fault:
        """A fault at the value of a path, or at its key.

        It is told by line and column where there is a file, else as a JSON pointer.
        """
        if not self.values:
            return Fault(code, detail, pointer="".join(f"/{_escaped(step)}" for step in path))
        return Fault(code, detail, file=self.show(self.key(path) if key else self.value(path)))

    def show(self, place: Place) -> str:
        """A place as ``name:line:column``."""
        return f"{self.name}:{place[0]}:{place[1]}"


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")

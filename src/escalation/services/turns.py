"""The picking rules of shared seats over one batch: read with its facts, moved on as it decides."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from escalation.routing.directory import Directory
from escalation.routing.picking import NO_TURNS, Turns
from escalation.routing.vocabulary import Picking
from escalation.store import turns
from escalation.store.transaction import Connection
from escalation.workflow.facts import Issue


class _OpenIssues(Mapping[str, int]):
    """How many open issues people hold, counted when a picking rule first asks: most never do."""

    def __init__(
        self, connection: Connection, people: frozenset[str], hold: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._people = people
        self._hold = hold
        self._before: dict[str, int] | None = None
        self._since: Counter[str] = Counter()
        self._moved: list[tuple[Issue | None, Issue]] = []

    def follow(self, before: Issue | None, after: Issue) -> None:
        """Have an issue that the batch has changed counted as it now is."""
        self._moved.append((before, after))

    def written(self) -> None:
        """What the batch has changed so far is found by whoever counts from here on."""
        if self._before is None:
            self._moved.clear()

    def __getitem__(self, person: str) -> int:
        if self._before is None:
            self._hold()  # before it is counted: else two processes count the same
            self._before = turns.held(self._connection, self._people)
        for before, after in self._moved:
            self._since.subtract(_holders(before))
            self._since.update(_holders(after))
        self._moved.clear()
        return self._before.get(person, 0) + self._since[person]

    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)


class _Made(Mapping[str, int]):
    """How often seats were picked for, held from when one is first picked for: most batches never.

    Until the batch is committed no other process picks for these seats, so nobody is passed over
    and nobody has two turns.
    """

    def __init__(self, connection: Connection, seats: frozenset[str]) -> None:
        self._connection = connection
        self._seats = seats
        self._before: dict[str, int] | None = None
        self.since: Counter[str] = Counter()
        """The picks of the batch, not written yet."""

    def hold(self) -> None:
        """Let no other process pick for these seats until the batch is committed."""
        if self._before is None:
            self._before = turns.hold(self._connection, self._seats)

    def __getitem__(self, seat: str) -> int:
        self.hold()
        return (self._before or {})[seat] + self.since[seat]

    def __iter__(self) -> Iterator[str]:
        return iter(self._seats)

    def __len__(self) -> int:
        return len(self._seats)


class SeatTurns:
    """How the rules stand; a directory without such seats costs no statement."""

    def __init__(self, connection: Connection, directory: Directory | None) -> None:
        """Have ready what the seats of ``directory`` need; it is read when one is picked for."""
        seating = None if directory is None else directory.seating
        self._counts = seating is not None and seating.counts
        pooled = frozenset() if seating is None else seating.pooled
        shared = () if seating is None else seating.shared.values()
        counted = (seat.id for seat in shared if seat.pick is not Picking.FIRST)
        self._made = _Made(connection, frozenset(counted))
        self._open = _OpenIssues(connection, pooled, self._made.hold)
        self.now = Turns(self._made, self._open) if self._counts else NO_TURNS

    @property
    def counts(self) -> bool:
        """Whether any seat is picked for by what is counted here."""
        return self._counts

    def follow(self, before: Issue | None, after: Issue) -> None:
        """Count what a decision has picked, and what it has given to or taken from people."""
        if not self._counts:
            return
        self._open.follow(before, after)
        moved = before is None or len(before.visits) != len(after.visits)
        for side, held in after.seats.items():
            changed = moved or before is None or before.seats.get(side) != held
            if held.pool is not None and changed:
                self._made.since[held.pool] += 1

    def written(self) -> None:
        """The issues that were followed so far are written."""
        self._open.written()

    def write(self, connection: Connection) -> None:
        """Keep the picks that were made."""
        turns.add(connection, self._made.since)


def _holders(issue: Issue | None) -> set[str]:
    """Who has an issue to act on; of one that is resolved, or new, nobody."""
    if issue is None or not issue.unresolved:
        return set()
    return {held.person for held in issue.seats.values() if held.person}

"""Whether time tells what is hidden: names of it and names that nothing has, asked for in turn.

python -m tests.access.timing [--rounds 2000] [--database sqlite|postgres] [--seed 1]
    [--only foreign,sealed,meetings,"sealed acts"]

In each round of an operation a name of what is hidden and two that nothing has are asked for, in an
order that is drawn anew, so that whatever else the machine does falls on all alike. Told is how
often one took longer than the other (0.5: neither does); between the two that nothing has, the
same figure says how much is chance.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from statistics import median

import structlog

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.clock import monotonic
from tests.access.estate import ANOTHER, call, names_another, parameters, permitted
from tests.access.swaps import Swapper, absent_name, fresh
from tests.api.principals import FOREIGN, OWN
from tests.crash.campaign import say

WARM = 50
"""Rounds whose times are not kept."""
TELLS = 0.10
"""How far from one half the figure may be: what shifts it further could be seen from outside."""


@dataclass(frozen=True)
class Who:
    """Who asks for which of the hidden matters, and for what of it."""

    name: str
    hidden: str
    place: str | None = None
    """The kind of thing that is asked for, where it is not whatever the matter has."""
    acts: bool = False
    """Whether only acts are asked for."""


WHO: Mapping[str, Who] = {
    "foreign": Who("operator of another agency", "foreign"),
    "sealed": Who("viewer of the cluster", "sealed"),
    "meetings": Who("operator of another cluster", "foreign", place="meeting"),
    "sealed acts": Who("operator", "sealed", acts=True),
}
"""Who asks for what is hidden from them."""


@dataclass(frozen=True)
class Times:
    """What an operation took, in seconds: of what is hidden, and of two names of nothing."""

    what: str
    hidden: Sequence[float]
    absent: Sequence[float]
    other: Sequence[float]

    @property
    def shift(self) -> float:
        """How often what is hidden took longer, less one half."""
        return longer(self.hidden, (*self.absent, *self.other)) - 0.5

    @property
    def chance(self) -> float:
        """The same between the two that nothing has."""
        return longer(self.absent, self.other) - 0.5

    def told(self) -> str:
        """A line of the report."""
        here, there = median(self.hidden) * 1e6, median((*self.absent, *self.other)) * 1e6
        return (
            f"{self.what:52} hidden {here:7.0f} us, absent {there:7.0f} us,"
            f" shift {self.shift:+.3f}, by chance {self.chance:+.3f}"
        )


def longer(one: Sequence[float], other: Sequence[float]) -> float:
    """How often a time of ``one`` is longer than one of ``other``, of all pairs; ties are half.

    This is the Mann-Whitney statistic as a share: the common-language effect size.
    """
    marked = sorted([(each, 1) for each in one] + [(each, 0) for each in other])
    below = list(accumulate((1 - mine for _, mine in marked), initial=0))
    return sum(n for (_, mine), n in zip(marked, below, strict=False) if mine) / (
        len(one) * len(other)
    )


Question = tuple[Operation, str, tuple[str, str, str]]
"""An operation, whose key asks, and what for: the kind of thing hidden, where its name goes, it."""


def questions(swapper: Swapper, asking: Mapping[str, Who]) -> Iterator[Question]:
    """Each operation that takes a name in its path or its body, by who may not see it."""
    for kind, who in asking.items():
        role, key = swapper.keys[who.name]
        hidden = swapper.hidden[who.hidden]
        mine = {each.name for each in permitted(role)}
        for operation in OPERATIONS:
            named = [each for each in parameters(operation) if _is_hidden(swapper, who, each)]
            if operation.name not in mine or (operation.method == "GET" and who.acts):
                continue
            if named:
                yield operation, key, (kind, named[0], hidden.names[named[0]])
            if who.place is None and names_another(operation):
                yield operation, key, (kind, ANOTHER, hidden.names["issue"])


def _is_hidden(swapper: Swapper, who: Who, place: str) -> bool:
    """Whether what a matter has of that kind is hidden from them."""
    if who.place is not None:
        return place == who.place
    name = swapper.hidden[who.hidden].names.get(place)
    return name is not None and name not in swapper.own.every


def names_with(swapper: Swapper, place: str, name: str) -> dict[str, str]:
    """A name for each part of a path, with this one in its place."""
    return {**swapper.others, **swapper.own.names, "code": "invalid", place: name}


def _of(
    swapper: Swapper, operation: Operation, key: str, asked: tuple[str, str, str], rounds: int
) -> Times:
    kind, place, name = asked
    words = (name, absent_name(name, 1), absent_name(name, 2))
    times: tuple[list[float], ...] = ([], [], [])
    for number in range(rounds + WARM):
        for which in swapper.random.sample(range(3), 3):
            names = names_with(swapper, place, words[which])
            begun = monotonic()
            call(swapper.service, operation, names, key)
            if number >= WARM:
                times[which].append(monotonic() - begun)
    return Times(f"{kind}: {operation.name}, {place}", *times)


def main() -> None:
    """Ask as often as is said; the exit status is 1 where time told something."""
    assert {each.name for each in WHO.values()} <= {*FOREIGN, *OWN}
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(WHO))
    asked = parser.parse_args()
    asking = {kind: WHO[kind] for kind in asked.only.split(",")}
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    wrong = []
    with fresh(asked.database, asked.seed) as swapper:
        swapper.random = Random(asked.seed)  # noqa: S311 - to be repeated
        for operation, key, question in questions(swapper, asking):
            times = _of(swapper, operation, key, question, asked.rounds)
            say(times.told())
            if abs(times.shift) > TELLS:
                wrong.append(times.what)
    say(f"{asked.database}: time tells of {len(wrong)} operations {wrong}")
    raise SystemExit(int(bool(wrong)))


if __name__ == "__main__":
    main()

"""Rounds: what is compared is measured in turn, and the ratios within a round are what counts."""

import os
import platform
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol


class Versioned(Protocol):
    """Something with a name and a version."""

    name: str

    @property
    def version(self) -> str:
        """The version it tells."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: rounds, seconds of load in each, open issues around the due ones."""

    rounds: int
    seconds: float
    sizes: tuple[int, ...]
    due: int

    @classmethod
    def usual(cls, *, large: bool) -> "Plan":
        """Some minutes; with ``large`` a million issues too."""
        sizes = (10_000, 100_000, 1_000_000) if large else (10_000, 100_000)
        return cls(rounds=5, seconds=2.0, sizes=sizes, due=4_000)

    @classmethod
    def quick(cls) -> "Plan":
        """Enough to see that everything runs."""
        return cls(rounds=2, seconds=0.3, sizes=(400, 800), due=100)


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison: medians of both, and the ratios of their rounds.

    ``floor`` is the least the ratio may be; ``ceiling`` the most, where less is better.
    """

    what: str
    database: str
    size: str
    ours: float
    base: float
    unit: str
    ratio: float
    lowest: float
    highest: float
    floor: float | None = None
    ceiling: float | None = None
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether floor and ceiling hold."""
        above = self.floor is None or self.ratio >= self.floor
        return above and (self.ceiling is None or self.ratio <= self.ceiling)

    def line(self) -> str:
        """One line of the table."""
        bound = "" if self.floor is None else f"floor {self.floor:g}"
        if self.ceiling is not None:
            bound = f"at most {self.ceiling:g}"
        verdict = ("ok" if self.ok else "MISSED") if bound else ""
        return (
            f"{self.what:18} {self.database:8} {self.size:16} ours {self.ours:>11,.5g} "
            f"base {self.base:>11,.5g} {self.unit:10} ratio {self.ratio:6.3g} "
            f"({self.lowest:.3g} to {self.highest:.3g}) {bound:10} {verdict:6} {self.detail}"
        ).rstrip()


Act = Callable[[], float]


def in_turn(rounds: int, acts: Mapping[str, Act]) -> list[dict[str, float]]:
    """Each act once a round, first the one that was last before; what each answered."""
    names, told = list(acts), []
    for _ in range(rounds):
        told.append({name: acts[name]() for name in names})
        names.reverse()
    return told


def compared(told: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The medians of ``ours`` and ``base``, and of their ratio with its least and most."""
    ratios = [round_["ours"] / round_["base"] for round_ in told]
    return {
        "ours": median(round_["ours"] for round_ in told),
        "base": median(round_["base"] for round_ in told),
        "ratio": median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
    }


def machine(databases: Sequence[Versioned]) -> dict[str, str]:
    """What was measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told = {"cores": str(cores), "Python": platform.python_version()}
    told["SQLite"] = sqlite3.sqlite_version
    return told | {each.name: each.version for each in databases}

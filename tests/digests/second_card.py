"""A whole scorecard by the second reader: every figure of every profile, and nothing besides.

What :func:`tests.digests.counting` reads from the timeline is put together here in plain counting,
so that a figure of a scorecard which nobody counted apart from the product is a difference.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from escalation.services.desk import Desk
from tests.digests import counting
from tests.digests.counting import BRISBANE, DIMENSIONS
from tests.digests.reckoning import reckoner

OVER = (
    "logged", "resolved", "first_contact", "closed", "withdrawn", "disputed", "reopened",
    "escalated", "referred_back", "held", "in_target", "past_target", "updates_given",
    "updates_missed", "acknowledgements_missed", "complaints_received", "further_action",
    "no_further_action",
)  # fmt: skip
AT_END = ("unresolved", "unresolved_past_target", "unresolved_exhausted", "unresolved_on_hold")
SHARES = {
    "share_in_target": ("in_target", "past_target"),
    "updates_kept": ("updates_given", "updates_missed"),
}
TIME = "time_on_rung"
COUNTED = frozenset({*OVER, *AT_END, *SHARES, TIME})
"""The measures that are counted here."""
TIMED_BY = ("provider", "ola", "rung", "severity")
ASTRAY = ("past_target", "updates_missed", "unresolved_past_target", "unresolved_exhausted")
FEW = 5
SEVERITIES = ("critical", "high", "medium", "low")
BANDS = ("0 to 5", "6 to 10", "11 to 20", "21 to 30", "31 to 45", "over 45", "unknown")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LAYERS = {
    "service_manager": "operational",
    "function_director": "service",
    "business_manager_forum": "service",
}
"""The layer of a rung; all others are of the corporate one."""
SEATS = {
    "service_manager": "service_manager",
    "function_director": "service_director",
    "business_manager_forum": "account_manager",
    "executive_pair": "executive_director",
    "partnering_forum": "executive_director",
    "governing_board": "executive_director",
}
"""The provider's seat on a rung, which leads there."""
HEAD = frozenset({
    "schema", "profile", "level", "title", "of", "as_at", "known_at", "since", "before_since",
    "zone", "publication", "directory_epoch", "dictionary", "titles", "layer", "marking",
    "corrects",
})  # fmt: skip
"""What of a scorecard's document is no figure."""
Key = tuple[str, str | None]
Code = TypeVar("Code", str, str | None)
Line = dict[str, Any]
Within = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Visit:
    """A visit to officers that ended: what it was about, its time, and the one that was agreed."""

    about: Mapping[str, Any]
    seconds: int
    late: bool
    agreed: str


@dataclass(frozen=True)
class Wait:
    """An issue that stood unresolved at the end: of what it is one, and its age."""

    about: Mapping[str, Any]
    measures: tuple[str, ...]
    band: str


@dataclass
class Told:
    """What one period comes to, as far as it is within a profile."""

    happened: list[tuple[str, Mapping[str, Any], datetime]] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    sealed: Counter[str] = field(default_factory=Counter)

    @cached_property
    def lines(self) -> dict[Key, Line]:
        """Every measure, of all and by each code of each dimension."""
        counts: dict[Key, Counter[str]] = defaultdict(Counter)
        times: dict[Key, list[int]] = defaultdict(list)
        for measure, about, _ in self.happened:
            _count(counts, about, measure)
        for wait in self.waits:
            for measure in wait.measures:
                _count(counts, wait.about, measure)
        for visit in self.visits:
            for name in ("", *TIMED_BY):
                times[name, visit.about.get(name)].append(visit.seconds)
        counts["", None] += Counter()
        return {key: _line(key, counts[key], times.get(key, [])) for key in counts}


def _count(counts: dict[Key, Counter[str]], about: Mapping[str, Any], measure: str) -> None:
    for name in ("", *DIMENSIONS):
        counts[name, about.get(name)][measure] += 1


def _line(key: Key, counts: Counter[str], times: Sequence[int]) -> Line:
    found: Line = {measure: counts[measure] for measure in (*OVER, *AT_END)}
    for share, (good, bad) in SHARES.items():
        of = counts[good] + counts[bad]
        found[share] = f"{100 * counts[good] / of + 1e-9:.1f}" if of else None
    if key[0] in {"", *TIMED_BY}:
        found[TIME] = sum(times) // len(times) if times else None
    return found


class Second:
    """Reads the events on the record by an instant; of ``sealed`` issues no more than totals."""

    def __init__(
        self, desk: Desk, events: Iterable[Any], known_at: datetime, sealed: Iterable[str] = ()
    ) -> None:
        every, hidden = counting.by_issue(events, known_at), set(sealed)
        self._open = {issue: told for issue, told in every.items() if issue not in hidden}
        self._sealed = {issue: told for issue, told in every.items() if issue in hidden}
        self._clocks = reckoner(desk)
        self._late = {(i, n) for i, t in every.items() for n in self._clocks.late_visits(t)}

    def told(self, within: Within, since: datetime, until: datetime) -> Told:
        """What a period comes to."""
        found = Told()
        for measure, about, at in counting.happened(self._open, self._late, since, until):
            if within(about):
                found.happened.append((measure, about, at))
        for told, state, about in counting.stood(self._open, until):
            if within(about):
                past = self._clocks.past_target(told, until)
                is_one = (True, past, state.exhausted, state.status == "on_hold")
                measures = tuple(m for m, one in zip(AT_END, is_one, strict=True) if one)
                band = counting.band(about["hours"], told.received_at, until)
                found.waits.append(Wait(about, measures, band))
        for which, state, about, seconds in counting.visits(self._open, since, until):
            if within(about):
                agreed = self._clocks.agreed_time(state, about)
                found.visits.append(Visit(about, seconds, which in self._late, agreed))
        for measure, about, _ in counting.happened(self._sealed, self._late, since, until):
            found.sealed[measure] += within(about)
        stood = counting.stood(self._sealed, until)
        found.sealed["unresolved"] = sum(within(about) for _, _, about in stood)
        return found

    def card(self, profile: str, edges: Sequence[datetime], periods: int | None = None) -> Line:
        """All that a scorecard tells in figures; ``edges`` are as at when, since and before."""
        as_at, since, before_since = edges
        within = _within(profile)
        now, before = self.told(within, since, as_at), self.told(within, before_since, since)
        shown: Line = {}
        if profile in {"benchmark", "scrutiny"}:
            shown["benchmark"] = {"now": _benchmark(now.lines), "before": _benchmark(before.lines)}
        if profile == "benchmark":
            return shown
        both = {"now": now, "before": before}
        shown["figures"] = {when: told.lines["", None] for when, told in both.items()}
        shown["ages"] = {when: _ages(told) for when, told in both.items()}
        shown["sealed"] = {when: _in_fives(told.sealed) for when, told in both.items()}
        if periods is not None:
            shown["trend"] = self._trend(within, edges, periods)
        by = {when: _by(told.lines) for when, told in both.items()}
        planned = _planned(now.visits, before.visits)
        if profile == "layer:corporate":
            return {**shown, "exceptions": _exceptions(planned, by["now"])}
        return {
            **shown, "by": by, "planned": planned,
            "arrivals": _arrivals(now.happened), "workload": _workload(now.waits),
        }  # fmt: skip

    def _trend(self, within: Within, edges: Sequence[datetime], periods: int) -> list[Line]:
        ends = list(edges)
        while len(ends) <= periods:
            ends.append(ends[-1] - (ends[-2] - ends[-1]))
        return [
            {
                "since": _text(since),
                "as_at": _text(until),
                "figures": self.told(within, since, until).lines["", None],
            }
            for until, since in list(pairwise(ends))[::-1]
        ]


def figures_of(document: Mapping[str, Any]) -> Line:
    """The same of a document: all that is no head, lines by their code, without empty lines."""
    found = {name: part for name, part in document.items() if name not in HEAD}
    for name in ("by", "benchmark"):
        if name in found:
            found[name] = {
                when: {by: _by_code(lines) for by, lines in told.items()}
                for when, told in found[name].items()
            }
    if "exceptions" in found:
        told = found["exceptions"]
        by = {name: _by_code(lines) for name, lines in told["by"].items()}
        found["exceptions"] = {**told, "by": by}
    return found


def _by_code(lines: Iterable[Mapping[str, Any]]) -> dict[str | None, Line]:
    found = {line["code"]: {n: v for n, v in line.items() if n != "code"} for line in lines}
    return _not_empty(found)


def _not_empty(lines: Mapping[Code, Line]) -> dict[Code, Line]:
    return {code: line for code, line in lines.items() if set(line.values()) - {0, None}}


def _within(profile: str) -> Within:
    kind, _, code = profile.rpartition(":")
    name = {
        "scorecard:cluster": "cluster", "scorecard:business": "provider",
        "scorecard:service": "ola", "agency": "agency", "layer": "layer",
    }.get(kind)  # fmt: skip
    if name is None:
        return lambda _: True
    if name == "layer":
        return lambda about: LAYERS.get(about["rung"], "corporate") == code
    return lambda about: bool(about[name] == code)


def _by(lines: Mapping[Key, Line]) -> dict[str, dict[str | None, Line]]:
    return {
        name: _not_empty({code: line for (of, code), line in lines.items() if of == name})
        for name in DIMENSIONS
    }


def _ages(told: Told) -> dict[str, int]:
    return {band: sum(wait.band == band for wait in told.waits) for band in BANDS}


def _in_fives(counts: Counter[str]) -> dict[str, int | None]:
    names = ("logged", "resolved", "unresolved")
    return {name: counts[name] // FEW * FEW or None for name in names}


def _benchmark(lines: Mapping[Key, Line]) -> dict[str, dict[str, Line]]:
    by = _by(lines)
    return {
        name: _withheld({code or "": line for code, line in by[name].items()})
        for name in ("provider", "cluster")
    }


def _withheld(lines: Mapping[str, Line]) -> dict[str, Line]:
    """Without small counts, and the least of the others where there is one small one alone."""
    found = {code: {TIME: None, **line} for code, line in lines.items()}
    for measure in (*OVER, *AT_END):
        small = [code for code in lines if 0 < lines[code][measure] < FEW]
        if len(small) == 1:
            others = [(lines[c][measure], c) for c in lines if lines[c][measure] >= FEW]
            small += [code for _, code in sorted(others)[:1]]
        for code in small:
            found[code][measure] = None
    for line, whole in zip(found.values(), lines.values(), strict=True):
        for share, parts in SHARES.items():
            line[share] = None if None in {line[part] for part in parts} else whole[share]
        # A mean needs both counts of the visits that it is of; of clusters it is never told.
        told = TIME in whole and None not in {line["in_target"], line["past_target"]}
        line[TIME] = whole[TIME] if told else None
    return _not_empty(found)


def _planned(now: Sequence[Visit], before: Sequence[Visit]) -> list[Line]:
    keys = {
        (v.about["ola"], v.about["ladder"], v.about["rung"], v.about["severity"], v.agreed)
        for v in (*now, *before)
    }
    order = sorted(keys, key=lambda k: (k[0] or "", k[1], k[2], SEVERITIES.index(k[3]), k[4]))
    names = ("ola", "ladder", "rung", "severity", "agreed")
    return [
        {
            **dict(zip(names, key, strict=True)),
            "now": _kept(now, key),
            "before": _kept(before, key),
        }
        for key in order
    ]


def _kept(visits: Sequence[Visit], key: tuple[Any, ...]) -> Line:
    mine = [
        v
        for v in visits
        if (v.about["ola"], v.about["ladder"], v.about["rung"], v.about["severity"], v.agreed)
        == key
    ]
    late, seconds = sum(v.late for v in mine), sum(v.seconds for v in mine)
    return {
        "visits": len(mine),
        "in_target": len(mine) - late,
        "past_target": late,
        "mean_business_seconds": seconds // len(mine) if mine else None,
    }


def _exceptions(planned: Sequence[Line], by: Mapping[str, Mapping[str | None, Line]]) -> Line:
    return {
        "planned": [each for each in planned if each["now"]["past_target"] > 0],
        "by": {
            name: _not_empty(
                {code: {m: line[m] for m in ASTRAY} for code, line in by[name].items()}
            )
            for name in ("provider", "agency", "rung", "severity")
        },
    }


def _arrivals(happened: Iterable[tuple[str, Mapping[str, Any], datetime]]) -> Line:
    local = [at.astimezone(BRISBANE) for measure, _, at in happened if measure == "logged"]
    weeks = Counter((at - timedelta(days=at.weekday())).date().isoformat() for at in local)
    return {
        "by_hour": [{"hour": h, "logged": sum(at.hour == h for at in local)} for h in range(24)],
        "by_weekday": [
            {"day": day, "logged": sum(at.weekday() == n for at in local)}
            for n, day in enumerate(DAYS)
        ],
        "by_week": [{"from": week, "logged": weeks[week]} for week in sorted(weeks)],
    }


def _workload(waits: Iterable[Wait]) -> list[Line]:
    """Whom the issues wait for: on every rung here the provider's seat leads."""
    names = ("party", "rung", "seat", "function", "region")
    found = Counter(
        (
            wait.about["provider"],
            wait.about["rung"],
            SEATS.get(wait.about["rung"]),
            wait.about["function"],
            wait.about["region"],
        )
        for wait in waits
    )
    order = sorted(found, key=lambda key: tuple(part or "" for part in key))
    return [{**dict(zip(names, key, strict=True)), "unresolved": found[key]} for key in order]


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")

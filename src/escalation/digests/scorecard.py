"""The scorecard of a period: planned against actual, with the period before beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.digests import arrivals, exceptions, satisfaction, suppression
from escalation.digests.cards import Card
from escalation.digests.figures import BANDS, band_of
from escalation.digests.framework import Ages, Framework
from escalation.digests.measures import MEASURES, VERSION, Dimension
from escalation.digests.periods import before as begun_before
from escalation.digests.selection import told
from escalation.digests.shares import percent
from escalation.digests.standards import Spent, alike, planned, spent_by
from escalation.digests.tallies import TOTAL, Counted, Counts, Waiting
from escalation.routing.vocabulary import Severity

SCHEMA = "scorecard/1"
"""The document's shape; what a field means never changes under the same name."""
_SHARES = {
    "share_in_target": ("in_target", "past_target"),
    "updates_kept": ("updates_given", "updates_missed"),
}
"""Shares, each by the count that is good and the one that is not."""
Figures = dict[str, Any]
Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scorecard is of: whose, in which period, by what was known, on whose clock.

    ``earlier`` is when the periods began that go before the one before, the latest first: where
    there are any, how the figures went over all of them is told.
    """

    card: Card
    since: datetime
    as_at: datetime
    known_at: datetime
    before_since: datetime
    zone: str
    earlier: tuple[datetime, ...] = ()
    trend: bool = False

    def over(self, periods: int) -> "Asked":
        """The same with so many periods beside each other, the two that it has among them."""
        zone, edges = ZoneInfo(self.zone), [self.since, self.before_since]
        while len(edges) < periods:
            edges.append(begun_before(edges[-1], edges[-2], zone))
        return replace(self, earlier=tuple(edges[2:]), trend=True)


def build(
    framework: Framework,
    asked: Asked,
    now: Counted,
    before: Counted,
    earlier: Sequence[Counted] = (),
) -> dict[str, Any]:
    """The document: the same for the same rows in whatever order they come, JSON and no more.

    ``earlier`` is what the periods of ``asked.earlier`` come to.
    """
    ended, ended_before = alike(framework, now.visits), alike(framework, before.visits)
    place = _Places(framework)
    here = _figures(now, spent_by(ended), place)
    then = _figures(before, spent_by(ended_before), place)
    standards = planned(framework, ended, ended_before)
    shown: dict[str, Any] = {}
    if asked.card.compares:
        shown["benchmark"] = {"now": _benchmark(here), "before": _benchmark(then)}
    if asked.card.by_exception:
        shown |= _totals(framework, asked, now, before, (here, then))
        shown["exceptions"] = exceptions.told(standards, _by_dimension(here))
    if asked.card.tells_all:
        shown |= _totals(framework, asked, now, before, (here, then))
        shown["by"] = {"now": _by_dimension(here), "before": _by_dimension(then)}
        shown["planned"] = standards
        shown["arrivals"] = arrivals.told(now.arrivals, asked.zone)
        shown["workload"] = _workload(framework, now.waiting)
    if asked.trend:
        shown["trend"] = _trend(framework, asked, (now, before, *earlier))
    if satisfaction.any_of(now.opinions, before.opinions):
        shown |= _surveyed(asked, now, before)
    return {**_head(framework, asked, {*here, *then, *now.opinions, *before.opinions}), **shown}


def _trend(framework: Framework, asked: Asked, counted: Sequence[Counted]) -> list[dict[str, Any]]:
    """The figures of all in each period, the oldest first; what people answered where any did."""
    surveyed = satisfaction.any_of(*(each.opinions for each in counted))
    begun = (asked.since, asked.before_since, *asked.earlier)
    ended = (asked.as_at, *begun)
    points = []
    for since, until, each in zip(begun, ended, counted, strict=False):
        spent = spent_by(alike(framework, each.visits)).get((TOTAL, None))
        found: dict[str, Any] = {"since": told(since), "as_at": told(until)}
        found["figures"] = _measured(each.tallies[TOTAL, None], spent)
        if surveyed:
            found["satisfaction"] = satisfaction.told(each.opinions)["all"]
        points.append(found)
    return points[::-1]


def _surveyed(asked: Asked, now: Counted, before: Counted) -> dict[str, Any]:
    """What people answered, where anybody was asked: no document has it of a time before."""
    shown: dict[str, Any] = {}
    if asked.card.tells_all:
        periods = {"now": now, "before": before}
        shown["satisfaction"] = {
            when: satisfaction.told(each.opinions) for when, each in periods.items()
        }
    if asked.card.compares:
        by = (Dimension.PROVIDER.value, Dimension.CLUSTER.value)
        shown["satisfaction_beside"] = satisfaction.beside(now.opinions, by)
    return shown


def _head(framework: Framework, asked: Asked, keys: Iterable[Key]) -> dict[str, Any]:
    layer = asked.card.scope.layer
    told_of = {} if layer is None else {"layer": _layer(framework, layer)}
    return {
        **told_of,
        "schema": SCHEMA,
        "profile": asked.card.profile,
        "level": asked.card.level.value,
        "title": asked.card.title,
        "of": asked.card.of,
        "as_at": told(asked.as_at),
        "known_at": told(asked.known_at),
        "since": told(asked.since),
        "before_since": told(asked.before_since),
        "zone": asked.zone,
        "publication": {"label": framework.publication.label, "hash": framework.publication.hash},
        "directory_epoch": framework.directory_epoch,
        "dictionary": VERSION,
        "titles": _titles(framework, keys),
    }


def _layer(framework: Framework, name: str) -> dict[str, str]:
    """Who answers for a layer, and to whom its progress is reported."""
    entry = getattr(framework.publication.file.layers, name)
    return {
        "title": entry.title,
        "accountable_officers": entry.accountable_officers,
        "delivery_lead": entry.delivery_lead,
        "progress_reported_to": entry.progress_reported_to,
        "key_strategies": entry.key_strategies,
    }


def _totals(
    framework: Framework,
    asked: Asked,
    now: Counted,
    before: Counted,
    figures: tuple[Mapping[Key, Figures], Mapping[Key, Figures]],
) -> dict[str, Any]:
    """The figures of all, in both periods."""
    here, then = figures
    return {
        "figures": {"now": here[TOTAL, None], "before": then[TOTAL, None]},
        "ages": {
            "now": _ages(framework, now.waiting, asked.as_at),
            "before": _ages(framework, before.waiting, asked.since),
        },
        "sealed": {"now": _withheld(now.sealed), "before": _withheld(before.sealed)},
    }


def _withheld(counts: Counts) -> dict[str, int | None]:
    return {name: suppression.sealed(count) for name, count in counts.items()}


class _Places:
    """The order of codes: severities the worst first, rungs the lowest first, others by letters."""

    def __init__(self, framework: Framework) -> None:
        rungs = [(Dimension.RUNG.value, code) for code in framework.rungs()]
        severities = [(Dimension.SEVERITY.value, each.value) for each in Severity]
        self._places: dict[Key, int] = {key: n for n, key in enumerate((*rungs, *severities))}

    def __call__(self, key: Key) -> tuple[str, bool, int, str]:
        """What has no code comes last."""
        by, code = key
        return (by, code is None, self._places.get(key, 0), code or "")


def _figures(counted: Counted, spent: Mapping[Key, Spent], place: _Places) -> dict[Key, Figures]:
    """Every measure, of all and by each code of each dimension."""
    tallies = counted.tallies
    return {key: _measured(tallies[key], spent.get(key)) for key in sorted(tallies, key=place)}


def _measured(counts: Counts, spent: Spent | None) -> Figures:
    found: Figures = {name: counts.get(name, 0) for name in MEASURES}
    for name, (good, bad) in _SHARES.items():
        found[name] = percent(found[good], found[good] + found[bad])
    found["time_on_rung"] = None if spent is None else spent.mean
    return found


def _by_dimension(figures: Mapping[Key, Figures]) -> dict[str, list[dict[str, Any]]]:
    """By each dimension the codes that anything is told of, with the measures that apply to it."""
    return {
        dimension.value: [
            {"code": code, **{m: value for m, value in each.items() if _applies(m, dimension)}}
            for (by, code), each in figures.items()
            if by == dimension.value
        ]
        for dimension in Dimension
    }


def _applies(measure: str, dimension: Dimension) -> bool:
    return dimension in MEASURES[measure].dimensions


def _ages(framework: Framework, waiting: Iterable[Waiting], at: datetime) -> dict[str, int]:
    """Unresolved issues by their age in business days."""
    ages, found = Ages(at), dict.fromkeys(BANDS, 0)
    for each in waiting:
        by = ages.by(framework.agreement(each), each.calendar)
        found[band_of(by.since(each.received_at))] += 1
    return found


def _workload(framework: Framework, waiting: Iterable[Waiting]) -> list[dict[str, Any]]:
    """What waits for each leading seat: never for the person in it."""
    found: dict[tuple[str | None, ...], int] = {}
    for each in waiting:
        rung = framework.agreement(each).ladder.rung(each.rung)
        side, role = rung.lead.value, rung.seats.get(rung.lead)
        party = each.provider if side == "provider" else each.agency
        seat = None if role is None else role.value
        key = (party, each.rung, seat, each.function, each.region)
        found[key] = found.get(key, 0) + 1
    names = ("party", "rung", "seat", "function", "region")
    ordered = sorted(found, key=lambda key: tuple(part or "" for part in key))
    return [{**dict(zip(names, key, strict=True)), "unresolved": found[key]} for key in ordered]


def _benchmark(figures: Mapping[Key, Figures]) -> dict[str, Any]:
    """Providers, and clusters, beside each other: what is small is withheld, and no sum is told."""
    return {
        by.value: _beside({c or "": each for (of, c), each in figures.items() if of == by.value})
        for by in (Dimension.PROVIDER, Dimension.CLUSTER)
    }


def _beside(figures: Mapping[str, Figures]) -> list[dict[str, Any]]:
    counted = [name for name in MEASURES if name not in {*_SHARES, "time_on_rung"}]
    shown = {
        name: suppression.beside({code: each[name] for code, each in figures.items()})
        for name in counted
    }
    return [
        {"code": code, **_shares({name: shown[name][code] for name in counted}, each)}
        for code, each in figures.items()
    ]


def _shares(shown: Figures, figures: Figures) -> Figures:
    """The counts, with each share and mean whose counts are told."""
    for name, parts in _SHARES.items():
        whole = all(shown[part] is not None for part in parts)
        shown[name] = figures[name] if whole else None
    told_of = all(shown[part] is not None for part in _SHARES["share_in_target"])
    shown["time_on_rung"] = figures["time_on_rung"] if told_of else None
    return shown


def _titles(framework: Framework, keys: Iterable[Key]) -> dict[str, dict[str, str]]:
    """The words for the codes that the figures are told by."""
    directory, file = framework.directory, framework.publication.file
    tables: Mapping[str, Mapping[str, Any]] = {
        Dimension.PROVIDER.value: directory.parties,
        Dimension.AGENCY.value: directory.parties,
        Dimension.CLUSTER.value: directory.clusters,
        Dimension.FUNCTION.value: directory.file.functions,
        Dimension.REGION.value: directory.file.regions,
        Dimension.OLA.value: file.olas,
        Dimension.RUNG.value: framework.rungs(),
    }
    found: dict[str, dict[str, str]] = {name: {} for name in tables}
    for by, code in keys:
        table = tables.get(by, {})
        if code is not None and code in table:
            found[by][code] = table[code].title
    return found

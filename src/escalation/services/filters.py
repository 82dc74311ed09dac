"""Which events an endpoint is told of, by the issue that they are about.

An event is judged by its issue as the commit that recorded it left it, not by where the issue is
when the event is handed on. What is filtered out is never a delivery.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, convert, to_builtins
from msgspec.structs import asdict

from escalation.errors import Fault, Invalid
from escalation.routing.vocabulary import Severity
from escalation.routing.wording import not_among
from escalation.services.registry import Known, Registry
from escalation.store.outbox import Standing
from escalation.store.transaction import Connection


class Filter(Struct, frozen=True, omit_defaults=True):
    """What an issue has to be for its events to go out; a part that is empty asks nothing.

    ``agencies`` are those that it is of or also affects. ``rung_from`` is the lowest rung.
    """

    ladders: tuple[str, ...] = ()
    rung_from: str | None = None
    severities: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    olas: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Filter":
        """A filter from how it is kept."""
        return convert(kept or {}, cls)

    def kept(self) -> Mapping[str, Any] | None:
        """How it is kept: the parts that ask something, None where nothing is asked."""
        asked: Mapping[str, Any] = to_builtins(self)
        return asked or None

    def view(self) -> Mapping[str, Any]:
        """Every part by its name."""
        return asdict(self)


def filter_from(wanted: Mapping[str, Any], known: Known) -> Filter:
    """A filter of words that the ladders and the directory in force have, each once.

    Raises:
        Invalid: with a fault for each word that they do not have; it names the nearest.
    """
    lists = {name: tuple(dict.fromkeys(wanted.get(name, ()))) for name in _choices(known)}
    found = Filter.of({**lists, "rung_from": wanted.get("rung_from")})
    faults = [fault for name, words in lists.items() for fault in _strange(name, words, known)]
    rungs = _rungs(known, found.ladders)
    if found.rung_from is not None and found.rung_from not in rungs:
        detail = not_among(found.rung_from, rungs)
        faults.append(Fault("unknown_word", detail, pointer="/filters/rung_from"))
    if faults:
        raise Invalid("A word of the filters is not known; nothing was changed.", errors=faults)
    return found


def _strange(name: str, words: Sequence[str], known: Known) -> Iterable[Fault]:
    choices = _choices(known)[name]
    for place, word in enumerate(words):
        if word not in choices:
            yield Fault(
                "unknown_word", not_among(word, choices), pointer=f"/filters/{name}/{place}"
            )


def _choices(known: Known) -> Mapping[str, Sequence[str]]:
    file = None if known.publication is None else known.publication.file
    return {
        "ladders": () if file is None else tuple(file.ladders),
        "severities": tuple(Severity),
        "agencies": () if known.directory is None else tuple(known.directory.parties),
        "olas": () if file is None else tuple(file.olas),
    }


def _rungs(known: Known, ladders: Sequence[str]) -> Sequence[str]:
    """The rungs of these ladders, or of all, with those that agreements insert."""
    if known.publication is None:
        return ()
    publication = known.publication
    wanted = set(ladders).intersection(publication.file.ladders)
    pairs: list[tuple[str | None, str]] = [(None, name) for name in publication.file.ladders]
    pairs += [(o, name) for o, a in publication.file.olas.items() for name in a.ladders.values()]
    return tuple(
        dict.fromkeys(
            rung.id
            for ola, name in pairs
            if not wanted or name in wanted
            for rung in publication.effective(ola, name).rungs
        )
    )


Rungs = Callable[[Standing], tuple[Sequence[str], Sequence[str]]]
"""The rungs of an issue's ladder, lowest first: under its agreement, and without one."""


def rungs_by(registry: Registry, connection: Connection) -> Rungs:
    """Reads ladders as the issues pin them."""

    def rungs(standing: Standing) -> tuple[Sequence[str], Sequence[str]]:
        publication = registry.publication(connection, standing.publication)
        under = publication.effective(standing.ola, standing.ladder)
        plain = publication.effective(None, standing.ladder)
        return [rung.id for rung in under.rungs], [rung.id for rung in plain.rungs]

    return rungs


def fits(asked: Filter, standing: Standing, rungs: Rungs) -> bool:
    """Whether an issue that stands so is one whose events go out."""
    affected = {standing.agency, *standing.also_affects}
    plain = (
        (asked.ladders, {standing.ladder}),
        (asked.severities, {standing.severity}),
        (asked.agencies, affected),
        (asked.olas, {standing.ola}),
    )
    if not all(not words or has.intersection(words) for words, has in plain):
        return False
    return asked.rung_from is None or _reached(asked.rung_from, standing, *rungs(standing))


def _reached(lowest: str, standing: Standing, under: Sequence[str], plain: Sequence[str]) -> bool:
    """Whether a rung is the lowest or above it; one that an agreement omits counts by its place."""
    if lowest in under:
        start = under.index(lowest)
    elif lowest in plain:
        above = frozenset(plain[plain.index(lowest) :])
        start = next((at for at, rung in enumerate(under) if rung in above), len(under))
    else:
        return False
    return standing.rung in under[start:]

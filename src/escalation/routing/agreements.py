"""The operating level agreements compiled for looking up: which one an issue is under."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from escalation.routing.ladder import LadderFile, Ola
from escalation.routing.shape import Shape
from escalation.routing.terms import Eras, Term, term
from escalation.timekeeping.instants import seconds_of, zone_named


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as the choice of it needs it."""

    id: str
    title: str
    provider: str
    client: str
    cluster: str
    functions: frozenset[str]
    services: frozenset[str]
    regions: frozenset[str]
    term: Term
    begins: date
    ends: date
    calendar: str | None
    corporate_purchaser: str | None

    def covers(self, shape: Shape) -> bool:
        """Whether it is about such an issue, its dates aside; what an issue leaves open fits."""
        return (
            shape.provider in {None, self.provider}
            and (shape.function is None or shape.function in self.functions)
            and (not self.services or shape.service is None or shape.service in self.services)
            and (not self.regions or shape.region is None or shape.region in self.regions)
        )


class Agreements:
    """Every agreement of a publication, by client."""

    def __init__(self, file: LadderFile) -> None:
        """Compile the agreements; their dates are those of the calendar of their ladder."""
        self.by_id: Mapping[str, Agreement] = {
            key: _agreement(key, ola, _zone(file, ola)) for key, ola in file.olas.items()
        }
        self._by_client: dict[str, tuple[Agreement, ...]] = {}
        for agreement in self.by_id.values():
            known = self._by_client.get(agreement.client, ())
            self._by_client[agreement.client] = (*known, agreement)
        self._eras = Eras(agreement.term for agreement in self.by_id.values())

    def era(self, shape: Shape) -> int:
        """A number that is the same for two instants between which no agreement changes."""
        return self._eras.at(seconds_of(shape.at))

    def covering(self, shape: Shape) -> tuple[Agreement, ...]:
        """The agreements about such an issue, whether in force at its instant or not."""
        ours = self._by_client.get(shape.agency, ())
        return tuple(agreement for agreement in ours if agreement.covers(shape))


def _zone(file: LadderFile, ola: Ola) -> ZoneInfo:
    ladder = file.ladders[next(iter(ola.ladders.values()))]
    return zone_named(file.calendars[ola.calendar or ladder.calendar].zone)


def _agreement(key: str, ola: Ola, zone: ZoneInfo) -> Agreement:
    return Agreement(
        id=key,
        title=ola.title,
        provider=ola.provider,
        client=ola.client,
        cluster=ola.cluster,
        functions=frozenset(ola.functions),
        services=frozenset(ola.services),
        regions=frozenset(ola.regions),
        term=term(ola.begins, ola.ends, zone),
        begins=ola.begins,
        ends=ola.ends,
        calendar=ola.calendar,
        corporate_purchaser=ola.corporate_purchaser,
    )


def in_force(agreements: tuple[Agreement, ...], shape: Shape) -> Iterator[Agreement]:
    """Those of them whose dates hold at the issue's instant."""
    second = seconds_of(shape.at)
    return (agreement for agreement in agreements if agreement.term.holds(second))

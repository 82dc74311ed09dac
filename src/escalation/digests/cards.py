"""Which scorecards there are: the framework's three levels, the benchmark, and an agency's pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from escalation.digests.framework import Framework
from escalation.digests.tallies import Scope
from escalation.routing.wording import not_among


class Level(StrEnum):
    """Where performance is reviewed (framework: "Performance measurement")."""

    SSI = "ssi"
    BUSINESS = "business"
    SERVICE = "service"


SCORECARD = "scorecard:"
"""How a profile begins that is a scorecard."""
AGENCY = "agency:"
"""How a profile begins that is an agency's pack."""
BENCHMARK = "benchmark"
"""The profile in which providers, and clusters, stand beside each other."""
_KINDS = "scorecard:ssi, scorecard:cluster:<code>, scorecard:business:<provider>, "
PROFILES = f"{_KINDS}scorecard:service:<OLA>, benchmark, agency:<code>"
"""The profiles, in words."""


class NoSuchCard(Exception):
    """The profile names no scorecard; the text says what was found."""


@dataclass(frozen=True, slots=True)
class Card:
    """One scorecard: its profile, level and title, and whose issues it counts.

    ``parties`` has whose figures they are, by the kind of party; of nobody's they are everybody's.
    """

    profile: str
    level: Level
    title: str
    scope: Scope
    parties: Mapping[str, str] = field(default_factory=dict)

    @property
    def of(self) -> dict[str, str]:
        """Whose figures they are, by the kind of thing."""
        return {**self.parties, **self.scope.named()}

    @property
    def compares(self) -> bool:
        """Whether providers and clusters stand beside each other, small counts withheld."""
        return self.profile == BENCHMARK


def is_card(profile: str) -> bool:
    """Whether a profile is counted from measures."""
    return profile == BENCHMARK or profile.startswith((SCORECARD, AGENCY))


def card_of(profile: str, framework: Framework) -> Card:
    """The scorecard of a profile.

    Raises:
        NoSuchCard: there is none of that name.
    """
    if profile == BENCHMARK:
        return Card(profile, Level.SSI, "Benchmark of providers and clusters", Scope())
    if profile == f"{SCORECARD}{Level.SSI.value}":
        return Card(profile, Level.SSI, "Scorecard of the Initiative", Scope())
    if profile.startswith(AGENCY):
        return _of_agency(profile, framework)
    kind, _, code = profile.removeprefix(SCORECARD).partition(":")
    if kind not in _MADE:
        raise NoSuchCard(f"found {profile!r}, expected one of {PROFILES}")
    return _MADE[kind](profile, code, framework)


def _of_cluster(profile: str, code: str, framework: Framework) -> Card:
    title = _titled(framework.directory.clusters, code)
    return Card(profile, Level.SSI, f"{title}: cluster scorecard", Scope(cluster=code))


def _of_provider(profile: str, code: str, framework: Framework) -> Card:
    title = _titled(framework.directory.file.providers, code)
    return Card(profile, Level.BUSINESS, f"{title}: business scorecard", Scope(provider=code))


def _of_ola(profile: str, code: str, framework: Framework) -> Card:
    olas = framework.publication.file.olas
    title = _titled(olas, code)
    ola = olas[code]
    parties = {"cluster": ola.cluster, "provider": ola.provider, "agency": ola.client}
    title = f"{title}: service delivery scorecard"
    return Card(profile, Level.SERVICE, title, Scope(ola=code), parties)


def _of_agency(profile: str, framework: Framework) -> Card:
    code = profile.removeprefix(AGENCY)
    title = _titled(framework.directory.parties, code)
    return Card(profile, Level.SERVICE, f"{title}: agency pack", Scope(agency=code))


_MADE = {"cluster": _of_cluster, Level.BUSINESS.value: _of_provider, Level.SERVICE.value: _of_ola}


def _titled(table: Mapping[str, Any], code: str) -> str:
    if code not in table:
        raise NoSuchCard(not_among(code, sorted(table)))
    return str(table[code].title)

"""Which scorecards there are: the framework's three levels, its layers, benchmark and packs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from escalation.digests.framework import Framework
from escalation.digests.tallies import Scope
from escalation.routing.vocabulary import Layer
from escalation.routing.wording import not_among
from escalation.workflow.viewing import Viewer, covers


class Level(StrEnum):
    """Where performance is reviewed (framework: "Performance measurement")."""

    SSI = "ssi"
    BUSINESS = "business"
    SERVICE = "service"


SCORECARD = "scorecard:"
"""How a profile begins that is a scorecard."""
AGENCY = "agency:"
"""How a profile begins that is an agency's pack."""
LAYER = "layer:"
"""How a profile begins that is the progress of a layer, as it is reported to the layer's body."""
BENCHMARK = "benchmark"
"""The profile in which providers, and clusters, stand beside each other."""
SCRUTINY = "scrutiny"
"""The profile that has all there is, on request."""
_KINDS = "scorecard:ssi, scorecard:cluster:<code>, scorecard:business:<provider>, "
PROFILES = f"{_KINDS}scorecard:service:<OLA>, benchmark, agency:<code>, layer:<layer>, scrutiny"
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
        return self.profile in {BENCHMARK, SCRUTINY}

    @property
    def tells_all(self) -> bool:
        """Whether it has the figures of its scope, with no exception made."""
        return self.profile != BENCHMARK and not self.by_exception

    @property
    def tells_totals(self) -> bool:
        """Whether it has totals, so that how they went over several periods can be told."""
        return self.tells_all or self.by_exception

    @property
    def by_exception(self) -> bool:
        """Whether it tells only what is not as it was agreed: the corporate layer's."""
        return self.scope.layer == Layer.CORPORATE.value


def is_card(profile: str) -> bool:
    """Whether a profile is counted from measures."""
    return profile in {BENCHMARK, SCRUTINY} or profile.startswith((SCORECARD, AGENCY, LAYER))


def own_profiles(viewer: Viewer) -> list[str]:
    """The profiles of the parties that a viewer's key or person is for, if they may read them."""
    parts = [part for reach in (*viewer.within, viewer.reach or ()) for part in reach]
    named = [
        *(("provider", c) for part in parts for c in part.providers | part.parties),
        *(("agency", c) for part in parts for c in part.agencies | part.parties),
        *(("cluster", c) for part in parts for c in part.clusters),
    ]
    return sorted(f"{_OWN[kind]}{code}" for kind, code in named if covers(viewer, {kind: code}))


_OWN = {
    "provider": f"{SCORECARD}{Level.BUSINESS.value}:",
    "agency": AGENCY,
    "cluster": f"{SCORECARD}cluster:",
}


def card_of(profile: str, framework: Framework) -> Card:
    """The scorecard of a profile.

    Raises:
        NoSuchCard: there is none of that name.
    """
    if profile == BENCHMARK:
        return Card(profile, Level.SSI, "Benchmark of providers and clusters", Scope())
    if profile == f"{SCORECARD}{Level.SSI.value}":
        return Card(profile, Level.SSI, "Scorecard of the Initiative", Scope())
    if profile == SCRUTINY:
        return Card(profile, Level.SSI, "Scrutiny pack of the Initiative", Scope())
    if profile.startswith((AGENCY, LAYER)):
        kind, _, code = profile.partition(":")
        return _MADE[f"{kind}:"](profile, code, framework)
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


def _of_agency(profile: str, code: str, framework: Framework) -> Card:
    title = _titled(framework.directory.parties, code)
    return Card(profile, Level.SERVICE, f"{title}: agency pack", Scope(agency=code))


def _of_layer(profile: str, code: str, framework: Framework) -> Card:
    layers = framework.publication.file.layers
    title = _titled({each.value: getattr(layers, each.value) for each in Layer}, code)
    what = "by exception" if code == Layer.CORPORATE.value else "progress"
    return Card(profile, Level.SSI, f"{title}: {what}", Scope(layer=code))


_MADE = {
    "cluster": _of_cluster,
    Level.BUSINESS.value: _of_provider,
    Level.SERVICE.value: _of_ola,
    AGENCY: _of_agency,
    LAYER: _of_layer,
}
"""By what comes after ``scorecard:``, or by how the profile begins."""


def _titled(table: Mapping[str, Any], code: str) -> str:
    if code not in table:
        raise NoSuchCard(not_among(code, sorted(table)))
    return str(table[code].title)

"""Where an issue enters: which agreement, ladder, rung and calendar, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from escalation.errors import Fault, Invalid
from escalation.routing.agreements import Agreement, in_force
from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveLadder, EffectiveRung
from escalation.routing.publication import Publication
from escalation.routing.severity import severity_of
from escalation.routing.shape import Shape
from escalation.routing.vocabulary import Scope, SetBy
from escalation.routing.wording import not_among, one_of, quoted

__all__ = ["Entry", "Shape", "choose", "next_rung", "severity_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """The way in: parties and calendar settled, each step of the choice as a sentence."""

    ola: str | None
    ladder: EffectiveLadder
    rung: EffectiveRung
    provider: str
    cluster: str | None
    calendar: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    corporate_purchaser: str | None = None


def choose(publication: Publication, directory: Directory, shape: Shape) -> Entry:
    """Where an issue of this shape enters.

    Raises:
        Invalid: a code is unknown (the fault names the nearest), the provider is left open where
            no agreement settles it, or several agreements fit (the fault names them). Each
            fault's pointer is the field's name in a request.
    """
    key = (
        publication.hash,
        directory.era(shape.at),
        publication.agreements.era(shape),
        shape.kind,
        shape.agency,
        shape.provider,
        shape.function,
        shape.service,
        shape.region,
        shape.scope,
        shape.severity,
        shape.raiser,
        shape.channel,
    )
    entry: Entry | None = directory.memo.get(key)
    if entry is None:
        entry = _Choice(publication, directory, shape).entry()
        directory.remember(key, entry)
    return entry


def next_rung(
    ladder: EffectiveLadder, rung_id: str, shape: Shape
) -> tuple[EffectiveRung | None, tuple[str, ...]]:
    """The rung above, with the reason of each one left out; None from the last rung."""
    return _climb(ladder, ladder.position(rung_id) + 1, shape)


def _climb(
    ladder: EffectiveLadder, position: int, shape: Shape
) -> tuple[EffectiveRung | None, tuple[str, ...]]:
    """The first rung from a position on that no skip rule leaves out; the last always stands."""
    skipped: list[str] = []
    for rung in ladder.rungs[position:]:
        why = None if rung is ladder.last else _left_out(ladder, rung, shape)
        if why is None:
            return rung, tuple(skipped)
        skipped.append(f"{rung.title} is left out: {why}")
    return None, tuple(skipped)


def _left_out(ladder: EffectiveLadder, rung: EffectiveRung, shape: Shape) -> str | None:
    for rule in ladder.skip:
        if rule.rung == rung.id and rule.holds(shape):
            return rule.reason
    return None


@dataclass(frozen=True, slots=True)
class _Choice:
    publication: Publication
    directory: Directory
    shape: Shape

    def entry(self) -> Entry:
        self._check(self._unknown())
        agreement, warnings = self._agreement()
        provider = agreement.provider if agreement else self._provider()
        shape = replace(self.shape, provider=provider)
        ladder = self.publication.effective(agreement.id if agreement else None, shape.scope)
        rung, way = _first(ladder, shape)
        calendar, by = self._calendar(ladder)
        return Entry(
            ola=agreement.id if agreement else None,
            ladder=ladder,
            rung=rung,
            provider=provider,
            cluster=agreement.cluster if agreement else self._cluster(provider),
            calendar=calendar,
            reasons=(self._why(agreement, ladder), *way, by),
            warnings=warnings,
            corporate_purchaser=agreement.corporate_purchaser if agreement else None,
        )

    def _check(self, faults: Iterable[Fault]) -> None:
        found = list(faults)
        if found:
            raise Invalid("The issue does not fit the directory and the ladders", errors=found)

    def _unknown(self) -> Iterator[Fault]:
        """Each code that names nothing, and each that does not go with another."""
        shape, file = self.shape, self.directory.file
        clients = [code for code, party in self.directory.parties.items() if not party.central]
        yield from _known("agency", shape.agency, clients)
        yield from _known("provider", shape.provider, file.providers)
        yield from _known("function", shape.function, file.functions)
        yield from _known("service", shape.service, file.services)
        yield from _known("region", shape.region, file.regions)
        if shape.provider == shape.agency:
            detail = f"found {quoted(shape.agency)} on both sides, expected another provider"
            yield Fault("wrong_value", detail, pointer="/provider")
        if shape.function is None and shape.scope is Scope.FUNCTION:
            detail = "found none, expected a function, for the issue is about one"
            yield Fault("missing_key", detail, pointer="/function")
        yield from self._service()

    def _service(self) -> Iterator[Fault]:
        shape = self.shape
        service = self.directory.file.services.get(shape.service or "")
        if service and shape.function is not None and service.function != shape.function:
            own = quoted(service.function)
            detail = f"found {quoted(str(shape.service))}, a service of {own}; expected one of "
            yield Fault("wrong_value", detail + quoted(shape.function), pointer="/service")

    def _agreement(self) -> tuple[Agreement | None, tuple[str, ...]]:
        covering = self.publication.agreements.covering(self.shape)
        current = tuple(in_force(covering, self.shape))
        if len(current) > 1:
            names = " and ".join(quoted(agreement.id) for agreement in current)
            one_provider = len({agreement.provider for agreement in current}) == 1
            field = "agency" if one_provider else "provider"
            detail = f"found {len(current)} agreements that fit: {names}; expected one"
            self._check([Fault("several_agreements", detail, pointer=f"/{field}")])
        if current:
            return current[0], ()
        ends = "; the default ladder is used"
        past = [self._out_of_force(agreement) + ends for agreement in covering]
        return None, tuple(past) or (self._no_agreement() + ends,)

    def _out_of_force(self, agreement: Agreement) -> str:
        began = agreement.term.start <= self.shape.at.timestamp()
        when = f"ended on {agreement.ends}" if began else f"begins on {agreement.begins}"
        return f"The agreement {agreement.id} ({agreement.title}) {when}"

    def _no_agreement(self) -> str:
        shape = self.shape
        client = self.directory.party(shape.agency).title
        whose = f" with {self.directory.party(shape.provider).title}" if shape.provider else ""
        about = shape.function or "the whole of the service"
        return f"No agreement of {client}{whose} covers {about}"

    def _provider(self) -> str:
        """Who serves the client where no agreement says so."""
        if self.shape.provider is not None:
            return self.shape.provider
        clusters = self.directory.clusters.values()
        serving = [c.provider for c in clusters if self.shape.agency in c.members]
        if len(serving) != 1:
            choices = one_of(serving or self.directory.file.providers)
            detail = f"found none, expected {choices}, for no agreement settles it"
            self._check([Fault("missing_key", detail, pointer="/provider")])
        return serving[0]

    def _cluster(self, provider: str) -> str | None:
        return self.directory.cluster_of(provider, self.shape.agency)

    def _why(self, agreement: Agreement | None, ladder: EffectiveLadder) -> str:
        if agreement is None:
            return f"{ladder.title} is the default ladder"
        return f"{ladder.title} is the ladder of {agreement.id} ({agreement.title})"

    def _calendar(self, ladder: EffectiveLadder) -> tuple[str, str]:
        """The agreement's own calendar, else the region's, else the ladder's."""
        regions, code = self.directory.file.regions, self.shape.region
        own = ladder.calendar.value
        if ladder.calendar.source.set_by is SetBy.OLA:
            return own, f"Calendar {own} is set by {ladder.ola}"
        region = regions[code].calendar if code is not None else None
        if region is not None:
            return region, f"Calendar {region} is that of the region {code}"
        return own, f"Calendar {own} is that of the ladder"


def _known(field: str, code: str | None, known: Iterable[str]) -> Iterator[Fault]:
    names = list(known)
    if code is not None and code not in names:
        yield Fault("unknown_reference", not_among(code, names), pointer=f"/{field}")


def _first(ladder: EffectiveLadder, shape: Shape) -> tuple[EffectiveRung, tuple[str, ...]]:
    """The rung of the first entry rule that holds, else the first that is not left out."""
    for rule in ladder.entry:
        if rule.holds(shape):
            rung = ladder.rung(rule.rung)
            return rung, (f"It enters at {rung.title}: {rule.reason}",)
    found, skipped = _climb(ladder, 0, shape)
    rung = found or ladder.last
    return rung, (*skipped, f"It enters at {rung.title}, the first rung")

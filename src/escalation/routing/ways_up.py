"""Whether every issue of an agreement can come to its ladder's last rung, and is led there.

That the last rung is never left out, omitted or skipped is held where the ladder file is read, and
that each forum's rung has its body in ``cross_checks``. What is left is an officers' rung that
nobody can ever lead: on the last rung an issue would lie for ever, and so it would on a lower one
that passes nothing on by itself. Source: the domain's "Who holds a seat".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from escalation.errors import Fault
from escalation.routing.agreements import Agreement
from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveLadder, EffectiveRung
from escalation.routing.publication import Publication
from escalation.routing.seating import Sitting
from escalation.routing.seats import Parties, line_of
from escalation.routing.vocabulary import (
    REGIONAL,
    EmptySeat,
    PastTarget,
    Role,
    RungKind,
    Scope,
    Side,
)
from escalation.routing.wording import quoted


def ways_up(publication: Publication, directory: Directory) -> Iterator[Fault]:
    """A fault for each ladder of an agreement on which an issue would lie with nobody for ever.

    It is placed where the agreement names the ladder. Agreements whose parties the directory does
    not know have no seats to look at, and are told of elsewhere.
    """
    for agreement in publication.agreements.by_id.values():
        if {agreement.provider, agreement.client} <= directory.parties.keys():
            for scope in publication.file.olas[agreement.id].ladders:
                yield from _Way(publication, directory, agreement, scope).faults()


@dataclass(frozen=True, slots=True)
class _Way:
    publication: Publication
    directory: Directory
    agreement: Agreement
    scope: Scope

    def faults(self) -> Iterator[Fault]:
        ladder = self.publication.effective(self.agreement.id, self.scope)
        for rung in ladder.rungs:
            ends = _ends(ladder, rung)
            unled = [each for each in self._functions() if ends and not self._led(rung, each)]
            if unled:
                path = ("olas", self.agreement.id, "ladders", self.scope.value)
                detail = f"found the rung {quoted(rung.id)}, {ends}, and {self._mend(rung, unled)}"
                yield self.publication.positions.fault("no_way_up", path, detail)

    def _functions(self) -> list[str | None]:
        return [*sorted(self.agreement.functions)] if self.scope is Scope.FUNCTION else [None]

    def _led(self, rung: EffectiveRung, function: str | None) -> bool:
        """Whether anybody ever leads there while the agreement runs, in some region of its."""
        roles = self._roles(rung)
        named = self.agreement.corporate_purchaser
        if named and rung.lead is Side.AGENCY and Role.CORPORATE_PURCHASER in roles:
            return True
        party = self._party(rung)
        takes = rung.empty_seat.value is EmptySeat.ALTERNATE
        return any(
            self._within(each, function)
            and (not each.alternate or (takes and role is rung.seats[rung.lead]))
            for role in roles
            for each in self.directory.seating.ever(party, role)
        )

    def _within(self, sitting: Sitting, function: str | None) -> bool:
        _, _, theirs, region = sitting.key
        regions = self.agreement.regions
        there = region is None or not regions or region in regions
        during = not sitting.term.within(self.agreement.term).empty
        return there and during and theirs in {None, function}

    def _roles(self, rung: EffectiveRung) -> tuple[Role, ...]:
        """The role that leads, and all that may sit there for it."""
        parties = Parties(self.agreement.provider, self.agreement.client)
        line = line_of(self.directory, parties, rung.lead, rung.seats[rung.lead])
        return (*line, *(REGIONAL[role] for role in line if role in REGIONAL))

    def _party(self, rung: EffectiveRung) -> str:
        return self.agreement.provider if rung.lead is Side.PROVIDER else self.agreement.client

    def _mend(self, rung: EffectiveRung, unled: list[str | None]) -> str:
        role, party = rung.seats[rung.lead].words, quoted(self._party(rung))
        named = ", ".join(quoted(each) for each in unled if each is not None)
        about = f" for {named}" if named else ""
        return (
            f"nobody ever leads there{about} while the agreement runs; expected an appointment as "
            f"{role} of {party} in the directory, or another ladder"
        )


def _ends(ladder: EffectiveLadder, rung: EffectiveRung) -> str | None:
    """Why an issue that nobody leads stays there, where it does."""
    if rung.kind is not RungKind.OFFICERS:
        return None
    if rung is ladder.last:
        return "the last one"
    told_only = rung.past_target.value is PastTarget.NOTIFY
    if told_only and ladder.empty_seat(rung.id) is not EmptySeat.NEXT_RUNG:
        return "which past target only tells"
    return None

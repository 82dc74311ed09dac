"""Seats in words: who sits, for whom, by what, and where."""

from dataclasses import dataclass

from escalation.routing.directory import Directory
from escalation.routing.seating import Delegation, Sitting
from escalation.routing.vocabulary import Role


@dataclass(frozen=True, slots=True)
class SeatWords:
    """The words of one directory, for an issue of one function and region.

    Codes that the directory does not know are told as they are.
    """

    directory: Directory
    function: str | None
    region: str | None

    def name(self, person: str) -> str:
        """A person's name."""
        known = self.directory.people.get(person)
        return known.name if known else person

    def place(self, party: str) -> str:
        """Party, function and region as people say them."""
        file = self.directory.file
        words = []
        if self.function is not None:
            known = file.functions.get(self.function)
            words.append(f"for {known.title if known else self.function}")
        there = self.directory.parties.get(party)
        words.append(f"at {there.title if there else party}")
        if self.region is not None:
            region = file.regions.get(self.region)
            words.append(f"in {region.title if region else self.region}")
        return " ".join(words)

    def sitting(self, found: Sitting) -> str:
        """Who sits, in which seat, and by what."""
        seat, name = self._seat(found), self.name(found.person)
        if not found.acting:
            return f"{name} is {seat} (appointment {found.id})"
        away = self.directory.seating.appointments.get(found.instead_of or "")
        instead = f" in place of {self.name(away.person)}" if away else ""
        return f"{name} acts as {seat}{instead} (acting appointment {found.id})"

    def delegated(self, given: Delegation) -> str:
        """Who has been given the work, and by what."""
        return f"{self.name(given.to)} has it by delegation ({given.id})"

    def _seat(self, found: Sitting) -> str:
        file = self.directory.file
        party, role, function, region = found.key
        where = "" if function is None else f" for {file.functions[function].title}"
        if region is not None:
            where += f" in {file.regions[region].title}"
        return f"{Role(role).words}{where} at {self.directory.parties[party].title}"

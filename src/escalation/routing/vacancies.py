"""The seats that agreements need and nobody holds: told before an issue runs into them."""

from collections.abc import Iterator
from datetime import datetime

from escalation.routing.agreements import Agreement
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.seats import Holding, Parties, holdings
from escalation.routing.vocabulary import Scope
from escalation.timekeeping.instants import seconds_of


def vacancies(publication: Publication, directory: Directory, at: datetime) -> tuple[str, ...]:
    """A sentence for each empty seat of each agreement in force at an instant; empty is well.

    Regions are left open: a seat that only some regions have a holder for counts as empty.
    """
    second = seconds_of(at)
    found = (
        f"{agreement.id}, {rung}: {holding.reason}"
        for agreement in publication.agreements.by_id.values()
        if agreement.term.holds(second)
        for rung, holding in _seats(publication, directory, agreement, at)
        if holding.person is None
    )
    return tuple(dict.fromkeys(found))


def _seats(
    publication: Publication, directory: Directory, agreement: Agreement, at: datetime
) -> Iterator[tuple[str, Holding]]:
    for scope in Scope:
        functions = sorted(agreement.functions) if scope is Scope.FUNCTION else [None]
        ladder = publication.effective(agreement.id, scope)
        for rung in ladder.rungs:
            rule = ladder.empty_seat(rung.id)
            for function in functions:
                parties = Parties(
                    agreement.provider,
                    agreement.client,
                    function,
                    corporate_purchaser=agreement.corporate_purchaser,
                )
                for holding in holdings(directory, rung, parties, at, rule=rule).values():
                    yield rung.title, holding

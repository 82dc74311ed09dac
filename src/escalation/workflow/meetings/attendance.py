"""Who is at a meeting and as whom: seats by the directory, proxies by what they say."""

from collections.abc import Iterator

from escalation.errors import Fault, Invalid
from escalation.routing.membership import ForumSeat
from escalation.routing.wording import not_among
from escalation.workflow.meetings.asks import Attend, Attendee
from escalation.workflow.meetings.facts import MeetingFacts, Present, SitsAs


def present_at(facts: MeetingFacts, ask: Attend) -> tuple[Present, ...]:
    """Those who are said to be there, each with the seat that they fill.

    Whoever holds a seat fills it. Somebody else may fill it as a proxy, by an authority that they
    name; whoever fills none is an observer.

    Raises:
        Invalid: naming each person, seat or authority that cannot be.
    """
    people = facts.under.directory.people
    seats = facts.seats_at(facts.meeting.sitting.starts_at)
    faults = [
        Fault("unknown", not_among(person, people), pointer=f"/apologies/{number}")
        for number, person in enumerate(ask.apologies)
        if person not in people
    ]
    present: dict[str, Present] = {}
    for number, who in enumerate(ask.present):
        pointer = f"/present/{number}"
        try:
            if who.person not in people:
                raise _wrong("unknown", not_among(who.person, people), f"{pointer}/person")
            for each in _seated(who, seats, pointer):
                _fill(present, each, pointer)
        except Invalid as error:
            faults.extend(error.errors)
    if faults:
        raise Invalid("The attendance was not recorded.", errors=faults)
    return tuple(present.values())


def _fill(present: dict[str, Present], each: Present, pointer: str) -> None:
    """Somebody into their seat; an observer is known by their name alone."""
    place = each.seat or each.person
    if place in present and present[place] != each:
        detail = f"found {place} filled twice, expected one person in each seat"
        raise _wrong("repeated", detail, pointer)
    present[place] = each


def _wrong(code: str, detail: str, pointer: str) -> Invalid:
    return Invalid(detail, errors=[Fault(code, detail, pointer=pointer)])


def _seated(who: Attendee, seats: tuple[ForumSeat, ...], pointer: str) -> Iterator[Present]:
    """Every seat that somebody fills; an observer's entry where it is none."""
    if who.seat is not None:
        yield _in_named_seat(who, seats, pointer)
        return
    own = [seat for seat in seats if seat.person == who.person]
    for seat in own:
        yield Present(who.person, SitsAs.MEMBER if seat.votes else SitsAs.INVITEE, seat.name)
    if not own:
        yield Present(who.person, SitsAs.OBSERVER, None, who.authority)


def _in_named_seat(who: Attendee, seats: tuple[ForumSeat, ...], pointer: str) -> Present:
    seat = next((each for each in seats if each.name == who.seat), None)
    if seat is None:
        detail = not_among(str(who.seat), [each.name for each in seats])
        raise _wrong("unknown", detail, f"{pointer}/seat")
    if seat.person == who.person:
        return Present(who.person, SitsAs.MEMBER if seat.votes else SitsAs.INVITEE, seat.name)
    if who.authority is None:
        detail = (
            f"{who.person} does not hold {seat.name}; say by what authority they sit for "
            f"{seat.person or 'the empty seat'} in `authority`"
        )
        raise _wrong("missing", detail, f"{pointer}/authority")
    sits_as = SitsAs.PROXY if seat.votes else SitsAs.INVITEE
    return Present(who.person, sits_as, seat.name, who.authority)

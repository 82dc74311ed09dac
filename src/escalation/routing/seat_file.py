"""Who sits where, as a directory file says it: appointments, acting terms, delegations."""

from typing import Annotated

from pydantic import Field

from escalation.routing.fields import Id, Ids, Moment, Strict
from escalation.routing.vocabulary import Picking, Role

Flag = Annotated[bool, Field(strict=True)]


class AppointmentEntry(Strict):
    """A person in a seat of a party, from a date until a date, both inclusive.

    A bound that is left out is open: since before the record begins, or until further notice.
    An alternate sits only where the seat is empty and the rung's rule says `alternate`, or where
    the holder is recused.
    """

    person: Id
    role: Role
    party: Id
    function: Id | None = None
    region: Id | None = None
    from_: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    alternate: Flag = False


class OfSeat(Strict):
    """A seat, named by an appointment to it, or by role, party, function and region."""

    for_: Id | None = Field(default=None, alias="for", description="an appointment to the seat")
    role: Role | None = None
    party: Id | None = None
    function: Id | None = None
    region: Id | None = None


class ActingEntry(OfSeat):
    """A person who acts in a seat while its holder is away, or while it has none."""

    person: Id
    from_: Moment = Field(alias="from")
    until: Moment | None = None


class DelegationEntry(OfSeat):
    """What a person, or whoever holds a seat, has given to another to do, while a term runs.

    Without functions, regions or agreements it covers them all.
    """

    by: Id | None = Field(default=None, description="the person who delegates; else name a seat")
    to: Id
    functions: Ids = ()
    regions: Ids = ()
    agreements: Ids = Field(default=(), description="of the ladder file")
    from_: Moment = Field(alias="from")
    until: Moment | None = None


class SharedSeatEntry(Strict):
    """A seat that several people hold at once, and who of them gets the next issue."""

    role: Role
    party: Id
    function: Id | None = None
    region: Id | None = None
    pick: Picking

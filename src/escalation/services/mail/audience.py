"""Who is told of what by mail: the one table, and how its words come to people.

Source: the domain's "Clocks" (who hears of an end), "Who holds a seat" (who hears of an empty one)
and "Forums" (what a secretariat does). The rest is our reading: who has to act is told of what
brings an issue to them, and the other side of what was done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.delivery.mail.addresses import address
from escalation.routing.approval import Need
from escalation.routing.directory import Directory
from escalation.routing.membership import seats_of
from escalation.routing.seats import holder, holdings
from escalation.routing.vocabulary import Role, Side
from escalation.workflow.climbing import parties_of
from escalation.workflow.events import EventType as Type
from escalation.workflow.facts import Agreement, Issue
from escalation.workflow.meetings.plan import MeetingEvent
from escalation.workflow.viewing import readers


def reachable(directory: Directory, person: str) -> bool:
    """Whether somebody is in the directory with an address that mail can go to."""
    found = directory.people.get(person)
    if found is None or not found.email:
        return False
    try:
        address(found.email)
    except ValueError:
        return False
    return True


class Who(StrEnum):
    """To whom, as seen from an event."""

    LEAD = "who has to act on it"
    OTHERS = "the holders of its other seats"
    LEFT = "who held its seats before"
    TOLD = "whom the event itself says is to hear"
    GIVEN = "whose seat it becomes, and whose it was"
    ASKED = "whose advice is asked"
    SECRETARIAT = "the secretariat of its forum"
    MEMBERS = "the members of its forum"
    APPROVERS = "whose approval a change of the ladder file needs"
    ACCOUNT_MANAGER = "the provider's account manager"
    NAMED = "the people named for a sealed issue"


@dataclass(frozen=True, slots=True)
class Case:
    """An event with what it is about, as that stands now."""

    details: Mapping[str, Any]
    directory: Directory
    now: datetime
    issue: Issue | None = None
    under: Agreement | None = None


_W = Who
TOLD_OF: Mapping[str, tuple[frozenset[Who], frozenset[Who]]] = {
    kind: (frozenset(must), frozenset(may))
    for kind, must, may in (
        # event                      who must be told             who is told besides
        (Type.LOGGED, {_W.LEAD}, {_W.OTHERS}),
        (Type.ACKNOWLEDGED, (), {_W.OTHERS}),
        (Type.CHANGED, (), {_W.LEAD}),
        (Type.INFORMED, (), {_W.OTHERS}),
        (Type.CONTACTED, (), {_W.LEAD}),
        (Type.HELD, (), {_W.OTHERS}),
        (Type.RESUMED, {_W.LEAD}, ()),
        (Type.WARNED, {_W.TOLD}, {_W.LEAD}),
        (Type.ESCALATED, {_W.LEAD}, {_W.OTHERS, _W.LEFT, _W.SECRETARIAT}),
        (Type.REFERRED_BACK, {_W.LEAD}, {_W.OTHERS, _W.LEFT}),
        (Type.REPORTED_UP, {_W.SECRETARIAT}, ()),
        (Type.REASSIGNED, {_W.GIVEN}, {_W.OTHERS}),
        (Type.HOLDER_CHANGED, {_W.LEAD}, {_W.OTHERS}),
        (Type.SEAT_VACANT, {_W.TOLD}, ()),
        (Type.PROPOSED, {_W.LEAD, _W.OTHERS}, ()),
        (Type.AGREED, (), {_W.LEAD, _W.OTHERS}),
        (Type.DISSENTED, (), {_W.LEAD, _W.OTHERS, _W.LEFT}),
        (Type.ADVICE_SOUGHT, {_W.ASKED}, ()),
        (Type.ADVICE_GIVEN, (), {_W.LEAD}),
        (Type.UPSTREAM_SETTLED, (), {_W.LEAD}),
        (Type.MERGED, (), {_W.LEAD, _W.OTHERS}),
        (Type.TABLED, {_W.SECRETARIAT}, ()),
        (Type.DEFERRED, {_W.SECRETARIAT}, ()),
        (Type.DECIDED, (), {_W.LEAD, _W.OTHERS, _W.LEFT, _W.SECRETARIAT}),
        (Type.NOTED_BY_FORUM, (), {_W.LEAD, _W.OTHERS}),
        (Type.RESOLVED, (), {_W.LEAD, _W.OTHERS}),
        (Type.DISPUTED, {_W.LEAD}, {_W.OTHERS, _W.LEFT}),
        (Type.REOPENED, {_W.LEAD}, {_W.OTHERS}),
        (Type.CLOSED, (), {_W.LEAD, _W.OTHERS}),
        (Type.WITHDRAWN, (), {_W.LEAD, _W.OTHERS}),
        (Type.EXHAUSTED, {_W.LEAD, _W.SECRETARIAT, _W.ACCOUNT_MANAGER}, ()),
        (Type.BREACHED, {_W.NAMED}, ()),
        (MeetingEvent.SCHEDULED, {_W.SECRETARIAT}, {_W.MEMBERS}),
        (MeetingEvent.AGENDA, {_W.SECRETARIAT}, {_W.MEMBERS}),
        (MeetingEvent.MOVED, {_W.SECRETARIAT}, {_W.MEMBERS}),
        (MeetingEvent.CANCELLED, {_W.SECRETARIAT}, {_W.MEMBERS}),
        (MeetingEvent.CLOSED, (), {_W.SECRETARIAT}),
        ("digest.ready", (), {_W.SECRETARIAT}),
        ("ladder.change_proposed", {_W.APPROVERS}, ()),
        ("ladder.change_declined", (), {_W.APPROVERS}),
        ("ladder.change_withdrawn", (), {_W.APPROVERS}),
    )
}
"""Event: who is told whatever they wish, and who is told unless they want no mail."""


def told_of(kind: str, case: Case) -> dict[str, bool]:
    """Who is told of an event of that type, each once: whether they are told whatever they wish."""
    must, may = TOLD_OF.get(kind, (frozenset(), frozenset()))
    if kind == MeetingEvent.SCHEDULED and not case.details.get("in_between"):
        return {}  # what a forum's rule has is no news: half a year of it is put down at once
    found: dict[str, bool] = {}
    for wanted, whether in ((must, True), (may, False)):
        for who in Who:
            if who in wanted:
                for person in _PEOPLE[who](case):
                    found.setdefault(person, whether)
    allowed = None if case.issue is None else readers(case.issue)
    return {p: must for p, must in found.items() if allowed is None or p in allowed}


def _lead(case: Case) -> Iterator[str]:
    issue, under = case.issue, case.under
    if issue is None or under is None:
        return
    held = issue.seats.get(under.ladder.rung(issue.rung).lead)
    if held is not None and held.person is not None:
        yield held.person


def _others(case: Case) -> Iterator[str]:
    lead = set(_lead(case))
    for held in () if case.issue is None else case.issue.seats.values():
        if held.person is not None and held.person not in lead:
            yield held.person


def _left(case: Case) -> Iterator[str]:
    visits = () if case.issue is None else case.issue.visits[:-1]
    yield from visits[-1].holders if visits else ()


def _told(case: Case) -> Iterator[str]:
    """Whom an event says is to hear: by name, or by the rung whose lead it is."""
    tells = case.details.get("tells")
    if tells == "secretariat":
        yield from _secretariat(case)
    if not isinstance(tells, Mapping):
        return
    if tells.get("lead"):
        yield from _lead(case)
    if tells.get("rung_above"):
        yield from _lead_on(case, str(tells["rung_above"]))
    if tells.get("forum"):
        yield from _secretary(case, str(tells["forum"]))
    yield from (str(tells[n]) for n in ("person", "account_manager", "secretariat") if tells.get(n))


def _lead_on(case: Case, rung: str) -> Iterator[str]:
    if case.issue is None or case.under is None:
        return
    there = case.under.ladder.rung(rung)
    parties = parties_of(case.under, case.issue.shape(case.now))
    held = holdings(case.directory, there, parties, case.now).get(there.lead)
    if held is not None and held.person is not None:
        yield held.person


def _given(case: Case) -> Iterator[str]:
    yield from (str(case.details[name]) for name in ("to", "from") if case.details.get(name))


def _asked(case: Case) -> Iterator[str]:
    if case.details.get("person"):
        yield str(case.details["person"])
    elif case.details.get("forum"):
        yield from _secretary(case, str(case.details["forum"]))


def _secretariat(case: Case) -> Iterator[str]:
    forum = case.details.get("forum") or (case.details.get("digest") or {}).get("forum")
    if forum is None and case.issue is not None:
        forum = case.issue.forum
    if forum is not None:
        yield from _secretary(case, str(forum))


def _secretary(case: Case, forum: str) -> Iterator[str]:
    body = case.directory.forums.get(forum)
    if body is not None:
        yield body.secretariat


def _members(case: Case) -> Iterator[str]:
    body = case.directory.forums.get(str(case.details.get("forum")))
    seats = () if body is None else seats_of(case.directory, body, case.now)
    yield from (seat.person for seat in seats if seat.person is not None)


def _approvers(case: Case) -> Iterator[str]:
    for told in case.details.get("needs") or ():
        need = Need.restored(told)
        person = need.signatory(case.directory, case.now)
        if person is not None:
            yield person
        if need.forum is not None:
            yield from _secretary(case, need.forum)


def _account_manager(case: Case) -> Iterator[str]:
    if case.issue is None or case.under is None:
        return
    parties = parties_of(case.under, case.issue.shape(case.now))
    found = holder(case.directory, Side.PROVIDER, Role.ACCOUNT_MANAGER, parties, case.now)
    if found.person is not None:
        yield found.person


def _named(case: Case) -> Iterator[str]:
    yield from (readers(case.issue) or ()) if case.issue is not None else ()


_PEOPLE: Mapping[Who, Callable[[Case], Iterator[str]]] = {
    Who.LEAD: _lead,
    Who.OTHERS: _others,
    Who.LEFT: _left,
    Who.TOLD: _told,
    Who.GIVEN: _given,
    Who.ASKED: _asked,
    Who.SECRETARIAT: _secretariat,
    Who.MEMBERS: _members,
    Who.APPROVERS: _approvers,
    Who.ACCOUNT_MANAGER: _account_manager,
    Who.NAMED: _named,
}

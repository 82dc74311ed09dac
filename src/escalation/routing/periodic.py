"""Surveys that come round: when, and who of the directory is asked then.

Source: the domain's "Digests and reports": feedback includes periodic surveys; the framework's
"client and customer surveys". Who sits for a client is whom it is asked of, and people who are
named besides: our reading.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from escalation.routing.directory import Directory
from escalation.routing.directory_file import LocalTime, read_local
from escalation.routing.fields import Id, Strict, Title, read_zone
from escalation.routing.positions import Path
from escalation.routing.sheet import Sheet
from escalation.routing.vocabulary import Role
from escalation.routing.wording import quoted
from escalation.timekeeping.instants import seconds_of, zone_named
from escalation.timekeeping.recurrence import Recurrence

Days = Annotated[int, Field(strict=True, ge=1, le=90)]
_LOOKED_AT = 25
"""Occurrences of a rule that are looked at to see how close they come: two years of a month's."""


class Periodic(Strict):
    """When a survey comes round, and who of the directory is asked each time: by mail, once."""

    rule: Title = Field(description="an RFC 5545 rule, such as `FREQ=YEARLY`")
    start: LocalTime = Field(description="from when on, on the file's clock")
    roles: Annotated[tuple[Role, ...], Field(max_length=20)] = Field(
        default=(), description="whoever sits as that for a client, such as `business_manager`"
    )
    people: Annotated[tuple[Id, ...], Field(max_length=1000)] = Field(
        default=(), description="people of the directory who are asked besides"
    )
    provider: Id | None = Field(
        default=None, description="whose service it asks after: only its clients are asked"
    )
    agencies: Annotated[tuple[Id, ...], Field(max_length=1000)] = Field(
        default=(), description="only these of the provider's clients, or of all agencies"
    )
    remind_after_days: Annotated[tuple[Days, ...], Field(max_length=5)] = Field(
        default=(), description="who has not answered is reminded so many days after being asked"
    )

    @model_validator(mode="after")
    def _somebody(self) -> "Periodic":
        if not self.roles and not self.people:
            raise ValueError("found neither `roles` nor `people`, expected whom it asks")
        if list(self.remind_after_days) != sorted(set(self.remind_after_days)):
            raise ValueError("found `remind_after_days` out of order, expected the first one first")
        return self

    def recurrence(self, zone: str) -> Recurrence:
        """When it comes round, on a clock of ``zone``."""
        return Recurrence(self.rule, self.start, zone)


class Respondent(NamedTuple):
    """Somebody who is to be asked, and whose answer it is; each None where several would do."""

    person: str
    agency: str | None
    cluster: str | None
    provider: str | None


def respondents(directory: Directory, asked: Periodic, at: datetime) -> list[Respondent]:
    """Who is to be asked at an instant, each once, in the order of their ids.

    Whoever acts for somebody is asked in their place; alternates and who left are not.
    """
    clients: dict[str, set[str]] = {person: set() for person in asked.people}
    for client in _clients(directory, asked):
        for person in _sitting(directory, client, asked, at):
            clients.setdefault(person, set()).add(client)
    for person in asked.people:
        if not clients[person]:
            clients[person] = set(directory.seating.parties_of(person, seconds_of(at)))
    return [
        _respondent(directory, asked, person, clients[person])
        for person in sorted(clients)
        if directory.employed(person, at)
    ]


def without(directory: Directory, asked: Periodic, at: datetime) -> list[str]:
    """The clients for whom nobody sits in any of the roles that are asked, at an instant."""
    if not asked.roles:
        return []
    return [
        client
        for client in _clients(directory, asked)
        if not any(_sitting(directory, client, asked, at))
    ]


def check_periodic(sheet: Sheet, path: Path, least: int, directory: Directory | None) -> None:
    """Refuse what of a periodic survey cannot be.

    That is a rule that comes round again within ``least`` days, and with a ``directory`` what
    that does not have, or has no address of.
    """
    _check_rule(sheet, path, least)
    if directory is None:
        return
    sheet.known(directory.file.providers, "provider", *path, "provider")
    sheet.known(directory.parties, "party", *path, "agencies")
    sheet.known(directory.people, "person", *path, "people")
    for where, word in sheet.words(*path, "people"):
        if word in directory.people and not directory.people[word].email:
            detail = f"found {quoted(word)}, who has no `email` in the directory; give them one"
            sheet.refuse("no_address", where, detail)


def _check_rule(sheet: Sheet, path: Path, least: int) -> None:
    rule = sheet.text(*path, "rule")
    try:
        start, zone = read_local(sheet.text(*path, "start")), read_zone(sheet.text("zone"))
    except ValueError:  # it is told where that stands
        return
    if rule is None:
        return
    try:
        found = Recurrence.parse(rule, start, zone)
    except ValueError as error:
        detail = f"found {quoted(rule)}, expected an RFC 5545 rule: {error}"
        sheet.refuse("wrong_value", (*path, "rule"), detail)
        return
    closest = _closest(found)
    if closest is not None and closest < least:
        detail = (
            f"found {quoted(rule)}, which comes round again after {closest} days, expected {least} "
            "at least: as long as people are asked and their links are open"
        )
        sheet.refuse("wrong_value", (*path, "rule"), detail)


def _closest(rule: Recurrence) -> int | None:
    """The fewest days between two of the first occurrences; None where there is but one."""
    zone = zone_named(rule.zone)
    at = rule.first_after(rule.start.replace(tzinfo=zone), inclusive=True)
    days: list[date] = []
    while at is not None and len(days) < _LOOKED_AT:
        days.append(at.astimezone(zone).date())
        at = rule.first_after(at)
    return min(((later - day).days for day, later in pairwise(days)), default=None)


def _clients(directory: Directory, asked: Periodic) -> list[str]:
    """Whose people are asked, of the agencies that buy and those that the provider serves."""
    served = {
        member
        for cluster in directory.clusters.values()
        if cluster.provider == asked.provider
        for member in cluster.members
    }
    buying = {code for code, agency in directory.file.agencies.items() if not agency.central}
    every = buying if asked.provider is None else served
    return sorted(every & {*asked.agencies} if asked.agencies else every)


def _sitting(directory: Directory, client: str, asked: Periodic, at: datetime) -> Iterator[str]:
    """Who sits for a client in one of the roles, each as often as they do."""
    second, seating = seconds_of(at), directory.seating
    for role in asked.roles:
        for key in dict.fromkeys(each.key for each in seating.ever(client, role)):
            yield from (each.person for each in seating.sitting(key, second))


def _respondent(
    directory: Directory, asked: Periodic, person: str, clients: set[str]
) -> Respondent:
    clusters = {
        cluster
        for cluster in directory.clusters.values()
        if clients.intersection(cluster.members) and asked.provider in {None, cluster.provider}
    }
    providers = {asked.provider} if asked.provider else {each.provider for each in clusters}
    return Respondent(
        person,
        agency=_only(clients),
        cluster=_only({each.code for each in clusters}),
        provider=_only(providers),
    )


def _only(codes: set[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None

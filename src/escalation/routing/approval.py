"""Whose approval a change of the ladder file needs: of the parties of an agreement, or of a forum.

Source: the framework's "negotiation and approval of operating level agreements", which the
corporate purchaser and the provider's executive director sign, and the partnering forum that
"sets the overall parameters for the relationship". Which agreement asks for which is data: the
agreement says so, else the partnering agreement of its cluster.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveLadder, ForumRef, Source
from escalation.routing.ladder import Ola
from escalation.routing.publication import Publication
from escalation.routing.seats import Parties, holder
from escalation.routing.vocabulary import SIGNS, Approval, ForumKind, ForumOwner, Side

BODY = ForumRef(ForumKind.PARTNERING_FORUM, ForumOwner.CLUSTER)
"""The forum that approves for a cluster."""
_HORIZON = {"known_from", "known_until"}
_PLACES = {"publication", "_positions"}


@dataclass(frozen=True, slots=True)
class Need:
    """One approval: of a party of one agreement by its seat, or of a forum for several agreements.

    ``person`` is whom the agreement itself names as corporate purchaser, if it does.
    """

    agreements: tuple[str, ...]
    forum: str | None = None
    seat: Side | None = None
    provider: str | None = None
    client: str | None = None
    person: str | None = None

    @property
    def party(self) -> str | None:
        """Whose approval it is, of an agreement's parties."""
        return self.provider if self.seat is Side.PROVIDER else self.client

    def told(self) -> dict[str, Any]:
        """It as JSON; :meth:`restored` reads it again."""
        of_seat = {
            "seat": self.seat,
            "role": None if self.seat is None else SIGNS[self.seat],
            "party": self.party,
            "provider": self.provider,
            "client": self.client,
            "person": self.person,
        }
        return {"agreements": list(self.agreements), "forum": self.forum, **of_seat}

    @classmethod
    def restored(cls, told: Mapping[str, Any]) -> "Need":
        """What was told."""
        seat = told["seat"]
        return cls(
            agreements=tuple(told["agreements"]),
            forum=told["forum"],
            seat=None if seat is None else Side(seat),
            provider=told["provider"],
            client=told["client"],
            person=told["person"],
        )

    def met_by(self, answers: Sequence[Mapping[str, Any]]) -> bool:
        """Whether what was answered has every approval that it asks for."""
        given = {
            agreement
            for answer in answers
            if answer["answer"] == "approved"
            and (answer["forum"], answer["seat"], answer["party"])
            == (self.forum, self.seat, self.party)
            for agreement in answer["agreements"]
        }
        return given.issuperset(self.agreements)

    def signatory(self, directory: Directory, at: datetime) -> str | None:
        """Who holds the seat that approves for a party at an instant; None for a forum's."""
        if self.seat is None:
            return None
        parties = Parties(
            self.provider or "",
            self.client or "",
            corporate_purchaser=self.person,
            agreement=self.agreements[0],
        )
        return holder(directory, self.seat, SIGNS[self.seat], parties, at).person

    @property
    def words(self) -> str:
        """Whose it is, in words."""
        of = ", ".join(self.agreements)
        if self.seat is None:
            return f"the forum {self.forum} ({of})"
        return f"the {SIGNS[self.seat].words} of {self.party} ({of})"


def needed(
    before: Publication | None, after: Publication, directory: Directory
) -> tuple[Need, ...]:
    """The approvals without which ``after`` may not follow ``before``, by agreement in order.

    The first publication of an installation needs none. An agreement that asks for approval is
    asked both by what is in force and by what would be: it cannot let itself off.
    """
    if before is None:
        return ()
    parties: list[Need] = []
    forums: dict[str, list[str]] = {}
    for key in sorted({*before.file.olas, *after.file.olas}):
        if _held_under(before, key, directory) == _held_under(after, key, directory):
            continue
        asked = [_rule(each, key, directory) for each in (before, after)]
        entry = before.file.olas.get(key) or after.file.olas[key]
        if Approval.PARTIES in asked:
            parties += _of_parties(key, entry)
        if Approval.FORUM in asked:
            body = directory.forum_for(BODY, entry.cluster, entry.provider)
            forums.setdefault("" if body is None else body.code, []).append(key)
    return (*parties, *(Need(tuple(keys), forum=code) for code, keys in sorted(forums.items())))


def _of_parties(key: str, entry: Ola) -> Iterator[Need]:
    for seat in Side:
        person = entry.corporate_purchaser if seat is Side.AGENCY else None
        yield Need((key,), seat=seat, provider=entry.provider, client=entry.client, person=person)


def _rule(publication: Publication, key: str, directory: Directory) -> Approval | None:
    """What an agreement asks for, else the partnering agreement of its cluster."""
    entry = publication.file.olas.get(key)
    if entry is None or entry.approval is not None:
        return None if entry is None else entry.approval
    partners = directory.file.partnering_agreements.values()
    said = (each.ladder_changes for each in partners if each.cluster == entry.cluster)
    return next((each for each in said if each is not None), None)


def _held_under(publication: Publication, key: str, directory: Directory) -> object:
    """All that holds under an agreement, comparable; where it stands in the file is nothing to it.

    What its ladders come to counts, with its overrides, and not what others override; and of
    calendars those that its issues and its forums go by. One that is known further ahead is the
    same calendar.
    """
    file = publication.file
    entry = file.olas.get(key)
    if entry is None:
        return None
    ladders = [publication.effective(key, scope) for scope in entry.ladders]
    counts = _calendars(entry, ladders, directory)
    calendars = {
        name: each.model_dump(exclude=_HORIZON)
        for name, each in file.calendars.items()
        if name in counts
    }
    said = entry.model_dump(exclude={"overrides"})
    return said, file.severities, file.layers, _bare(ladders), calendars


def _calendars(
    entry: Ola, ladders: Sequence[EffectiveLadder], directory: Directory
) -> set[str | None]:
    """The calendars by which something runs under an agreement: its clocks, and its forums."""
    own = {ladder.calendar.value for ladder in ladders}
    regions = {each.calendar for each in directory.file.regions.values()}
    seated = [
        directory.forum_for(rung.forum, entry.cluster, entry.provider)
        for ladder in ladders
        for rung in ladder.rungs
        if rung.forum is not None
    ]
    forums = {body.calendar for body in seated if body is not None}
    return {*own, *forums, *(() if entry.calendar is not None else regions)}


def _bare(value: object) -> object:
    """A part of an effective ladder without where it stands: of sources their clauses alone."""
    if isinstance(value, Source):
        return value.clause
    if is_dataclass(value):
        names = (each.name for each in fields(value) if each.name not in _PLACES)
        return {name: _bare(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {name: _bare(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bare(each) for each in value]
    return value

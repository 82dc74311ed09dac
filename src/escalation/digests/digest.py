"""The digest of a forum: selection and rows in, the one document out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from escalation.digests import decided, duties, figures, papers, suppression
from escalation.digests.framework import Framework, Meetings
from escalation.digests.items import Item, Items, first_to_last, reported_first, soonest_first
from escalation.digests.movements import Kind, Moved, counted, sorted_out
from escalation.digests.projection import Projection
from escalation.digests.selection import (
    Area,
    Reached,
    Rows,
    Selection,
    Standing,
    codes,
    told,
    told_or_none,
)
from escalation.routing.directory import Directory, Forum
from escalation.routing.publication import Publication

SCHEMA = "digest/1"
"""The document's shape; what a field means never changes under the same name."""

Shown = tuple[Standing, Item]


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the rows: the forum and its meetings, and the framework they stand under."""

    framework: Framework
    forum: Forum
    meetings: Meetings

    @classmethod
    def of(cls, framework: Framework, forum: Forum, selection: Selection) -> "Frame":
        """The frame of a selection."""
        meetings = Meetings.around(framework.in_force, forum, selection.as_at)
        return cls(framework, forum, meetings)


def build(
    frame: Frame,
    selection: Selection,
    rows: Rows,
    record: Callable[[Sequence[str]], papers.Record],
) -> dict[str, Any]:
    """The document: the same for the same rows in whatever order they come, JSON and no more.

    ``record`` answers what is on the record of the issues that get a paper.
    """
    framework, items = frame.framework, Items(frame.framework, selection)
    moved = sorted_out(framework, selection.forum, rows.movements)
    here = sorted(
        ((standing, items.of(standing)) for standing in rows.standing),
        key=lambda each: first_to_last(each[1]),
    )
    with_paper = here[: papers.MOST]
    coming, notable = _coming(frame, selection, rows, items), _high_level(frame, rows, items)
    of_movements = (each.movement.after for each in moved)
    shown: tuple[Standing | Reached, ...] = (
        *(s for s, _ in (*here, *coming, *notable)),
        *of_movements,
    )
    at_rung = [item for _, item in here]
    return {
        "schema": SCHEMA,
        "profile": selection.profile,
        "forum": _forum_told(frame.forum),
        "as_at": told(selection.as_at),
        "known_at": told(selection.known_at),
        "since": told_or_none(selection.since),
        "publication": _publication_told(framework.publication),
        "directory_epoch": framework.directory_epoch,
        "meetings": frame.meetings.told(),
        "sections": {
            "at_rung": at_rung,
            "coming": _in_order(coming, soonest_first),
            "high_level": _in_order(notable, reported_first),
            "since": {
                kind.value: [items.moved(each) for each in moved if each.kind is kind]
                for kind in Kind
            },
            "decisions": decided.by_decision(rows.decided),
            "actions": duties.told(rows.duties, selection.as_at, frame.forum.meeting.zone),
            "papers": papers.annexes(
                framework, with_paper, record([standing.issue for standing, _ in with_paper])
            ),
        },
        "figures": _figures(frame, selection, rows, at_rung, moved),
        **_words(framework, shown, rows),
    }


def _figures(
    frame: Frame, selection: Selection, rows: Rows, at_rung: Sequence[Item], moved: Sequence[Moved]
) -> dict[str, Any]:
    """Counts of what stands at the forum and what moved, with those of the period before."""
    then = rows.movements_before
    earlier = None if then is None else counted(frame.framework, selection.forum, then)
    return {
        "now": figures.counted(at_rung),
        "before": _before(frame, selection, rows),
        "movements": figures.moved(Counter(each.kind for each in moved)),
        "movements_before": None if earlier is None else figures.moved(earlier),
        "sealed": suppression.sealed(rows.sealed),
        "trend": [{**point._asdict(), "at": told(point.at)} for point in rows.trend],
    }


def _in_order(found: Iterable[Shown], key: Callable[[Item], tuple[Any, ...]]) -> list[Item]:
    return sorted((item for _, item in found), key=key)


def _coming(frame: Frame, selection: Selection, rows: Rows, items: Items) -> list[Shown]:
    meeting = frame.meetings.open
    until = None if meeting is None else meeting.cutoff_at
    ahead = Projection(frame.framework, selection.forum, selection.as_at, until)
    arrivals = ((standing, ahead.arrival(standing)) for standing in rows.elsewhere)
    return [(s, items.coming(s, arrival)) for s, arrival in arrivals if arrival is not None]


def _high_level(frame: Frame, rows: Rows, items: Items) -> list[Shown]:
    """Reported up to this forum from anywhere; high-level within its area."""
    area, code = Area.of(frame.forum), frame.forum.code
    ours = (s for s in rows.elsewhere if area.covers(s) or code in codes(s.reported_to))
    found = ((standing, items.notable(standing)) for standing in ours)
    return [(standing, item) for standing, item in found if item is not None]


def _before(frame: Frame, selection: Selection, rows: Rows) -> dict[str, Any] | None:
    """The figures as they were at the beginning of the period, by what is known now."""
    if selection.since is None:
        return None
    then = Items(frame.framework, replace(selection, as_at=selection.since))
    return figures.counted([then.tallied(standing) for standing in rows.standing_before])


def _forum_told(forum: Forum) -> dict[str, Any]:
    return {
        "code": forum.code,
        "title": forum.title,
        "kind": forum.kind.value,
        "of": forum.of.value,
        "owner": forum.owner,
        "zone": forum.meeting.zone,
        "sections": list(forum.sections),
    }


def _publication_told(publication: Publication) -> dict[str, str]:
    return {"label": publication.label, "hash": publication.hash}


def _words(framework: Framework, shown: Iterable[Standing | Reached], rows: Rows) -> dict[str, Any]:
    """Each ladder that a shown issue pins, and the words for the codes that the items have."""
    standings = tuple(shown)
    pinned = {(s.publication, s.ola or "", s.ladder): s for s in standings}
    under = [framework.agreement(pinned[key]) for key in sorted(pinned)]
    ladders = [
        {
            "id": each.ladder.id,
            "version": each.ladder.version,
            "ola": each.ladder.ola,
            "publication": _publication_told(each.publication),
        }
        for each in under
    ]
    rungs = {rung.id: rung.title for each in under for rung in each.ladder.rungs}
    return {
        "ladders": ladders,
        "titles": {
            **_titles(framework.directory, standings),
            "people": _names(framework.directory, rows),
            "rungs": rungs,
        },
    }


def _names(directory: Directory, rows: Rows) -> dict[str, str]:
    owners = {each.owner for each in rows.duties}
    owners |= {each.owner for each in rows.decided if decided.words_are_told(each.kind)}
    return {code: one.name for code, one in directory.people.items() if code in owners}


def _titles(
    directory: Directory, standings: Sequence[Standing | Reached]
) -> dict[str, dict[str, str]]:
    # Many are alike: each list of codes is taken apart once.
    affected = chain.from_iterable(map(codes, {s.also_affects for s in standings}))
    reported = chain.from_iterable(map(codes, {s.reported_to for s in standings}))
    found: dict[str, set[str | None]] = {
        "agencies": {*affected, *(s.agency for s in standings)},
        "providers": {s.provider for s in standings},
        "functions": {s.function for s in standings},
        "regions": {s.region for s in standings},
        "forums": {*reported, *(s.forum for s in standings)},
    }
    return {
        name: {code: table[code].title for code in filter(None, found[name]) if code in table}
        for name, table in titled(directory).items()
    }


def titled(directory: Directory) -> dict[str, Mapping[str, Any]]:
    """What has a title in the directory, by its code, for each kind of code in a document."""
    return {
        "agencies": directory.parties,
        "providers": directory.parties,
        "functions": directory.file.functions,
        "regions": directory.file.regions,
        "forums": directory.forums,
    }

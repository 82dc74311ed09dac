"""Ladders, agreements and publications, with every value's source."""

from datetime import date
from typing import Any

from escalation.errors import NotFound
from escalation.routing.effective import EffectiveLadder, EffectiveRung, Rule
from escalation.routing.ladder import Ladder, Ola
from escalation.routing.publication import Publication
from escalation.routing.reporting import next_report
from escalation.routing.vocabulary import Scope
from escalation.routing.wording import not_among
from escalation.services.reading.reader import Look
from escalation.services.reading.sources import plain, source_view
from escalation.services.views import told
from escalation.store import framework
from escalation.store.framework import StoredPublication


def listed(look: Look) -> list[dict[str, Any]]:
    """The ladders of the publication in force."""
    publication = look.publication
    return [_brief(key, ladder, publication) for key, ladder in publication.file.ladders.items()]


def _brief(key: str, ladder: Ladder, publication: Publication) -> dict[str, Any]:
    return {
        "id": key,
        "title": ladder.title,
        "version": ladder.version,
        "scope": ladder.scope.value,
        "default": ladder.default,
        "calendar": ladder.calendar,
        "review_date": plain(ladder.review_date),
        "clause": ladder.clause,
        "rungs": [rung.id for rung in publication.effective(None, key).rungs],
        "publication": {"label": publication.label, "hash": publication.hash},
    }


def one(look: Look, ladder: str) -> dict[str, Any]:
    """A ladder as it stands without an agreement, with the source of every value.

    Raises:
        NotFound: the publication in force has none of that id.
    """
    publication = look.publication
    if ladder not in publication.file.ladders:
        raise NotFound(f"There is no such ladder: {not_among(ladder, publication.file.ladders)}.")
    return effective_view(publication, publication.effective(None, ladder))


def effective_view(publication: Publication, ladder: EffectiveLadder) -> dict[str, Any]:
    """A ladder with an agreement's overrides folded in, value by value with file and line."""
    return {
        "id": ladder.id,
        "title": ladder.title,
        "version": ladder.version,
        "scope": ladder.scope.value,
        "ola": ladder.ola,
        "publication": {"label": publication.label, "hash": publication.hash},
        "calendar": ladder.calendar.value,
        "review_date": plain(ladder.review_date),
        "clause": ladder.clause,
        "external_review": ladder.external_review.value,
        "rungs": [_rung(rung) for rung in ladder.rungs],
        "entry": [_rule(rule) for rule in ladder.entry],
        "skip": [_rule(rule) for rule in ladder.skip],
        "clocks": plain(ladder.clocks),
        "values": [
            {
                "path": path,
                "value": plain(valued.value),
                "source": source_view(publication, valued.source),
            }
            for path, valued in ladder.values()
        ],
    }


def _rung(rung: EffectiveRung) -> dict[str, Any]:
    return {
        "id": rung.id,
        "title": rung.title,
        "layer": rung.layer.value,
        "also_layer": plain(rung.also_layer),
        "responsibilities": plain(rung.responsibilities),
        "kind": rung.kind.value,
        "lead": rung.lead.value,
        "seats": plain(rung.seats),
        "forum": plain(rung.forum),
        "target": plain(rung.targets),
        "acknowledge": plain(rung.acknowledge),
        "warnings": plain(rung.warnings),
        "empty_seat": plain(rung.empty_seat),
        "past_target": plain(rung.past_target),
        "resolve": plain(rung.resolve),
        "grace": plain(rung.grace),
        "carry_over_limit": plain(rung.carry_over_limit),
        "out_of_session": plain(rung.out_of_session),
        "clause": rung.clause,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    when = {condition.field: sorted(condition.values) for condition in rule.when}
    return {"rung": rule.rung, "when": when, "reason": rule.reason}


def versions(look: Look, ladder: str) -> list[dict[str, Any]]:
    """Every publication that has the ladder, the newest first, with what it calls it.

    Raises:
        NotFound: no publication ever had it.
    """
    found = []
    for stored in framework.publications(look.connection):
        entry = look.pinned(stored.hash).file.ladders.get(ladder)
        if entry is not None:
            about = publication_view(look, stored)
            found.append({"id": stored.hash, "version": entry.version, "publication": about})
    if not found:
        raise NotFound(f"No publication has a ladder {ladder!r}.")
    return found


def olas(look: Look) -> list[dict[str, Any]]:
    """The agreements of the publication in force."""
    today = _today(look)
    return [_ola(key, entry, today) for key, entry in look.publication.file.olas.items()]


def ola(look: Look, code: str) -> dict[str, Any]:
    """One agreement.

    Raises:
        NotFound: the publication in force has none of that id.
    """
    return _ola(code, _agreement(look, code), _today(look))


def ola_ladder(look: Look, code: str, scope: Scope | None) -> dict[str, Any]:
    """The ladder that holds for an agreement, with who set each value.

    Raises:
        NotFound: there is no such agreement, or it has no ladder of that scope.
    """
    entry = _agreement(look, code)
    wanted = scope or next(iter(entry.ladders))
    publication = look.publication
    return effective_view(publication, publication.effective(code, wanted.value))


def _agreement(look: Look, code: str) -> Ola:
    entry = look.publication.file.olas.get(code)
    if entry is None:
        names = look.publication.file.olas
        raise NotFound(f"There is no such agreement: {not_among(code, names)}.")
    return entry


def _today(look: Look) -> date:
    return look.now.astimezone(look.directory.zone).date()


def _ola(code: str, entry: Ola, today: date) -> dict[str, Any]:
    told_of = {
        name: plain(getattr(entry, name)) for name in Ola.model_fields if name != "overrides"
    }
    due = None if entry.reporting is None else next_report(entry.reporting, entry.begins, today)
    return {"id": code, "code": code, **told_of, "next_report_on": plain(due)}


def publications(look: Look) -> list[dict[str, Any]]:
    """Every publication, the newest first."""
    return [publication_view(look, stored) for stored in framework.publications(look.connection)]


def publication(look: Look, name: str) -> dict[str, Any]:
    """One publication by hash or label, with its text.

    Raises:
        NotFound: there is none.
    """
    stored = framework.publication(look.connection, name)
    if stored is None:
        raise NotFound(f"There is no publication {name!r}; name its label or its hash.")
    return {**publication_view(look, stored), "text": stored.text}


def publication_brief(look: Look, name: str) -> dict[str, Any]:
    """One publication by hash or label.

    Raises:
        NotFound: there is none.
    """
    told_of = publication(look, name)
    return {member: value for member, value in told_of.items() if member != "text"}


def publication_view(look: Look, stored: StoredPublication) -> dict[str, Any]:
    """A publication: what it is called, who published it, how and why."""
    return {
        "id": stored.hash,
        "hash": stored.hash,
        "label": stored.label,
        "name": stored.name,
        "mode": stored.mode,
        "reason": stored.reason,
        "published_by": stored.published_by,
        "published_at": told(stored.published_at),
        "approvals": list(stored.approvals or ()),
        "in_force": look.known.epoch.current == stored.hash,
    }

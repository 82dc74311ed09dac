"""Compliments of a period, and the words of feedback that may be quoted: never what is sealed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from escalation.digests.compliments import Asked, Praise, Quote
from escalation.store import models
from escalation.store.interactions import joined, shown
from escalation.workflow.interactions import Family, FeedbackKind, Quoting, Sentiment
from escalation.workflow.viewing import Viewer

_T = models.interaction
_PLACES = ("party", "function", "region", "channel", "key_result_area")


def praises(connection: Connection, viewer: Viewer, asked: Asked) -> list[Praise]:
    """The compliments of a period that ``viewer`` may see."""
    columns = (*(_T.c[name] for name in _PLACES), _T.c.themes)
    kind = _T.c.kind == FeedbackKind.COMPLIMENT.value
    query = select(*columns).select_from(joined()).where(kind, _within(connection, viewer, asked))
    return [Praise._make((*places, tuple(themes))) for *places, themes in connection.execute(query)]


def quotes(connection: Connection, viewer: Viewer, asked: Asked) -> list[Quote]:
    """What was said well in a period and may be quoted, compliments and surveys alike."""
    places = (_T.c.party, _T.c.function, _T.c.region)
    query = select(
        _T.c.reference, _T.c.received_at, _T.c.text, _T.c.raiser, _T.c.quote, *places
    ).select_from(joined())
    query = query.where(
        _T.c.quote.in_([Quoting.ANONYMOUS.value, Quoting.NAMED.value]),
        _T.c.sentiment == Sentiment.POSITIVE.value,
        _T.c.text != "",
        _within(connection, viewer, asked),
    )
    return [
        Quote(row[0], row[1], row[2], _name(row[3], row[4]), *row[5:])
        for row in connection.execute(query)
    ]


def _name(raiser: Mapping[str, Any], quote: str) -> str | None:
    name: str | None = raiser.get("name") if quote == Quoting.NAMED.value else None
    return name


def _within(connection: Connection, viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    """What was received in the period and recorded by then, of what is asked; nothing sealed."""
    open_to = Viewer(within=viewer.within, reach=viewer.reach)
    return and_(
        _T.c.family == Family.FEEDBACK.value,
        _T.c.received_at > asked.since,
        _T.c.received_at <= asked.as_at,
        _T.c.created_at <= asked.known_at,
        shown(connection, open_to),
        *(_T.c[name] == code for name, code in sorted(asked.of.items())),
    )

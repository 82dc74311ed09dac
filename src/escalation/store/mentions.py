"""What carries themes: issues, contacts and feedback, read as at an instant by what was known.

An issue is told when it was logged, with the themes that it has as at the end of the period; a
contact or feedback when it was recorded, as long as no issue was raised from it: the issue then
carries its themes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal, or_, select

from escalation.digests.selection import Area
from escalation.digests.suggestions import Text
from escalation.digests.themes import Mention, Source
from escalation.store import interactions, models
from escalation.store.retention import GONE
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.viewing import visible
from escalation.workflow.interactions import Family
from escalation.workflow.viewing import EVERYTHING, Viewer

MOST_TEXTS = 10_000
"""How many issues' words are read for one question."""
_NOW, _FIRST = models.stay.alias("now"), models.stay.alias("first")
_SAID, _ISSUE, _ABOUT = models.interaction, models.issue, interactions.ABOUT
_SOURCES = {Family.CONTACT.value: Source.CONTACT, Family.FEEDBACK.value: Source.FEEDBACK}


EVERYWHERE = Area()
"""The area of whoever asks of all clusters and providers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came in after ``since`` and not after ``until``, by what was recorded by ``known_at``.

    Of a forum's ``area``; of contacts and feedback that is told by their ``parties``, None being
    all. Never of sealed matters, but for those of ``unsealed``, and only what ``viewer`` may see.
    """

    since: datetime
    until: datetime
    known_at: datetime
    area: Area = EVERYWHERE
    parties: Collection[str] | None = None
    viewer: Viewer = EVERYTHING
    unsealed: Unsealed = ()


def mentions(connection: Connection, asked: Asked) -> list[Mention]:
    """Everything that carries a theme."""
    return [*_issues(connection, asked), *_said(connection, asked)]


def texts(connection: Connection, asked: Asked) -> list[Text]:
    """The words of the issues that were logged in the period, the newest first.

    The newest ``MOST_TEXTS`` at most; without those whose words have been disposed of.
    """
    query = _issues_since(asked, *(_ISSUE.c[name] for name in Text._fields))
    query = query.where(_ISSUE.c.title != GONE, visible(connection, asked.viewer))
    order = (_FIRST.c.effective_from.desc(), _ISSUE.c.id.desc())
    rows = connection.execute(query.order_by(*order).limit(MOST_TEXTS))
    return [Text._make(row) for row in rows]


def _issues_since(asked: Asked, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of the issues that were logged in the period, in the stay that holds at its end."""
    joined = _FIRST.join(_ISSUE, _ISSUE.c.id == _FIRST.c.issue_id).join(
        _NOW, _NOW.c.issue_id == _FIRST.c.issue_id
    )
    return (
        select(*columns)
        .select_from(joined)
        .where(
            _FIRST.c.before.is_(None),
            _FIRST.c.effective_from > asked.since,
            _FIRST.c.effective_from <= asked.until,
            _FIRST.c.recorded_from <= asked.known_at,
            _NOW.c.effective_from <= asked.until,
            _NOW.c.recorded_from <= asked.known_at,
            or_(
                _NOW.c.recorded_to.is_(None),
                _NOW.c.effective_to > asked.until,
                _NOW.c.recorded_to > asked.known_at,
            ),
            open_to_all(asked.unsealed),
        )
    )


def _issues(connection: Connection, asked: Asked) -> list[Mention]:
    query = _issues_since(asked, _FIRST.c.effective_from, _NOW.c.themes, _NOW.c.cluster)
    query = query.where(
        _NOW.c.themes != literal([], _NOW.c.themes.type), visible(connection, asked.viewer)
    )
    for name, code in (("cluster", asked.area.cluster), ("provider", asked.area.provider)):
        if code is not None:
            query = query.where(_NOW.c[name] == code)
    rows = connection.execute(query)
    return [Mention(at, tuple(words), Source.ISSUE, cluster) for at, words, cluster in rows]


def _said(connection: Connection, asked: Asked) -> list[Mention]:
    joined = interactions.joined().join(_ABOUT, _ABOUT.c.id == _SAID.c.about, isouter=True)
    raised_later = _SAID.c.raised_at > min(asked.until, asked.known_at)
    query = (
        select(_SAID.c.created_at, _SAID.c.themes, _SAID.c.family)
        .select_from(joined)
        .where(
            _SAID.c.themes != literal([], _SAID.c.themes.type),
            _SAID.c.created_at > asked.since,
            _SAID.c.created_at <= min(asked.until, asked.known_at),
            or_(_SAID.c.issue_id.is_(None), raised_later),
            open_to_all(asked.unsealed),
            open_to_all(asked.unsealed, _ABOUT),
            interactions.shown(connection, asked.viewer),
        )
    )
    if asked.parties is not None:
        query = query.where(_SAID.c.party.in_(sorted(asked.parties)))
    rows = connection.execute(query)
    return [Mention(at, tuple(words), _SOURCES[family], None) for at, words, family in rows]

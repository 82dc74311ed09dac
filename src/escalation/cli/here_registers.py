"""Actions, themes and what was learned, of the database itself, by the methods of the client."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation.api import body as bodies
from escalation.api.schemas.actions import ChangeAction
from escalation.api.schemas.themes import ChangeTheme, RecordTheme
from escalation.bootstrap import Container
from escalation.cli.fields import DEPTH
from escalation.cli.opening import me
from escalation.client.listing import Page
from escalation.services import actions, at_hand, themes
from escalation.services.actions import ActionAct
from escalation.services.reading import actions as acting
from escalation.services.reading import decisions as deciding
from escalation.services.reading import learnings, theme_suggestions
from escalation.services.reading import themes as reading
from escalation.services.reading.actions import ActionQuestion
from escalation.services.reading.decisions import DecisionQuestion
from escalation.services.reading.learnings import LearningQuestion
from escalation.services.reading.registers import whole
from escalation.services.reading.themes import ThemeQuestion

View = dict[str, Any]


class Actions:
    """Actions of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self, **filters: Any) -> Iterator[View]:  # noqa: ANN401 - the list's own
        """All that fit."""
        with at_hand.look(self._inside.desk, me()) as look:
            yield from map(dict, whole(look, acting.page, _actions(filters)))

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""
        question = replace(_actions(filters), limit=limit, total=True)
        with at_hand.look(self._inside.desk, me()) as look:
            page = acting.page(look, question)
        return Page(page.items, None, page.total)

    def show(self, action: str) -> View:
        """One action."""
        with at_hand.look(self._inside.desk, me()) as look:
            return acting.one(look, action)

    def done(self, action: str, note: str | None) -> View:
        """Say that it is done, and how."""
        return self._acted(action, ActionAct.DONE, note)

    def reopen(self, action: str, note: str | None) -> View:
        """Open it again, and say why."""
        return self._acted(action, ActionAct.REOPEN, note)

    def change(self, action: str, body: bytes, /) -> View:
        """Say what it changes, of which plan it is part, which theme it serves."""
        sent = bodies.read(body, ChangeAction, DEPTH)
        ask = actions.Change(action=action, changes=sent.changes, actor=me())
        return _view(actions.change(self._inside.desk, ask).body)

    def _acted(self, action: str, act: ActionAct, note: str | None) -> View:
        ask = actions.Ask(action=action, act=act, note=note, actor=me())
        return _view(actions.act(self._inside.desk, ask).body)


def _actions(filters: Mapping[str, Any]) -> ActionQuestion:
    among = {n: v for n, v in filters.items() if v is not None}
    given: dict[str, Any] = {n: (v,) if n in _LISTS else v for n, v in among.items()}
    return ActionQuestion(**given)


_LISTS = ("forum", "owner", "meeting", "kind", "plan", "theme")


class Themes:
    """Themes of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def first(self, limit: int, /, **query: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many, with how often each came up in a period."""
        with at_hand.look(self._inside.desk, me()) as look:
            page = reading.page(look, _question(query, limit))
        return Page(page.items, None, None)

    def show(self, theme: str, **query: Any) -> View:  # noqa: ANN401 - as above
        """A theme: its trend, its actions, and each version that it had."""
        with at_hand.look(self._inside.desk, me()) as look:
            return reading.one(look, theme, _question(query))

    def record(self, body: bytes, /) -> View:
        """Take one into the register."""
        sent = bodies.read(body, RecordTheme, DEPTH)
        return _view(themes.record(self._inside.desk, sent.theme(), me()).body)

    def change(self, theme: str, body: bytes, /) -> View:
        """Give it other values from now on."""
        sent = bodies.read(body, ChangeTheme, DEPTH)
        asked = themes.Change(theme=theme, changes=sent.changes, reason=sent.reason)
        return _view(themes.change(self._inside.desk, asked, me()).body)

    def suggest(self, **query: Any) -> View:  # noqa: ANN401 - the query's own
        """Words that stand in more issues than they used to."""
        with at_hand.look(self._inside.desk, me()) as look:
            return theme_suggestions.suggested(look, _question(query))


def _decisions(filters: Mapping[str, Any]) -> DecisionQuestion:
    forum = filters.get("forum")
    return DecisionQuestion(forum=(forum,) if forum else (), year=filters.get("year"))


class Decisions:
    """Decisions of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self, **filters: Any) -> Iterator[View]:  # noqa: ANN401 - the list's own
        """All that fit, the newest first."""
        with at_hand.look(self._inside.desk, me()) as look:
            yield from map(dict, whole(look, deciding.page, _decisions(filters)))

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, the newest first, and how many do."""
        question = replace(_decisions(filters), limit=limit, total=True)
        with at_hand.look(self._inside.desk, me()) as look:
            page = deciding.page(look, question)
        return Page(page.items, None, page.total)


class Learnings:
    """What was learned, of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, the newest first."""
        words = (filters.get("q") or "").split()
        question = LearningQuestion(words=words, shared=filters.get("shared"), limit=limit)
        with at_hand.look(self._inside.desk, me()) as look:
            page = learnings.page(look, question)
        return Page(page.items, None, None)


def _question(query: dict[str, str | None], limit: int = 50) -> ThemeQuestion:
    """What the register is asked; the instants have been read by the command."""
    read: dict[str, Any] = {
        name: None if text is None else datetime.fromisoformat(text) for name, text in query.items()
    }
    return replace(ThemeQuestion(limit=limit), **read)


def _view(body: bytes) -> View:
    found: View = json.loads(body)
    return found

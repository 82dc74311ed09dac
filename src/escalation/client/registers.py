"""Registers of forums: what they asked of people, what keeps coming up, and what was learned."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.client.issues import given, name_of, version_of
from escalation.client.line import Asked, Body, Line
from escalation.client.listing import Page, every, some
from escalation.client.shapes.registers import ActionView

Named = Mapping[str, Any] | str


class Actions:
    """What can be done with actions."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self, **filters: Any) -> Iterator[ActionView]:  # noqa: ANN401 - the list's own
        """Actions that fit (``owner="priya-nair"``, ``done=False``), what is due first first."""
        return every(self._line, "list_actions", filters)

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - as above
        """The first so many that fit, and how many do."""
        return some(self._line, "list_actions", {**filters, "include_total": True}, limit)

    def show(self, action: Named) -> ActionView:
        """One action."""
        found: ActionView = self._line.found("get_action", _of("action", action))
        return found

    def done(
        self, action: Named, note: str | None = None, *, version: int | None = None
    ) -> ActionView:
        """Say that it is done, and how."""
        return self._acted("do_action", action, note, version)

    def reopen(
        self, action: Named, note: str | None = None, *, version: int | None = None
    ) -> ActionView:
        """Open it again, and say why."""
        return self._acted("reopen_action", action, note, version)

    def change(
        self,
        action: Named,
        body: Body = None,
        /,
        *,
        version: int | None = None,
        **fields: Any,  # noqa: ANN401 - the body's own
    ) -> ActionView:
        """Say what it changes (``kind``), of which ``plan`` it is part, which ``theme`` it serves.

        Raises:
            Stale: it has moved on; ``current`` is what it is now.
        """
        asked = _change("action", action, given(body, fields), version)
        found: ActionView = self._line.found("change_action", asked)
        return found

    def _acted(self, name: str, action: Named, note: str | None, version: int | None) -> ActionView:
        body = {} if note is None else {"note": note}
        found: ActionView = self._line.found(name, _change("action", action, body, version))
        return found


class Decisions:
    """What can be found of what forums decided."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self, **filters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the list's own
        """Decisions that fit (``forum="ceo-board"``, ``year=2026``), the newest first."""
        return every(self._line, "list_decisions", filters)

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - as above
        """The first so many that fit, and how many do."""
        return some(self._line, "list_decisions", {**filters, "include_total": True}, limit)


class Themes:
    """What can be done with themes."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def first(self, limit: int, /, **query: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, with how often each came up in a period."""
        return some(self._line, "list_themes", query, limit)

    def show(self, theme: Named, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """A theme: its trend over periods, its actions, and each version that it had."""
        asked = Asked(parts={"theme": name_of(theme)}, query=query)
        found: dict[str, Any] = self._line.found("get_theme", asked)
        return found

    def record(self, body: Body = None, /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - the body's own
        """Take one into the register."""
        found: dict[str, Any] = self._line.found("record_theme", Asked(body=given(body, fields)))
        return found

    def change(
        self,
        theme: Named,
        body: Body = None,
        /,
        *,
        version: int | None = None,
        **fields: Any,  # noqa: ANN401 - as above
    ) -> dict[str, Any]:
        """Give it other values from now on.

        Raises:
            Stale: it has moved on; ``current`` is what it is now.
        """
        asked = _change("theme", theme, given(body, fields), version)
        found: dict[str, Any] = self._line.found("change_theme", asked)
        return found

    def suggest(self, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - the query's own
        """Words that stand in more issues than they used to."""
        found: dict[str, Any] = self._line.found("suggest_themes", Asked(query=query))
        return found


class Learnings:
    """What can be found of what was learned."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit (``q="allowance"``, ``shared=True``), the newest first."""
        return some(self._line, "list_learnings", filters, limit)


def _of(part: str, thing: Named) -> Asked:
    return Asked(parts={part: name_of(thing)})


def _change(part: str, thing: Named, body: Body, version: int | None) -> Asked:
    return Asked(parts={part: name_of(thing)}, body=body, version=version_of(thing, version))

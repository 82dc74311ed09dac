"""The register of themes: recorded, changed, listed, read, suggested."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH_OF_THEME,
    JSON,
    READS,
    WRITES,
    Operation,
)
from escalation.api.schemas.reports import PeriodQuery
from escalation.api.schemas.themes import (
    ChangeTheme,
    RecordTheme,
    ThemeEntry,
    ThemeInFull,
    ThemeList,
    ThemeQuery,
    ThemeSuggestions,
    question_of,
)
from escalation.services import themes
from escalation.services.reading import theme_suggestions
from escalation.services.reading import themes as reading

_CREATED = 201
ThemeName = Annotated[str, Path(description="The theme's code or id.")]


def record_theme(asked: Ask) -> Response:
    """Take a theme into the register."""
    sent = asking.read(asked, RecordTheme)
    desk = asked.means.container.desk
    return asking.told(themes.record(desk, sent.theme(), asked.caller.actor, asking.call_of(asked)))


def list_themes(asked: Ask, query: Annotated[ThemeQuery, Query()]) -> Response:
    """The register by code, with how often each theme came up."""
    question = query.question(asked)
    with asked.means.reader.look(asked.caller) as look:
        page = reading.page(look, question)
    return paging.answer(asked, page)


def get_theme(asked: Ask, theme: ThemeName, query: Annotated[PeriodQuery, Query()]) -> Response:
    """One theme with its trend, its actions and each version that it had."""
    with asked.means.reader.look(asked.caller) as look:
        found = reading.one(look, theme, question_of(query))
    return paging.single(found, etag=str(found["version"]))


def change_theme(asked: Ask, theme: ThemeName) -> Response:
    """Give a theme other values from now on."""
    with asked.means.reader.look(asked.caller) as look:
        themes.one(look.connection, theme)
    sent = asking.read(asked, ChangeTheme)
    change = themes.Change(
        theme=theme,
        changes=sent.changes,
        reason=sent.reason,
        if_match=headers.if_match(asked),
        needs_match=not headers.any_version(asked),
    )
    desk = asked.means.container.desk
    return asking.told(themes.change(desk, change, asked.caller.actor, asking.call_of(asked)))


def suggest_themes(asked: Ask, query: Annotated[PeriodQuery, Query()]) -> Response:
    """Words of issues that came up more than they used to; nothing follows by itself."""
    with asked.means.reader.look(asked.caller) as look:
        found = theme_suggestions.suggested(look, question_of(query))
    return paging.single(found)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/themes",
        name="record_theme",
        tag="themes",
        summary="Record a theme",
        endpoint=record_theme,
        status=_CREATED,
        answer=ThemeEntry,
        takes={JSON: RecordTheme},
        headers=(IDEMPOTENCY_KEY,),
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/themes",
        name="list_themes",
        tag="themes",
        summary="List themes",
        endpoint=list_themes,
        answer=ThemeList,
        refusals=(*READS, 422),
    ),
    Operation(
        method="GET",
        path="/v1/themes/{theme}",
        name="get_theme",
        tag="themes",
        summary="Read a theme",
        endpoint=get_theme,
        answer=ThemeInFull,
        refusals=(*FINDS, 422),
    ),
    Operation(
        method="PATCH",
        path="/v1/themes/{theme}",
        name="change_theme",
        tag="themes",
        summary="Change a theme",
        endpoint=change_theme,
        answer=ThemeEntry,
        takes={JSON: ChangeTheme},
        headers=(IF_MATCH_OF_THEME, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    ),
    Operation(
        method="GET",
        path="/v1/theme-suggestions",
        name="suggest_themes",
        tag="themes",
        summary="Suggest themes",
        endpoint=suggest_themes,
        answer=ThemeSuggestions,
        refusals=(*READS, 422),
    ),
)

"""The register of themes: kept up by people, version by version, each on the record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from escalation.digests.measures import Result
from escalation.digests.themes import Priority, Theme, ThemeStatus, theme_told
from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.routing.vocabulary import Layer
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.once import NOBODY, Call
from escalation.services.versions import check_seen
from escalation.store import journal, meetings, themes, timeline
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor

_CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTheme:
    """A theme that is to be recorded."""

    code: str
    title: str
    key_result_area: Result
    layer: Layer
    description: str = ""
    words: tuple[str, ...] = ()
    plan: str | None = None
    objective: str | None = None
    owner: str | None = None
    forum: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to change of a theme: ``changes`` holds its new values and no others."""

    theme: str
    changes: Mapping[str, Any]
    reason: str | None = None
    if_match: int | None = None
    needs_match: bool = False


def record(desk: Desk, sent: NewTheme, actor: Actor, call: Call = NOBODY) -> Answer:
    """Take a theme into the register.

    Returns:
        The entry, 201; to a repeat of the same call, the same again.

    Raises:
        Invalid: it names an owner, a forum or a decision that is not there.
        Refused: ``theme_code_taken``.
    """
    theme_id = desk.ids.new("thm", desk.clock.now())

    def work(connection: Connection, now: datetime) -> Theme:
        theme = Theme(
            id=theme_id,
            version=1,
            status=ThemeStatus.ACTIVE,
            changed_by=actor.name,
            recorded_at=now,
            **{name: getattr(sent, name) for name in NewTheme.__slots__},
        )
        _check(desk, connection, theme)
        if not themes.add(connection, theme):
            raise Refused(
                f"The register has a theme of the code `{theme.code}`; change that one.",
                "theme_code_taken",
            )
        return theme

    return _on_record(desk, "theme.recorded", {}, actor, (work, call, _CREATED))


def change(desk: Desk, sent: Change, actor: Actor, call: Call = NOBODY) -> Answer:
    """Give a theme new values from now on; how it was stays on the record.

    Raises:
        NotFound: there is no such theme.
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: it has moved on.
        Invalid: it names an owner, a forum or a decision that is not there.
    """

    def work(connection: Connection, now: datetime) -> Theme:
        before = one(connection, sent.theme, lock=True)
        check_seen(
            "theme",
            sent.if_match,
            before.version,
            lambda: theme_told(before),
            needs=sent.needs_match,
        )
        after = replace(
            before,
            version=before.version + 1,
            changed_by=actor.name,
            recorded_at=now,
            **sent.changes,
        )
        _check(desk, connection, after)
        themes.change(connection, after)
        return after

    why = {"reason": sent.reason} if sent.reason else {}
    return _on_record(desk, "theme.changed", why, actor, (work, call, 200))


def one(connection: Connection, name: str, *, lock: bool = False) -> Theme:
    """A theme as it now is, by its code or id.

    Raises:
        NotFound: there is none of that name.
    """
    found = themes.find(connection, name, lock=lock)
    if found is None:
        raise NotFound(f"There is no theme {name}.")
    return found


def _on_record(
    desk: Desk,
    kind: str,
    beside: Mapping[str, Any],
    actor: Actor,
    doing: tuple[Any, Call, int],
) -> Answer:
    """Do the work and put it on the theme's chain, in one transaction; once for a call."""
    work, call, status = doing
    event_id, salt = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        before = call.answered(connection, desk.registry.refresh(connection), now)
        if before is not None:
            return before
        theme: Theme = _made_before(connection, event_id) or work(connection, now)
        told = dict(theme_told(theme))
        if not timeline.aggregates_of(connection, [event_id]):
            journal.record(
                connection,
                theme.id,
                event_id=event_id,
                kind=kind,
                payload={"theme": told, **beside},
                actor=actor,
                now=now,
                salt=salt,
            )
        headers = {"ETag": f'"{theme.version}"', "Location": f"/v1/themes/{theme.code}"}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return call.keep(connection, Answer(status, body, headers, theme.id), now)

    answer: Answer = desk.do(chore).result()
    return answer


def _made_before(connection: Connection, event_id: str) -> Theme | None:
    """The theme that this very call has made or changed, where its commit's answer was lost."""
    aggregate = timeline.aggregates_of(connection, [event_id]).get(event_id)
    return None if aggregate is None else themes.find(connection, aggregate)


def _check(desk: Desk, connection: Connection, theme: Theme) -> None:
    directory = desk.registry.refresh(connection).directory
    known: Mapping[str, Any] = {
        "owner": () if directory is None else directory.people,
        "forum": () if directory is None else directory.forums,
    }
    faults = [
        Fault("unknown", not_among(word, words), pointer=f"/{name}")
        for name, words in known.items()
        if (word := getattr(theme, name)) is not None and word not in words
    ]
    agreed = theme.priority
    if agreed is not None and not meetings.decided_on_a_matter(connection, agreed.decision):
        detail = (
            f"found {agreed.decision!r}, which is the number of no decision on a forum's matter"
        )
        faults.append(Fault("unknown", detail, pointer="/priority/decision"))
    if faults:
        raise Invalid("Nothing was recorded.", errors=faults)

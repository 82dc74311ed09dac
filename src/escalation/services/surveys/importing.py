"""Answers of a survey that was run elsewhere: a file brought in whole, or nothing of it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from escalation.clock import whole_second
from escalation.errors import Broken, Invalid
from escalation.services.desk import Desk
from escalation.services.interactions import PREFIX, reference_of
from escalation.services.jobs import Answer
from escalation.services.once import NOBODY, Call
from escalation.services.surveys.answering import CUSTOMERS
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.lines import Line, Sheet
from escalation.services.surveys.rounds import hash_of
from escalation.store import dialect, interactions, journal, surveys
from escalation.store.surveys import NewAnswer
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import Family, FeedbackKind, Interaction

AT_ONCE = 500
"""Answers that one statement writes."""
CHAIN = "surveys"
"""The chain of what was brought in."""
_OK, _CREATED = 200, 201
Tell = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of answers: its bytes, how messages call it, of which survey and period."""

    raw: bytes
    name: str
    survey: str
    period: str


def silent(count: int) -> None:
    """Tell nobody how far it has come."""


def bring_in(
    desk: Desk,
    book: SurveyBook,
    sent: Sent,
    actor: Actor,
    *,
    call: Call = NOBODY,
    tell: Tell = silent,
) -> Answer:
    """Bring a file of answers in, in one transaction; ``tell`` hears of each line twice.

    Lines that were brought in before, just the same, are left as they are: the same file again
    changes nothing.

    Raises:
        NotFound: there is no such survey.
        TooLarge: it has more bytes or lines than are taken.
        Invalid: with every mistake in it, each with its line; also where somebody's answers of
            that period were brought in before and were others.
    """
    file, survey = book.one(sent.survey)
    with read(desk.engine) as connection:
        directory = desk.registry.refresh(connection).directory
        now = dialect.now(connection, desk.clock)
    if directory is None:
        raise Broken("No directory has been applied yet: `escalation directory apply FILE`.")
    sheet = Sheet(sent.name, survey, ZoneInfo(file.zone), directory, whole_second(now))
    lines = sheet.lines(sent.raw, tell)
    entry = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        before = call.answered(connection, desk.registry.refresh(connection), now)
        if before is not None:
            return before
        interactions.hold_numbers(connection, Family.FEEDBACK.value, now.year)
        new = _unknown(connection, sent, sheet, lines)
        tell(len(lines) - len(new))
        found = _Bringing(connection, desk, sent, actor, now).keep(new, entry, tell)
        found["already"] = len(lines) - len(new)
        body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        return call.keep(connection, Answer(_CREATED if new else _OK, body, {}, ""), now)

    answer: Answer = desk.do(chore).result()
    return answer


def _slices(made: Sequence[tuple[Interaction, NewAnswer]]) -> Iterable[Sequence[Any]]:
    rest = iter(made)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _unknown(connection: Connection, sent: Sent, sheet: Sheet, lines: Sequence[Line]) -> list[Line]:
    """The lines that were not brought in before.

    Raises:
        Invalid: with each line that was, with other answers.
    """
    known = surveys.answered(connection, sent.survey, sent.period)
    new, faults = [], []
    for line in lines:
        content = known.get(respondent_of(sent, line))
        if content is None:
            new.append(line)
        elif content != line.content:
            detail = (
                f"found other answers than were brought in before of this respondent in "
                f"{sent.period}; what was counted stays: leave the line out, or name another period"
            )
            faults.append(sheet.fault("answered_otherwise", detail, line.at))
    if faults:
        raise Invalid(f"{sent.name} is refused, and nothing was brought in", errors=faults)
    return new


def respondent_of(sent: Sent, line: Line) -> str:
    """What is kept of who answered: no more than tells them from others in their period."""
    return hash_of(sent.survey, sent.period, line.respondent)


@dataclass(frozen=True, slots=True)
class _Bringing:
    """An import within its transaction."""

    connection: Connection
    desk: Desk
    sent: Sent
    actor: Actor
    now: datetime

    def keep(self, lines: Sequence[Line], entry: tuple[str, str], tell: Tell) -> dict[str, Any]:
        """Keep lines as feedback, with an entry on the record; what it came to."""
        first = interactions.next_numbers(
            self.connection, Family.FEEDBACK.value, self.now.year, len(lines)
        )
        made = [self._one(line, number) for number, line in enumerate(lines, first)]
        for some in _slices(made):
            interactions.add_all(self.connection, [said for said, _ in some])
            surveys.add_answers(self.connection, [counted for _, counted in some])
            tell(len(some))
        found = {
            "survey": self.sent.survey,
            "period": self.sent.period,
            "imported": len(made),
            "already": 0,
            "first": made[0][0].reference if made else None,
            "last": made[-1][0].reference if made else None,
        }
        if made:
            digest = sha256(self.sent.raw).hexdigest()
            journal.record(
                self.connection,
                CHAIN,
                event_id=entry[0],
                kind="survey.imported",
                payload={**found, "file": self.sent.name, "sha256": digest},
                actor=self.actor,
                now=self.now,
                salt=entry[1],
            )
        return found

    def _one(self, line: Line, number: int) -> tuple[Interaction, NewAnswer]:
        name = self.desk.ids.new(PREFIX[Family.FEEDBACK][0], self.now)
        counted = NewAnswer(
            id=name,
            survey=self.sent.survey,
            rating=line.answers.rating,
            answered_at=line.answered_at,
            recorded_at=self.now,
            places={**line.places, "channel": line.channel.value},
            period=self.sent.period,
            respondent=respondent_of(self.sent, line),
            content=line.content,
        )
        return self._said(name, line, number), counted

    def _said(self, name: str, line: Line, number: int) -> Interaction:
        answers, places, sent = line.answers, line.places, self.sent
        told = {"name": sent.survey, "period": sent.period, "answers": dict(answers.values)}
        return Interaction(
            id=name,
            reference=reference_of(Family.FEEDBACK, self.now.year, number),
            family=Family.FEEDBACK,
            kind=FeedbackKind.SURVEY.value,
            channel=line.channel,
            text=answers.text,
            raiser={"type": "client"},
            recorded_by=self.actor.name,
            received_at=line.answered_at,
            created_at=self.now,
            sentiment=answers.sentiment,
            party=places["provider"] or places["agency"],
            function=places["function"],
            region=places["region"],
            key_result_area=CUSTOMERS,
            quote=answers.quote,
            survey=told,
        )

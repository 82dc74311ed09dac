"""The database itself, as commands work at it: the methods of the client, without a key."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Unpack

from escalation.api import body as bodies
from escalation.api.schemas.acts import BODIES
from escalation.api.schemas.interactions import RaiseIssue, RecordContact, RecordFeedback
from escalation.api.schemas.issues import LogIssue
from escalation.bootstrap import Container
from escalation.cli.fields import DEPTH
from escalation.cli.here_forums import Digests, Forums, Meetings
from escalation.cli.here_registers import Actions, Decisions, Learnings, Themes
from escalation.cli.here_reports import Reports, Surveys
from escalation.cli.here_webhooks import Endpoints, Hooks, Keys
from escalation.cli.opening import me
from escalation.client.listing import Page
from escalation.client.shapes.issues import IssueFilters
from escalation.services import at_hand, correspondence, interactions, receipts
from escalation.services.correspondence import Letter
from escalation.services.interactions import Asked, Recording
from escalation.services.jobs import Job
from escalation.services.reading import issues, timelines
from escalation.services.reading.correspondence import passed
from escalation.services.reading.issues import Question
from escalation.services.receipts import NewReceipt
from escalation.workflow.interactions import Family
from escalation.workflow.states import Act

View = dict[str, Any]
PAGE = 200
"""Entries of a history that are read at once."""
_AMONG = ("status", "severity", "agency", "provider", "rung")


class Issues:
    """Issues of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def first(self, limit: int, /, **filters: Unpack[IssueFilters]) -> Page:
        """The first so many that fit, and how many do."""
        given: Mapping[str, Any] = {n: v for n, v in filters.items() if v is not None}
        sort = given.get("sort", "due_at")
        question = Question(
            among={n: _words(given[n]) for n in _AMONG if n in given},
            holder=given.get("holder"),
            past_target=given.get("past_target"),
            words=given.get("q", "").split(),
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            limit=limit,
            total=True,
        )
        with at_hand.look(self._inside.desk, me()) as look:
            page = issues.page(look, question)
        return Page(page.items, None, page.total)

    def show(self, issue: str) -> Mapping[str, Any]:
        """One issue as it is now."""
        with at_hand.look(self._inside.desk, me()) as look:
            return issues.one(look, issue)

    def timeline(self, issue: str) -> Iterator[Mapping[str, Any]]:
        """What happened to it, oldest first."""
        after: int | None = 0
        with at_hand.look(self._inside.desk, me()) as look:
            while after is not None:
                page = timelines.page(look, issue, after=after, limit=PAGE)
                yield from page.items
                after = None if page.after is None else int(str(page.after[0]))

    def log(self, body: bytes) -> View:
        """Log one."""
        sent = bodies.read(body, LogIssue, DEPTH)
        inside = self._inside
        made = receipts.owed(inside.ids, anonymous=sent.raiser.anonymous)
        kept = None if made is None else made.kept
        answer = at_hand.done(inside.desk, sent.command(), me(), receipt=kept)
        return {**json.loads(answer.body), **_code(made)}

    def act(self, issue: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Act on one; the issue as it then is."""
        sent = bodies.read(body, BODIES[Act(act)], DEPTH)
        answer = at_hand.done(
            self._inside.desk, sent.command(), me(), issue=issue, other=sent.other, version=version
        )
        return _view(answer.body)


class Register:
    """Contacts or feedback of the database."""

    def __init__(self, container: Container, family: Family) -> None:
        """At its desk."""
        self._inside = container
        self._family = family

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""
        words = (filters.get("q") or "").split()
        raised = filters.get("raised")
        asked = Asked(family=self._family, words=words, raised=raised, limit=limit)
        with at_hand.look(self._inside.desk, me()) as look:
            page = interactions.page(look, asked, total=True)
        return Page(page.items, None, page.total)

    def show(self, said: str) -> View:
        """One of them, with what was written since."""
        with at_hand.look(self._inside.desk, me()) as look:
            found = interactions.one(look, self._family, said)
            return {**interactions.view(found), "messages": list(passed(look.connection, found.id))}

    def record(self, body: bytes) -> View:
        """Record one."""
        sent: RecordContact | RecordFeedback
        if self._family is Family.CONTACT:
            sent = bodies.read(body, RecordContact, DEPTH)
        else:
            sent = bodies.read(body, RecordFeedback, DEPTH)
        inside = self._inside
        made = receipts.owed(inside.ids, anonymous=bool(sent.fields["raiser"].get("anonymous")))
        kept = None if made is None else made.kept
        recording = Recording(self._family, sent.fields, sent.received_at, None, receipt=kept)
        said = _view(interactions.record(inside.desk, recording, me()).body)
        return {**said, **_code(made)}

    def answer(self, said: str, text: str) -> View:
        """Answer who gave no name."""
        with at_hand.look(self._inside.desk, me()) as look:
            found = interactions.one(look, self._family, said)
        correspondence.write(self._inside.desk, found, Letter(text=text, actor=me()))
        return self.show(found.id)

    def raise_(self, said: str, body: bytes) -> View:
        """Raise one into an issue."""
        given = bodies.read(body, RaiseIssue, DEPTH).given
        desk = self._inside.desk
        with at_hand.look(desk, me()) as look:
            found = interactions.one(look, self._family, said)
            log = interactions.raised_from(look.directory, found, given)
        job = Job(stem=desk.stem(), actor=me(), ask=log, backdated=True)
        anonymous = bool(found.raiser.get("anonymous"))
        made = receipts.owed(self._inside.ids, anonymous=anonymous, held=found.receipt)
        job.receipt = None if made is None else made.kept
        issue = _view(interactions.raise_issue(desk, found, job).body)
        return {**issue, **_code(made)}


class Feedback(Register):
    """Feedback of the database."""

    def acknowledge(self, said: str, text: str) -> View:
        """Tell its giver that it arrived; once."""
        with at_hand.look(self._inside.desk, me()) as look:
            found = interactions.one(look, self._family, said)
        letter = Letter(text=text, actor=me(), acknowledges=True)
        correspondence.write(self._inside.desk, found, letter)
        return self.show(found.id)


class Here:
    """The database, by the names that the client has."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    @cached_property
    def issues(self) -> Issues:
        """Issues."""
        return Issues(self._inside)

    @cached_property
    def contacts(self) -> Register:
        """Contacts."""
        return Register(self._inside, Family.CONTACT)

    @cached_property
    def feedback(self) -> Feedback:
        """Feedback."""
        return Feedback(self._inside, Family.FEEDBACK)

    @cached_property
    def forums(self) -> Forums:
        """Forums."""
        return Forums(self._inside)

    @cached_property
    def reports(self) -> Reports:
        """What planning takes from a period."""
        return Reports(self._inside)

    @cached_property
    def surveys(self) -> Surveys:
        """Surveys."""
        return Surveys(self._inside)

    @cached_property
    def meetings(self) -> Meetings:
        """Meetings."""
        return Meetings(self._inside)

    @cached_property
    def digests(self) -> Digests:
        """Digests."""
        return Digests(self._inside)

    @cached_property
    def actions(self) -> Actions:
        """What forums asked of people."""
        return Actions(self._inside)

    @cached_property
    def decisions(self) -> Decisions:
        """What forums decided."""
        return Decisions(self._inside)

    @cached_property
    def themes(self) -> Themes:
        """What keeps coming up."""
        return Themes(self._inside)

    @cached_property
    def learnings(self) -> Learnings:
        """What was learned."""
        return Learnings(self._inside)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Where events are sent."""
        return Endpoints(self._inside)

    @cached_property
    def hooks(self) -> Hooks:
        """What tools have sent."""
        return Hooks(self._inside)

    @cached_property
    def keys(self) -> Keys:
        """Keys."""
        return Keys(self._inside)


def _words(given: Any) -> list[str]:  # noqa: ANN401 - one word or several
    return [given] if isinstance(given, str) else list(given)


def _code(made: NewReceipt | None) -> dict[str, str]:
    return {} if made is None else {"receipt_code": made.code}


def _view(raw: bytes) -> View:
    found: View = json.loads(raw)
    return found

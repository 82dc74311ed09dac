"""What a digest is asked for, and the frame it stands in: the part before anything is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from escalation.clock import whole_second
from escalation.digests import key_themes, periods, scorecard
from escalation.digests.digest import SCHEMA, Frame, build
from escalation.digests.framework import Framework
from escalation.digests.key_themes import Gathered
from escalation.digests.oversight import card_for, part_of
from escalation.digests.papers import Record
from escalation.digests.selection import Area, Rows, Selection
from escalation.digests.themes import Periods
from escalation.errors import Broken, Fault, Invalid
from escalation.routing.directory_file import MARKING_MAX
from escalation.routing.publication import Publication
from escalation.routing.wording import not_among
from escalation.services import digest_themes
from escalation.services.desk import Desk
from escalation.services.measured import measured
from escalation.services.views import told
from escalation.store import actions, decided, dialect, papers, selecting
from escalation.store.base import EPOCH, canonical, canonical_document
from escalation.store.diaries import diary_at
from escalation.store.digests import StoredDigest
from escalation.store.in_force import in_force
from escalation.store.selecting import Unsealed
from escalation.store.transaction import Connection, pipelined, read

_REFUSED = "No digest was made."


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a digest is asked for: a forum's code, or a profile that names one.

    ``marking`` is the protective marking that it bears in every format, ``periods`` over how many a
    scorecard tells how its figures went.
    """

    forum: str | None = None
    profile: str | None = None
    as_at: datetime | None = None
    known_at: datetime | None = None
    since: datetime | None = None
    marking: str | None = None
    periods: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A selection with the frame that it stands in, and the digest that it corrects, if any."""

    selection: Selection
    frame: Frame
    corrects: StoredDigest | None = None
    marking: str | None = None

    @classmethod
    def of(
        cls,
        desk: Desk,
        connection: Connection,
        code: str,
        instants: tuple[datetime, datetime],
        since: datetime | None,
    ) -> "Asked":
        """What is asked of a forum's code: without ``since``, from the meeting before.

        Raises:
            Invalid: there is no such forum.
        """
        as_at, known_at = instants
        framework = framework_at(desk, connection, as_at, known_at)
        forum = framework.directory.forums.get(code)
        if forum is None:
            detail = not_among(code, framework.directory.forums)
            refuse("unknown_reference", detail, "/forum")
        selection = Selection(code, as_at, known_at, since)
        frame = Frame.of(framework, forum, selection)
        previous = frame.meetings.previous
        if since is None and previous is not None:
            selection = Selection(code, as_at, known_at, previous.ends_at)
        return cls(selection, frame)

    def correcting(self, old: StoredDigest | None) -> "Asked":
        """The same, in the place of another, if of one."""
        return replace(self, corrects=old)

    def over(self, periods: int | None) -> "Asked":
        """The same, where no periods are asked for.

        Raises:
            Invalid: they are: a forum's paper tells how it went over its own meetings.
        """
        if periods is not None:
            refuse_by_meetings(periods)
        return self

    @property
    def usual(self) -> str | None:
        """The marking that it bears where none is asked for."""
        return self.frame.framework.directory.file.initiative.marking

    def marked(self, marking: str | None) -> "Asked":
        """The same, bearing a protective marking where there is one."""
        return replace(self, marking=marking)

    @property
    def key(self) -> str:
        """What makes it the same question, but for its instants."""
        words = [SCHEMA, self.selection.profile, told(self.selection.since)]
        words += [] if self.corrects is None else [self.corrects.id]
        words += [] if self.marking is None else ["marking", self.marking]
        return sha256(canonical(words).encode()).hexdigest()

    def kept_as(self) -> dict[str, Any]:
        """What is kept of the question beside its content."""
        selection = self.selection
        return {
            "schema": SCHEMA,
            "profile": selection.profile,
            "forum": selection.forum,
            "selection": self.key,
            "as_at": selection.as_at,
            "known_at": selection.known_at,
            "since": selection.since,
            "publication": self.frame.framework.publication.hash,
            "corrects": None if self.corrects is None else self.corrects.id,
        }

    def content(self, connection: Connection, unsealed: Unsealed = ()) -> bytes:
        """The canonical bytes, with the issues of ``unsealed`` though they are sealed by now."""
        selection = self.selection

        def record(issues: Sequence[str]) -> Record:
            return papers.record(
                connection, issues, selection.forum, selection.as_at, selection.known_at
            )

        document = build(self.frame, selection, self._rows(connection, unsealed), record)
        document |= self._measured(connection, unsealed)
        themes = self._themes(connection, unsealed)
        if themes is not None:
            key_themes.add(document, themes, self.frame.framework.directory)
        if self.marking is not None:
            document["marking"] = self.marking
        if self.corrects is not None:
            old = self.corrects
            document["corrects"] = {"number": old.number, "content_hash": old.content_hash}
        return canonical_document(document)

    def _rows(self, connection: Connection, unsealed: Unsealed) -> Rows:
        selection, meeting = self.selection, self.frame.meetings.open
        forum, as_at, known_at = selection.forum, selection.as_at, selection.known_at
        since, until = selection.since, None if meeting is None else meeting.cutoff_at
        ended = [each.ends_at for each in self.frame.meetings.ended if each.ends_at < as_at]
        # All is asked for before the first is looked at: the database goes on meanwhile.
        with pipelined(connection):
            standing = selecting.standing(connection, forum, as_at, known_at, unsealed)
            stood = before = None
            if since is not None:
                then = replace(selection, as_at=since, since=self._earlier(since))
                stood = selecting.counted(connection, forum, since, known_at, unsealed)
                before = selecting.movements_alike(connection, then, unsealed)
            area = Area.of(self.frame.forum)
            elsewhere = selecting.elsewhere(connection, selection, area, until, unsealed)
            movements = selecting.movements(connection, selection, unsealed)
            sealed = selecting.sealed(connection, forum, as_at, known_at, unsealed)
            made = decided.since(connection, selection, unsealed)
            points = selecting.points(connection, forum, ended, known_at, unsealed)
            return Rows(
                standing(),
                () if stood is None else stood(),
                elsewhere(),
                movements(),
                actions.outstanding(connection, selection, unsealed),
                sealed(),
                None if before is None else before(),
                points(),
                made(),
            )

    def _themes(self, connection: Connection, unsealed: Unsealed) -> Gathered | None:
        """What the key themes are made of; from the beginning there is no period before."""
        as_at, since = self.selection.as_at, self.selection.since
        both = Periods(EPOCH, as_at, EPOCH)
        if since is not None:
            both = Periods(since, as_at, self._earlier(since))
        return digest_themes.gathered(connection, self.frame, self.selection, both, unsealed)

    def _earlier(self, since: datetime) -> datetime:
        """When the period before began: with a meeting's end, or as long as this one."""
        ends = [each.ends_at for each in self.frame.meetings.ended]
        if since in ends[1:]:
            return ends[ends.index(since) - 1]
        return since - (self.selection.as_at - since)

    def _measured(self, connection: Connection, unsealed: Unsealed) -> dict[str, Any]:
        """What the forum's paper measures beside its issues, over the same period."""
        framework, selection = self.frame.framework, self.selection
        card = card_for(self.frame.forum, framework)
        if card is None:
            return {}
        zone, since = ZoneInfo(self.frame.forum.meeting.zone), selection.since
        begun = periods.quarter_begin(selection.as_at, zone) if since is None else since
        earlier = (
            periods.before(begun, selection.as_at, zone) if since is None else self._earlier(since)
        )
        asked = scorecard.Asked(card, begun, selection.as_at, selection.known_at, earlier, zone.key)
        return part_of(measured(connection, framework, asked, unsealed))


def framework_at(
    desk: Desk, connection: Connection, as_at: datetime, known_at: datetime
) -> Framework:
    """The publication, directory and diary that were in force.

    Raises:
        Broken: there is none yet.
        Invalid: there was none by what was known then.
    """
    there = in_force(connection, as_at, known_at)
    if there is None:
        known = desk.registry.refresh(connection)
        if known.publication is None or known.directory is None:
            raise Broken("No ladder has been published, or no directory applied yet.")
        detail = (
            f"found {told(known_at)}, when no ladder was published, or no directory applied yet"
        )
        refuse("before_the_first", detail, "/known_at")

    def pinned(wanted: str) -> Publication:
        return desk.registry.publication(connection, wanted)

    desk.registry.refresh(connection)
    return Framework(
        pinned(there.publication),
        desk.registry.directory_of(connection, there.directory),
        there.directory.epoch,
        pinned,
        diary_at(connection, as_at, known_at),
    )


def instants_of(desk: Desk, request: Request) -> tuple[datetime, datetime]:
    """As at when, and by what was known.

    Raises:
        Invalid: one of them lies where nothing is known of it.
    """
    with read(desk.engine) as connection:
        now = dialect.now(connection, desk.clock)
    known_at = request.known_at or now
    as_at = whole_second(request.as_at or known_at)
    if known_at > now:
        refuse("in_the_future", f"found {told(known_at)}, which is ahead of now", "/known_at")
    if as_at > known_at:
        detail = f"found {told(as_at)}, which is ahead of {told(known_at)}: nothing is known of it"
        refuse("in_the_future", detail, "/as_at")
    if request.since is not None and request.since >= as_at:
        detail = f"found {told(request.since)}, expected an instant before {told(as_at)}"
        refuse("wrong_value", detail, "/since")
    _check_marking(request.marking)
    return as_at, known_at


def _check_marking(marking: str | None) -> None:
    if marking is None:
        return
    if not marking.strip() or not marking.isprintable() or len(marking) > MARKING_MAX:
        detail = f"found {marking!r}, expected one line of 1 to {MARKING_MAX} letters"
        refuse("wrong_value", detail, "/marking")


def refuse_by_meetings(periods: int) -> NoReturn:
    """Refuse periods of a forum's paper.

    Raises:
        Invalid: always.
    """
    detail = f"found {periods}, expected none: a forum's digest goes by its meetings"
    refuse("wrong_value", detail, "/periods")


def refuse(code: str, detail: str, pointer: str) -> NoReturn:
    """Refuse a request for one wrong value.

    Raises:
        Invalid: always.
    """
    raise Invalid(_REFUSED, errors=[Fault(code, detail, pointer=pointer)])

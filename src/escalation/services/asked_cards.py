"""What a scorecard is asked for, and its content: the part before anything is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.digests import periods
from escalation.digests.cards import Card, NoSuchCard, card_of
from escalation.digests.framework import Framework
from escalation.digests.scorecard import SCHEMA, Asked
from escalation.services.asked_digests import framework_at, refuse, refuse_by_meetings
from escalation.services.desk import Desk
from escalation.services.measured import measured
from escalation.services.views import told
from escalation.store.base import canonical, canonical_document
from escalation.store.digests import StoredDigest
from escalation.store.selecting import Unsealed
from escalation.store.transaction import Connection
from escalation.workflow.viewing import EVERYTHING, Viewer, covers


@dataclass(frozen=True, slots=True)
class AskedCard:
    """A scorecard with the framework that it stands in."""

    asked: Asked
    framework: Framework
    marking: str | None = None
    corrects: StoredDigest | None = None

    @classmethod
    def of(
        cls,
        desk: Desk,
        connection: Connection,
        profile: str,
        instants: tuple[datetime, datetime],
        since: datetime | None,
        *,
        viewer: Viewer = EVERYTHING,
    ) -> "AskedCard":
        """What is asked of a profile: without ``since``, from the beginning of its quarter.

        Raises:
            Invalid: there is no such scorecard, or it is not for who looks: the same words.
        """
        as_at, known_at = instants
        framework = framework_at(desk, connection, as_at, known_at)
        try:
            card = card_of(profile, framework)
        except NoSuchCard as error:
            refuse("unknown_reference", str(error), "/profile")
        if not covers(viewer, card.of):
            detail = f"found {profile!r}, which is of more than the issues that you see"
            refuse("unknown_reference", detail, "/profile")
        under = framework.in_force
        zone = under.calendar(under.ladder.calendar.value).zone
        begin = periods.quarter_begin(as_at, zone) if since is None else since
        asked = Asked(card, begin, as_at, known_at, periods.before(begin, as_at, zone), zone.key)
        return cls(asked, framework)

    @property
    def usual(self) -> str | None:
        """The marking that it bears where none is asked for."""
        return self.framework.directory.file.initiative.marking

    def marked(self, marking: str | None) -> "AskedCard":
        """The same, bearing a protective marking where there is one."""
        return replace(self, marking=marking)

    def correcting(self, old: StoredDigest | None) -> "AskedCard":
        """The same, in the place of another, if of one."""
        return replace(self, corrects=old)

    def over(self, periods: int | None) -> "AskedCard":
        """The same over so many periods, where that is asked.

        Raises:
            Invalid: it is the benchmark, which tells no totals.
        """
        if periods is None:
            return self
        check_periods(self.asked.card, periods)
        return replace(self, asked=self.asked.over(periods))

    @property
    def key(self) -> str:
        """What makes it the same question, but for its instants."""
        words = [SCHEMA, self.asked.card.profile, told(self.asked.since)]
        words += [] if self.corrects is None else [self.corrects.id]
        words += [] if self.marking is None else ["marking", self.marking]
        begun = [told(each) for each in self.asked.earlier]
        words += ["trend", *begun] if self.asked.trend else []
        return sha256(canonical(words).encode()).hexdigest()

    def kept_as(self) -> dict[str, Any]:
        """What is kept of the question beside its content."""
        asked = self.asked
        return {
            "schema": SCHEMA,
            "profile": asked.card.profile,
            "forum": None,
            "selection": self.key,
            "as_at": asked.as_at,
            "known_at": asked.known_at,
            "since": asked.since,
            "publication": self.framework.publication.hash,
            "corrects": None if self.corrects is None else self.corrects.id,
        }

    def content(self, connection: Connection, unsealed: Unsealed = ()) -> bytes:
        """The canonical bytes, with the issues of ``unsealed`` though they are sealed by now."""
        document = measured(connection, self.framework, self.asked, unsealed)
        if self.marking is not None:
            document["marking"] = self.marking
        if self.corrects is not None:
            old = self.corrects
            document["corrects"] = {"number": old.number, "content_hash": old.content_hash}
        return canonical_document(document)


def check_periods(card: Card | None, periods: int | None) -> None:
    """Refuse periods of what tells no totals over them; a forum's paper is no ``card``.

    Raises:
        Invalid: they are asked of it.
    """
    if periods is None:
        return
    if card is None:
        refuse_by_meetings(periods)
    if not card.tells_totals:
        detail = f"found {periods}, expected none: a benchmark tells no totals"
        refuse("wrong_value", detail, "/periods")

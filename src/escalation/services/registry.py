"""What every decision is made under, kept in memory as long as nobody has changed it.

The epoch row tells when a publication, the directory or a key has changed anywhere; it is read
with every batch, and what is behind is loaded again before anything is decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from escalation.errors import Broken
from escalation.routing.amending import beside
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Scope
from escalation.store import access, conduct, framework, meetings
from escalation.store.access import StoredKey
from escalation.store.framework import DirectoryVersion, Epoch
from escalation.store.transaction import Connection
from escalation.workflow.conduct import ConductLimit, Marks, by_marks
from escalation.workflow.diary import NO_CHANGES, Diary
from escalation.workflow.facts import Agreement, Issue
from escalation.workflow.intake import Rules

_KEPT = 8
"""Versions of the directory that are kept compiled beside the present one."""
_NO_DIRECTORY = "No directory has been applied yet: run `escalation directory apply FILE`."


@dataclass(frozen=True, slots=True)
class Known:
    """The state of the shared things at one epoch."""

    epoch: Epoch
    publication: Publication | None
    directory: Directory | None
    directory_epoch: int
    keys: Mapping[str, StoredKey]
    keys_by_hash: Mapping[str, StoredKey]
    diary: Diary = NO_CHANGES
    limits: Mapping[Marks, Sequence[ConductLimit]] = field(default_factory=dict)


class Registry:
    """The caches of one process. Refreshing is cheap; two threads doing it at once is harmless."""

    def __init__(self, outage: timedelta) -> None:
        """``outage`` is how late a clock counts as the engine having been down."""
        self._outage = outage
        self._known: Known | None = None
        self._directories: dict[tuple[int, str], Directory] = {}
        self._publications: dict[str, Publication] = {}
        self._agreements: dict[tuple[str, str | None, str, int, int], Agreement] = {}

    @property
    def known(self) -> Known | None:
        """What was known when it was last looked at, without a read; nothing before the first."""
        return self._known

    def refresh(self, connection: Connection) -> Known:
        """What is known, loaded again where another process or this one has changed it."""
        epoch = framework.read_epoch(connection)
        before = self._known
        if before is not None and before.epoch == epoch:
            return before
        keys = self._keys(connection, epoch, before)
        directory, directory_epoch = self._directory(connection, epoch, before)
        current = epoch.current
        known = Known(
            epoch=epoch,
            publication=None if current is None else self.publication(connection, current),
            directory=directory,
            directory_epoch=directory_epoch,
            keys=keys,
            keys_by_hash={key.hash: key for key in keys.values()},
            diary=self._diary(connection, epoch, before),
            limits=self._limits(connection, epoch, before),
        )
        self._known = known
        return known

    def _keys(
        self, connection: Connection, epoch: Epoch, before: Known | None
    ) -> Mapping[str, StoredKey]:
        if before is not None and before.epoch.access == epoch.access:
            return before.keys
        return {key.id: key for key in access.keys(connection)}

    def _directory(
        self, connection: Connection, epoch: Epoch, before: Known | None
    ) -> tuple[Directory | None, int]:
        if before is not None and before.epoch.directory == epoch.directory:
            return before.directory, before.directory_epoch
        self._agreements.clear()
        version = framework.latest_directory(connection)
        if version is None:
            return None, 0
        return self._version(connection, version, before), version.epoch

    def _diary(self, connection: Connection, epoch: Epoch, before: Known | None) -> Diary:
        if before is not None and before.epoch.meetings == epoch.meetings:
            return before.diary
        self._agreements.clear()
        return Diary.of(meetings.otherwise(connection))

    def _limits(
        self, connection: Connection, epoch: Epoch, before: Known | None
    ) -> Mapping[Marks, Sequence[ConductLimit]]:
        if before is not None and before.epoch.conduct == epoch.conduct:
            return before.limits
        return by_marks(conduct.not_ended(connection))

    def directory_of(self, connection: Connection, version: DirectoryVersion) -> Directory:
        """A version of the directory: immutable, and the last few that were asked for are kept."""
        if self._known is not None and self._known.directory_epoch == version.epoch:
            present = self._known.directory
            if present is not None:
                return present
        return self._version(connection, version, self._known)

    def _version(
        self, connection: Connection, version: DirectoryVersion, near: Known | None
    ) -> Directory:
        """A version, made of what it differs in from the one that is known where there is one."""
        found = self._directories.get((version.epoch, version.hash))
        if found is None:
            document = framework.directory_document(connection, version.epoch)
            known = None if near is None else near.directory
            found = Directory.stored(document) if known is None else beside(known, document)
            self.keep(version.epoch, version.hash, found)
        return found

    def keep(self, epoch: int, digest: str, directory: Directory) -> None:
        """Have a version at hand, whether or not it comes to be in force; the last few are kept."""
        while len(self._directories) >= _KEPT:
            self._directories.pop(next(iter(self._directories)))
        self._directories[epoch, digest] = directory

    def publication(self, connection: Connection, wanted: str) -> Publication:
        """A publication by its hash: immutable, so it is loaded once.

        Raises:
            Broken: the database does not have it, though an issue or the epoch names it.
        """
        found = self._publications.get(wanted)
        if found is None:
            stored = framework.publication(connection, wanted)
            if stored is None:
                raise Broken(
                    f"Publication {wanted} is missing from the database; restore a backup."
                )
            found = Publication.restore(stored.text, stored.name, stored.expanded)
            self._publications[wanted] = found
        return found

    def agreement(self, connection: Connection, known: Known, issue: Issue) -> Agreement:
        """What an issue's decisions are made under: its pinned ladder, today's directory."""
        if known.directory is None:
            raise Broken(_NO_DIRECTORY)
        epochs = (known.directory_epoch, known.epoch.meetings)
        wanted = (issue.publication, issue.ola, issue.ladder, *epochs)
        found = self._agreements.get(wanted)
        if found is None:
            publication = self.publication(connection, issue.publication)
            found = Agreement(
                publication,
                publication.effective(issue.ola, issue.ladder),
                known.directory,
                known.directory_epoch,
                self._outage,
                known.diary,
            )
            self._agreements[wanted] = found
        return found

    def rules(self, known: Known) -> Rules:
        """What new issues are logged under.

        Raises:
            Broken: no ladder file has been published, or no directory applied yet.
        """
        if known.directory is None:
            raise Broken(_NO_DIRECTORY)
        if known.publication is None:
            raise Broken(
                "No ladder has been published yet: "
                "run `escalation ladders publish FILE --mode new-only --reason ...`."
            )
        return Rules(
            known.publication, known.directory, known.directory_epoch, self._outage, known.diary
        )

    def in_force(self, known: Known) -> Agreement:
        """The calendars of the publication in force, where a forum's are named, and the diary.

        Raises:
            Broken: as :meth:`rules`.
        """
        rules = self.rules(known)
        ladder = rules.publication.effective(None, Scope.FUNCTION.value)
        return Agreement(
            rules.publication,
            ladder,
            rules.directory,
            rules.directory_epoch,
            rules.outage,
            rules.diary,
        )

"""Publishing ladder files and applying directories: whole or not at all, on the record."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from escalation.errors import Invalid, PreconditionFailed, Refused
from escalation.routing.cross_checks import check_against
from escalation.routing.differences import Difference, differences
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.services import approvals
from escalation.services.desk import Desk
from escalation.services.registry import Known
from escalation.store import framework, journal
from escalation.store.base import canonical_document
from escalation.store.framework import StoredDirectory, StoredPublication
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

TRIES = 5
"""How often a change is made again because somebody else made another in between."""


class Moved(PreconditionFailed):
    """Somebody else has changed the directory since it was read."""


NEW_ONLY = "new-only"
MODES = (NEW_ONLY, "next-rung", "recompute")


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to; ``changed`` is false where that very file was in force already."""

    hash: str
    label: str
    mode: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a directory came to; ``epoch`` counts its versions."""

    epoch: int
    hash: str
    differences: tuple[Difference, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is a version that was not there before."""
        return bool(self.differences)


def in_force(desk: Desk) -> Known:
    """The publication and the directory in force, each ``None`` where there is none yet."""
    with read(desk.engine) as connection:
        return desk.registry.refresh(connection)


def check_ladders(desk: Desk, source: str | bytes, name: str) -> Publication:
    """Read a ladder file and hold it against the directory; changes nothing.

    Raises:
        Invalid: with every mistake, each with its file, line and column.
        TooLarge: more bytes or deeper than is taken.
    """
    publication = Publication.read(source, name, desk.clock.now().date())
    with read(desk.engine) as connection:
        directory = desk.registry.refresh(connection).directory
    if directory is not None:
        hold_against(publication, directory, f"{name} does not fit the directory")
    return publication


def publish(
    desk: Desk, source: str | bytes, name: str, *, mode: str, reason: str, actor: Actor
) -> Published:
    """Put a ladder file in force for issues logged from now on; open issues keep theirs.

    Raises:
        Invalid: the file has mistakes, or the mode is unknown.
        Refused: ``label_taken`` where the label stands for other content already;
            ``not_available_yet`` for the modes that move open issues; ``approval_needed`` where
            an agreement that it changes asks for approval, and it has not been given.
    """
    if mode not in MODES:
        raise Invalid(f"mode {mode!r} is not one of {', '.join(MODES)}")
    if mode != NEW_ONLY:
        raise Refused(f"Mode `{mode}` is not available in this release.", "not_available_yet")
    publication = check_ladders(desk, source, name)
    event_id = desk.ids.new("evt", desk.clock.now())
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Published:
        framework.hold_epoch(connection)
        known = desk.registry.refresh(connection)
        epoch = known.epoch
        if epoch.current == publication.hash:
            return Published(publication.hash, publication.label, mode, changed=False)
        labelled = refuse_taken_label(connection, publication)
        approved = approvals.gathered(connection, known, publication)
        if labelled is None:
            stored = _stored(publication, name, mode, reason, actor, now)
            framework.add_publication(connection, replace(stored, approvals=approved or None))
        framework.bump(connection, "publication", current=publication.hash)
        journal.record(
            connection,
            "ladders",
            event_id=event_id,
            kind="ladder.published",
            payload={
                "hash": publication.hash,
                "label": publication.label,
                "mode": mode,
                "reason": reason,
                **({"approvals": approved} if approved else {}),
            },
            actor=actor,
            now=now,
            salt=salt,
            sent=True,
        )
        return Published(publication.hash, publication.label, mode, changed=True)

    published: Published = desk.do(chore).result()
    return published


def refuse_taken_label(
    connection: Connection, publication: Publication
) -> StoredPublication | None:
    """What was published under that label, if anything was: the very same file.

    Raises:
        Refused: ``label_taken``: it stands for another.
    """
    labelled = framework.publication(connection, publication.label)
    if labelled is not None and labelled.hash != publication.hash:
        raise Refused(
            f"The label {publication.label!r} stands for another file, published "
            f"{labelled.published_at:%Y-%m-%d}; give this one a new label.",
            "label_taken",
        )
    return labelled


def _stored(
    publication: Publication, name: str, mode: str, reason: str, actor: Actor, now: datetime
) -> StoredPublication:
    return StoredPublication(
        hash=publication.hash,
        label=publication.label,
        name=name,
        text=publication.text,
        expanded=publication.expanded(),
        mode=mode,
        reason=reason,
        published_by=actor.name,
        published_at=now,
    )


def check_directory(desk: Desk, source: str | bytes, name: str) -> Directory:
    """Read a directory file and hold it against the ladders in force; changes nothing.

    Raises:
        Invalid: with every mistake, each with its file, line and column.
        TooLarge: more bytes or deeper than is taken.
    """
    directory = Directory.read(source, name)
    with read(desk.engine) as connection:
        publication = desk.registry.refresh(connection).publication
    if publication is not None:
        hold_against(publication, directory, f"{name} does not fit the ladders in force")
    return directory


def apply_directory(desk: Desk, source: str | bytes, name: str, *, actor: Actor) -> Applied:
    """Put a directory in force; seats are resolved again by the engine, and told once.

    Raises:
        Invalid: the file has mistakes.
    """
    directory = check_directory(desk, source, name)
    return put_in_force(desk, directory, actor=actor)


def compared(desk: Desk, directory: Directory) -> tuple[Difference, ...]:
    """What putting a directory in force would change of the one that is."""
    known = in_force(desk).directory
    return differences({} if known is None else known.document(), directory.document())


def put_in_force(
    desk: Desk,
    directory: Directory,
    *,
    actor: Actor,
    over: Known | None = None,
    reason: str | None = None,
) -> Applied:
    """Make a directory that has been checked the next version; the same content changes nothing.

    Args:
        desk: What writes.
        directory: The whole of it.
        actor: Who changes it.
        over: What was known when it was made of the version then in force, where it was.
        reason: Why, for the record.

    Raises:
        Moved: another version than the one of ``over`` is in force by now.
    """
    if over is not None:
        return _put(desk, directory, over, actor, reason)
    for _ in range(TRIES):
        with suppress(Moved):
            return _put(desk, directory, in_force(desk), actor, reason)
    raise Moved("The directory is being changed by others; try again.")


def _put(
    desk: Desk, directory: Directory, over: Known, actor: Actor, reason: str | None
) -> Applied:
    document = directory.document()
    digest = sha256(canonical_document(document)).hexdigest()
    # What differs is found before the desk's turn: nobody waits for it.
    before = {} if over.directory is None else over.directory.document()
    changes = differences(before, document)
    event_id = desk.ids.new("evt", desk.clock.now())
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Applied:
        latest = framework.latest_directory(connection)
        epoch = 0 if latest is None else latest.epoch
        if over.directory_epoch != epoch:
            moved = f"Version {epoch} of the directory is in force by now, not "
            raise Moved(f"{moved}{over.directory_epoch}.")
        if latest is not None and not changes:
            return Applied(epoch, digest)
        stored = StoredDirectory(epoch + 1, digest, document, actor.name, now)
        framework.add_directory(connection, stored)
        if not directory.positions.values:  # what was read from a file is not yet by code
            desk.registry.keep(stored.epoch, digest, directory)
        framework.bump(connection, "directory")
        told = {"epoch": epoch + 1, "hash": digest, "changes": [each.told for each in changes]}
        journal.record(
            connection,
            "directory",
            event_id=event_id,
            kind="directory.applied",
            payload=told if reason is None else {**told, "reason": reason},
            actor=actor,
            now=now,
            salt=salt,
        )
        return Applied(epoch + 1, digest, changes)

    applied: Applied = desk.do(chore).result()
    return applied


def hold_against(publication: Publication, directory: Directory, detail: str) -> None:
    """Refuse a ladder file and a directory that do not go together.

    Raises:
        Invalid: with everything that one says and the other does not know.
    """
    faults = check_against(publication, directory)
    if faults:
        raise Invalid(detail, errors=faults)

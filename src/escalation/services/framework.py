"""Publishing ladder files and applying directories: whole or not at all, on the record."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from escalation.errors import Invalid, Refused
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.services.desk import Desk
from escalation.services.registry import Known
from escalation.store import framework, journal
from escalation.store.base import canonical
from escalation.store.framework import StoredDirectory, StoredPublication
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

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
    changed: bool


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
        _hold_against(publication, directory, f"{name} does not fit the directory")
    return publication


def publish(
    desk: Desk, source: str | bytes, name: str, *, mode: str, reason: str, actor: Actor
) -> Published:
    """Put a ladder file in force for issues logged from now on; open issues keep theirs.

    Raises:
        Invalid: the file has mistakes, or the mode is unknown.
        Refused: ``label_taken`` where the label stands for other content already;
            ``not_available_yet`` for the modes that move open issues.
    """
    if mode not in MODES:
        raise Invalid(f"mode {mode!r} is not one of {', '.join(MODES)}")
    if mode != NEW_ONLY:
        raise Refused(f"Mode `{mode}` is not available in this release.", "not_available_yet")
    publication = check_ladders(desk, source, name)
    event_id = desk.ids.new("evt", desk.clock.now())
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Published:
        epoch = framework.read_epoch(connection)
        if epoch.current == publication.hash:
            return Published(publication.hash, publication.label, mode, changed=False)
        labelled = framework.publication(connection, publication.label)
        if labelled is not None and labelled.hash != publication.hash:
            raise Refused(
                f"The label {publication.label!r} stands for another file, published "
                f"{labelled.published_at:%Y-%m-%d}; give this one a new label.",
                "label_taken",
            )
        if labelled is None:
            framework.add_publication(
                connection, _stored(publication, name, mode, reason, actor, now)
            )
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
            },
            actor=actor,
            now=now,
            salt=salt,
            sent=True,
        )
        return Published(publication.hash, publication.label, mode, changed=True)

    published: Published = desk.do(chore).result()
    return published


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
        _hold_against(publication, directory, f"{name} does not fit the ladders in force")
    return directory


def apply_directory(desk: Desk, source: str | bytes, name: str, *, actor: Actor) -> Applied:
    """Put a directory in force; seats are resolved again by the engine, and told once.

    Raises:
        Invalid: the file has mistakes.
    """
    directory = check_directory(desk, source, name)
    document = directory.document()
    digest = sha256(canonical(document).encode()).hexdigest()
    event_id = desk.ids.new("evt", desk.clock.now())
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Applied:
        latest = framework.directory(connection)
        if latest is not None and latest.hash == digest:
            return Applied(latest.epoch, digest, changed=False)
        epoch = 1 if latest is None else latest.epoch + 1
        framework.add_directory(
            connection, StoredDirectory(epoch, digest, document, actor.name, now)
        )
        framework.bump(connection, "directory")
        journal.record(
            connection,
            "directory",
            event_id=event_id,
            kind="directory.applied",
            payload={"epoch": epoch, "hash": digest},
            actor=actor,
            now=now,
            salt=salt,
        )
        return Applied(epoch, digest, changed=True)

    applied: Applied = desk.do(chore).result()
    return applied


def _hold_against(publication: Publication, directory: Directory, detail: str) -> None:
    faults = check_against(publication, directory)
    if faults:
        raise Invalid(detail, errors=faults)

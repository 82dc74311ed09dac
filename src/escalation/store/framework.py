"""Publications, the directory and the epoch that tells every process that one of them changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from escalation.store import models
from escalation.store.tuples import fetched

Part = Literal["publication", "directory", "access", "meetings", "conduct"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """How often each shared thing has changed; ``current`` is the publication in force."""

    publication: int
    directory: int
    access: int
    meetings: int
    conduct: int
    current: str | None


@dataclass(frozen=True, slots=True)
class StoredPublication:
    """A publication as it was stored: enough to make it again without any package's data."""

    hash: str
    label: str
    name: str
    text: str
    expanded: Mapping[str, Any]
    mode: str
    reason: str
    published_by: str
    published_at: datetime
    approvals: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class DirectoryVersion:
    """Which version of the directory it is; ``epoch`` counts them."""

    epoch: int
    hash: str
    applied_by: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class StoredDirectory:
    """One version of the directory."""

    epoch: int
    hash: str
    document: Mapping[str, Any]
    applied_by: str
    applied_at: datetime


_EPOCH = select(
    models.epoch.c.publication,
    models.epoch.c.directory,
    models.epoch.c.access,
    models.epoch.c.meetings,
    models.epoch.c.conduct,
    models.epoch.c.current,
)


def read_epoch(connection: Connection) -> Epoch:
    """The one row; a database that has just been made has it too."""
    ((*found,),) = fetched(connection, _EPOCH, {})
    return Epoch(*found)


def hold_epoch(connection: Connection) -> None:
    """Let nobody else change what is in force until the transaction ends."""
    connection.execute(select(models.epoch.c.id).with_for_update())


def bump(connection: Connection, part: Part, *, current: str | None = None) -> None:
    """Say that a part has changed; for publications also which is now in force."""
    column = models.epoch.c[part]
    values: dict[str, Any] = {part: column + 1}
    if current is not None:
        values["current"] = current
    connection.execute(update(models.epoch).values(values))


def add_publication(connection: Connection, stored: StoredPublication) -> None:
    """Keep a publication for ever."""
    row = {name: getattr(stored, name) for name in StoredPublication.__slots__}
    connection.execute(insert(models.publication), row)


def publication(connection: Connection, wanted: str) -> StoredPublication | None:
    """A publication by its hash or by its label."""
    table = models.publication
    query = select(table).where((table.c.hash == wanted) | (table.c.label == wanted))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredPublication(**row)


def publications(connection: Connection) -> Sequence[StoredPublication]:
    """All of them, the newest first."""
    table = models.publication
    query = select(table).order_by(table.c.published_at.desc(), table.c.hash)
    return [StoredPublication(**row) for row in connection.execute(query).mappings()]


def add_directory(connection: Connection, stored: StoredDirectory) -> None:
    """Keep a version of the directory."""
    row = {name: getattr(stored, name) for name in StoredDirectory.__slots__}
    connection.execute(insert(models.directory_version), row)


VERSION = select(*(models.directory_version.c[name] for name in DirectoryVersion.__slots__))
"""What tells one version of the directory from another."""
_LATEST = select(func.max(models.directory_version.c.epoch)).scalar_subquery()


def latest_directory(connection: Connection) -> DirectoryVersion | None:
    """Which version of the directory is in force: without its document, which may be large."""
    query = VERSION.where(models.directory_version.c.epoch == _LATEST)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else DirectoryVersion(**row)


def directory_known_at(connection: Connection, instant: datetime) -> DirectoryVersion | None:
    """Which version of the directory was in force at an instant."""
    table = models.directory_version
    query = VERSION.where(table.c.applied_at <= instant).order_by(table.c.epoch.desc())
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else DirectoryVersion(**row)


def directories_before(connection: Connection, epoch: int) -> Iterator[DirectoryVersion]:
    """The versions of the directory before one, the newest first."""
    table = models.directory_version
    query = VERSION.where(table.c.epoch < epoch).order_by(table.c.epoch.desc())
    for row in connection.execute(query).mappings().all():
        yield DirectoryVersion(**row)


def directory_document(connection: Connection, epoch: int) -> Mapping[str, Any]:
    """What a version of the directory says."""
    table = models.directory_version
    query = select(table.c.document).where(table.c.epoch == epoch)
    document: Mapping[str, Any] = connection.execute(query).scalar_one()
    return document

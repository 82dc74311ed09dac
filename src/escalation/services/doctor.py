"""What is unsafe or unwise in an installation, each with what mends it."""

import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from escalation.clock import Clock
from escalation.errors import EscalationError
from escalation.routing.retention import read_schedule
from escalation.routing.surveys import NAME as SURVEYS
from escalation.services import access_ailments, framework_ailments, token_ailments
from escalation.services.ailments import Ailment, Found, Grade, unsafe, unwise
from escalation.services.inbound.ailments import left_over, of_sources
from escalation.services.inbound.book import SourceBook
from escalation.services.mail import checkup
from escalation.services.mail.checkup import NO_MAIL, MailSetup
from escalation.services.oidc.door import TokenDoor
from escalation.services.record.sealing import Sealer
from escalation.services.registry import Known, Registry
from escalation.services.soundness import examine
from escalation.services.subscribing.ailments import undelivered
from escalation.services.surroundings import Surroundings, wide_proxies
from escalation.services.surveys.book import SurveyBook
from escalation.store import backlog, dialect, seals, watching
from escalation.store.deliveries import DeliveryState
from escalation.store.transaction import Connection, Engine, read

LAST_BACKUP = "last_backup"
"""The file of the data folder that a backup is noted in."""
BACKUP_AGE = timedelta(days=7)
PUT_OFF_AT_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """An installation as its settings have it."""

    engine: Engine
    clock: Clock
    registry: Registry
    sealer: Sealer
    data_dir: Path
    config_dir: Path
    database_file: Path | None
    open_address: str | None  # that other machines reach, if it is one
    own_master_key: bool  # a file of the data folder, not given from elsewhere
    seal_interval: timedelta
    overdue: timedelta
    outage: timedelta
    strangers: Sequence[str]
    proxies: str  # the networks whose word about callers is taken
    tls_key: Path | None
    surroundings: Surroundings
    tokens: TokenDoor | None = None
    tokens_lack: Sequence[str] = ()  # settings without which those given open nothing
    mail: MailSetup = NO_MAIL
    hooks: SourceBook | None = None


def diagnosed(patient: Patient) -> list[Ailment]:
    """Everything that is not as it should be, the unsafe first."""
    found = [ailment for look in _BEFORE for ailment in look(patient)]
    if not any(ailment.code == "database" for ailment in found):
        with read(patient.engine) as connection:
            now = dialect.now(connection, patient.clock)
            known = patient.registry.refresh(connection)
            inside = Inside(patient, connection, known, now)
            found += [ailment for look in _INSIDE for ailment in look(inside)]
    return sorted(found, key=lambda ailment: ailment.grade is Grade.UNWISE)


@dataclass(frozen=True, slots=True)
class Inside:
    """An installation with a look at its database, which is sound."""

    patient: Patient
    connection: Connection
    known: Known
    now: datetime


# ---------------------------------------------------------------- around the database


def _database(patient: Patient) -> Found:
    found = examine(patient.engine)
    for fault in found.faults:
        yield unsafe("database", fault, "`escalation db check` tells more.")
    for warning in found.warnings:
        yield unwise("database_program", warning, "Use a newer version where you can.")


def _files(patient: Patient) -> Found:
    if sys.platform == "win32":
        return
    key = patient.data_dir / "master.key"
    ours = (patient.data_dir, patient.database_file, key, patient.tls_key, Path(".env"))
    for file in filter(None, ours):
        if file.exists() and file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            what = f"Everybody on this machine can read {file}."
            yield unsafe("readable", what, f"chmod o-rwx {file}")


def _address(patient: Patient) -> Found:
    if patient.open_address is not None:
        yield unwise(
            "open_address",
            f"{patient.open_address} is reached by other machines, and no TLS is spoken here.",
            "Serve on 127.0.0.1, or set ESCALATION_TLS_CERTIFICATE or ESCALATION_BEHIND_PROXY.",
        )


def _proxies(patient: Patient) -> Found:
    yield from wide_proxies(patient.proxies)


def _around(patient: Patient) -> Found:
    yield from patient.surroundings.ailments(patient.database_file)


def _master_key(patient: Patient) -> Found:
    if patient.own_master_key:
        yield unwise(
            "key_beside_database",
            f"The master key lies in {patient.data_dir}, where the data is: who copies the folder"
            " opens every secret, and processes on other machines cannot.",
            "Give it from elsewhere: ESCALATION_MASTER_KEY_FILE.",
        )


def _place(patient: Patient) -> Found:
    place = patient.sealer.place
    if place is None:
        yield unwise(
            "no_sealing_place",
            "Seals are kept in the database alone: that the newest were taken out with all they"
            " cover would not be found out.",
            "Name a place that who can change the database cannot: ESCALATION_SEAL_PLACE.",
        )
    elif place.file.resolve().is_relative_to(patient.data_dir.resolve()):
        yield unwise(
            "sealing_place_near",
            f"The sealing place {place.file} lies in the data folder, beside what it vouches for.",
            "Let ESCALATION_SEAL_PLACE name another disk or machine.",
        )


def _backup(patient: Patient) -> Found:
    noted = patient.data_dir / LAST_BACKUP
    mend = "escalation db backup FILE, daily, to another machine; and try restoring one."
    if not noted.exists():
        yield unwise("no_backup", "No backup has been made by `escalation db backup`.", mend)
        return
    made = datetime.fromtimestamp(noted.stat().st_mtime, UTC)
    if patient.clock.now() - made > BACKUP_AGE:
        yield unwise("old_backup", f"The last backup was made on {made:%d %B %Y}.", mend)


def _settings(patient: Patient) -> Found:
    for stranger in patient.strangers:
        yield unwise("unknown_setting", stranger, "docs/settings.md lists what can be set.")


def _tokens(patient: Patient) -> Found:
    yield from token_ailments.of_settings(patient.tokens, patient.tokens_lack)


def _mail(patient: Patient) -> Found:
    yield from checkup.around(patient.mail)


def _schedule(patient: Patient) -> Found:
    file = patient.config_dir / "retention.yaml"
    try:
        read_schedule(file.read_bytes(), str(file))
    except OSError:
        what = f"There is no retention schedule {file}: everything is kept for ever."
        yield unwise("no_schedule", what, "Begin with the example that is shipped.")
    except EscalationError as error:
        yield unwise("wrong_schedule", str(error), "Mend the file.")


# ---------------------------------------------------------------- in the database


def _framework(inside: Inside) -> Found:
    yield from framework_ailments.of_framework(inside.known, inside.now)
    yield from framework_ailments.of_reviews(inside.known, inside.now)


def _access(inside: Inside) -> Found:
    yield from access_ailments.of_keys(inside.connection, inside.now)
    yield from access_ailments.of_rights(inside.patient.engine, inside.connection)


def _tokens_for_a_part(inside: Inside) -> Found:
    yield from token_ailments.of_parts(inside.patient.tokens, inside.known.directory)


def _clocks(inside: Inside) -> Found:
    before = inside.now - inside.patient.overdue
    late = watching.overdue(inside.connection, before, PUT_OFF_AT_MOST)
    if late:
        named = ", ".join(each.reference for each in late[:5])
        yield unsafe(
            "clocks_late",
            f"{len(late)} clocks should have fired and have not: {named}.",
            "Look into the log for clock_postponed, and whether a worker runs.",
        )


def _engine(inside: Inside) -> Found:
    figures = watching.figures(inside.connection, inside.now)
    alive = figures.heartbeat
    if alive is None or inside.now - alive > inside.patient.outage:
        since = "ever" if alive is None else f"since {alive:%d %B %Y %H:%M} UTC"
        yield unwise("no_worker", f"No worker has worked {since}.", "escalation serve, or worker.")
    dead = figures.deliveries[DeliveryState.DEAD]
    if dead:
        what = f"{dead} deliveries, of webhooks or mails, have failed for good."
        mend = "escalation webhooks deliveries, or mail log, with --state dead; then redeliver."
        yield unwise("dead_letters", what, mend)
    if figures.unconfirmed:
        what = f"Of {figures.unconfirmed} mails or messages to chats nobody knows if they arrived."
        mend = (
            "escalation webhooks deliveries, or mail log, with --state dead; look in the chat, or"
            " the mail server's log; then escalation webhooks redeliver, or drop what is there."
        )
        yield unwise("unconfirmed", what, mend)


def _seals(inside: Inside) -> Found:
    count, oldest = backlog.unsealed(inside.connection)
    waited = timedelta() if oldest is None else inside.now - oldest
    if waited > 3 * inside.patient.seal_interval:
        yield unwise(
            "unsealed",
            f"{count:,} entries wait to be sealed, the first since {oldest:%d %B %Y %H:%M} UTC.",
            "See that a worker runs; `escalation audit seal` says what is in the way.",
        )
    place = inside.patient.sealer.place
    try:
        there = None if place is None else place.last()
    except EscalationError as error:
        yield unsafe("sealing_place", str(error), "See that it can be read and written.")
        return
    if there is not None and seals.one(inside.connection, there.number) != there:
        yield unsafe(
            "sealing_place",
            f"The sealing place ends with a seal {there.number} that the database does not have.",
            "escalation audit verify; after restoring a backup, name a new place and keep this.",
        )


def _mails(inside: Inside) -> Found:
    yield from checkup.inside(inside.patient.mail, inside.connection, inside.known.directory)
    book = SurveyBook(inside.patient.config_dir / SURVEYS)
    held = inside.connection, inside.known.directory
    yield from checkup.asking_all(inside.patient.mail, *held, book, inside.now)


_BEFORE: tuple[Callable[[Patient], Found], ...] = (
    _database, _files, _address, _proxies, _around, _master_key, _place, _backup, _settings,
    _tokens, _mail, _schedule, lambda patient: of_sources(patient.hooks),
)  # fmt: skip
_INSIDE: tuple[Callable[[Inside], Found], ...] = (
    _framework, _tokens_for_a_part, _access, _clocks, _engine, _mails, _seals,
    lambda inside: undelivered(inside.connection),
    lambda inside: left_over(inside.connection, inside.now),
)  # fmt: skip

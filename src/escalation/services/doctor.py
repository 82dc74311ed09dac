"""What is unsafe or unwise in an installation, each with what mends it."""

import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from escalation.clock import Clock
from escalation.errors import EscalationError
from escalation.routing.retention import read_schedule
from escalation.routing.surveys import NAME as SURVEYS
from escalation.services import token_ailments
from escalation.services.ailments import Ailment, Found, Grade, unsafe, unwise
from escalation.services.inbound.ailments import of_sources
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
from escalation.store import access, backlog, dialect, grants, seals, wall, watching
from escalation.store.access import StoredKey
from escalation.store.deliveries import DeliveryState
from escalation.store.transaction import Connection, Engine, read

LAST_BACKUP = "last_backup"
"""The file of the data folder that a backup is noted in."""
HORIZON = timedelta(days=548)
"""Calendars should be known for eighteen months."""
BACKUP_AGE = timedelta(days=7)
FIRST_KEY = "first key"
SOON = timedelta(days=14)
REVIEW_SOON = timedelta(weeks=10)
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
    if inside.known.publication is None or inside.known.directory is None:
        what = "No ladders are published, or no directory is applied: nothing can be logged."
        yield unwise("nothing_in_force", what, "escalation directory apply; ladders publish.")
        return
    horizon = (inside.now + HORIZON).date()
    for name, calendar in inside.known.publication.file.calendars.items():
        if calendar.known_until < horizon:
            yield unwise(
                "short_horizon",
                f"The calendar {name} is known until {calendar.known_until}, less than eighteen"
                " months ahead.",
                "Publish the ladder file with a later known_until.",
            )


def _tokens_for_a_part(inside: Inside) -> Found:
    yield from token_ailments.of_parts(inside.patient.tokens, inside.known.directory)


def _reviews(inside: Inside) -> Found:
    """What the framework says is to be reviewed, and was not by the day that it says."""
    publication, directory = inside.known.publication, inside.known.directory
    if publication is None or directory is None:
        return
    today = inside.now.date()
    soon = today + REVIEW_SOON
    running = [
        *(
            (f"agreement {key}", each.review_date, each.ends)
            for key, each in publication.file.olas.items()
        ),
        *(
            (f"partnering agreement {key}", each.review_date, each.ends)
            for key, each in directory.file.partnering_agreements.items()
        ),
        *(
            (f"ladder {key}", each.review_date, date.max)
            for key, each in publication.file.ladders.items()
        ),
    ]
    ahead = [f"{name} ({day})" for name, day, ends in running if today <= day <= min(soon, ends)]
    if ahead:
        what = f"These are to be reviewed within ten weeks: {', '.join(ahead)}."
        yield unwise("review_soon", what, "Put it before the forum; a later day needs a new file.")
    late = [f"{name} ({review})" for name, review, ends in running if review < today <= ends]
    if late:
        what = f"The day by which these were to be reviewed has passed: {', '.join(late)}."
        yield unwise("review_due", what, "Review them, and put the file in force with a later day.")


def _keys(inside: Inside) -> Found:
    every = access.keys(inside.connection)
    live = [key for key in every if key.live(inside.now)]
    yield from _ended_keys(inside, every, live)
    for key in live:
        if key.name == FIRST_KEY:
            yield unwise(
                "first_key",
                f"The first key, which was shown on a screen, still opens everything ({key.id}).",
                f"Make keys for those who need them, then: escalation keys revoke {key.id}",
            )
    endless: list[StoredKey] = [key for key in live if key.expires_at is None]
    if endless:
        yield unwise(
            "endless_keys",
            f"{len(endless)} keys never expire: {', '.join(key.name for key in endless[:5])}.",
            "Make them again with --expires-in, and revoke these.",
        )


def _ended_keys(inside: Inside, every: Sequence[StoredKey], live: Sequence[StoredKey]) -> Found:
    followed = {key.replaces for key in every}
    ending = [
        key
        for key in live
        if key.expires_at is not None
        and key.expires_at - inside.now < SOON
        and key.name != FIRST_KEY
        and key.id not in followed
    ]
    if ending:
        yield unwise(
            "keys_ending",
            f"{len(ending)} keys end within a fortnight: {_named(ending)}.",
            "escalation keys rotate KEY, and give the new one to who uses it.",
        )
    ended = [
        key
        for key in every
        if key.revoked_at is None and not key.live(inside.now) and key.id not in followed
    ]
    if ended:
        yield unwise(
            "keys_ended",
            f"{len(ended)} keys have expired and nobody has revoked them: {_named(ended)}.",
            "escalation keys revoke KEY, so that it is on record that each is done with.",
        )


def _named(keys: Sequence[StoredKey]) -> str:
    return ", ".join(f"{key.name} ({key.id})" for key in keys[:5])


def _rights(inside: Inside) -> Found:
    if not grants.on_server(inside.patient.engine):
        for table in grants.unguarded(inside.connection):
            yield unsafe(
                "record_changeable",
                f"The triggers that keep {table} from being changed are gone.",
                "Find out who took them away; `escalation audit verify`; restore a backup.",
            )
        return
    changeable = grants.changeable(inside.connection)
    if changeable:
        yield unsafe(
            "record_changeable",
            f"The role that serves can change what was recorded: {', '.join(changeable)}.",
            "Serve with a role that owns nothing: escalation db grants --role ROLE --apply",
        )
    mend = "As the owner: escalation db grants --role ROLE --apply"
    if unreadable := grants.unreadable(inside.connection):
        what = f"The role that serves may not read {', '.join(unreadable)}."
        yield unsafe("rights_missing", what, mend)
    if not wall.stands(inside.connection):
        yield unwise(
            "no_second_wall",
            f"The program alone keeps rows apart: there is no role {wall.ROLE} in this database,"
            " or the role that serves may not take it on.",
            f"{mend}, with the right to make roles.",
        )
    elif unreadable := wall.unreadable(inside.connection):
        what = f"{wall.ROLE} may not read {', '.join(unreadable)}: keys for a part are refused it."
        yield unsafe("rights_missing", what, mend)


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
    _framework, _tokens_for_a_part, _reviews, _keys, _rights, _clocks, _engine, _mails, _seals,
    lambda inside: undelivered(inside.connection),
)  # fmt: skip

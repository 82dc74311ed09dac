"""The only place that builds concrete things from settings."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from escalation.clock import Clock, SystemClock
from escalation.delivery.fetching import LOOPBACK, Fetcher
from escalation.delivery.guard import Guard
from escalation.delivery.mail.fetching import Imap, Maildir
from escalation.delivery.mail.session import Security, Server
from escalation.delivery.outbound import trusting
from escalation.errors import Broken
from escalation.ids import IdSource
from escalation.rates import rate_of
from escalation.routing import surveys
from escalation.services.desk import Desk
from escalation.services.handing import Notes
from escalation.services.inbound import source_file
from escalation.services.inbound.book import SourceBook, secrets_in
from escalation.services.mail.arriving import Arriving
from escalation.services.mail.checkup import MailSetup
from escalation.services.mail.replies import Replies
from escalation.services.mail.rules import MailRules
from escalation.services.oidc import written
from escalation.services.oidc.door import TokenDoor
from escalation.services.oidc.keyring import Keyring
from escalation.services.oidc.people import PersonBy, Table
from escalation.services.oidc.trust import Trust
from escalation.services.outgoing import Outgoing
from escalation.services.quotas import Allowances, by_role
from escalation.services.record.place import Place
from escalation.services.record.sealing import Sealer
from escalation.services.record.verifying import Verifier
from escalation.services.references import References
from escalation.services.registry import Registry
from escalation.services.secrets import Vault, given_keys, kept_key
from escalation.services.subscribing.posting import Posting
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.invitations import Invitations
from escalation.settings import Settings, variable_of
from escalation.store import migrate
from escalation.store.dialect import database_file
from escalation.store.engine import make_engine
from escalation.store.ownership import own
from escalation.store.transaction import Engine

SUBMISSION, IMPLICIT_TLS = 587, 465
"""The ports of mail servers (RFC 6409, RFC 8314)."""


@dataclass(frozen=True, slots=True)
class Container:
    """What an entry point needs: settings, the database, and the desk that writes to it."""

    settings: Settings
    engine: Engine
    clock: Clock
    ids: IdSource
    registry: Registry
    desk: Desk
    vault: Vault
    guard: Guard
    hooks: SourceBook
    surveys: SurveyBook
    tokens: TokenDoor | None = None

    @property
    def deliveries_kept(self) -> timedelta:
        """How long what was sent is kept."""
        return timedelta(days=self.settings.webhook_kept_days)

    @property
    def allowances(self) -> Allowances:
        """What callers may do in a time."""
        return allowances_of(self.settings)

    @property
    def outgoing(self) -> Outgoing:
        """The way from the outbox to the endpoints."""
        return Outgoing(
            self.engine,
            self.clock,
            self.ids,
            self.vault,
            self.registry,
            Notes(self.engine, self.clock),
            self.mail_rules,
            self.invitations,
        )

    @property
    def invitations(self) -> Invitations | None:
        """What raisers are mailed; nothing where it is not said where our pages are."""
        base = self.settings.public_url
        return None if base is None else Invitations(self.vault, self.surveys, base)

    @property
    def asks_by_mail(self) -> bool:
        """Whether people are mailed surveys: a server is set, and where our pages are."""
        return self.mail_rules is not None and self.invitations is not None

    @property
    def mail_rules(self) -> MailRules | None:
        """What goes for every mail, where any is sent."""
        return mail_rules_of(self.settings, self.vault)

    @property
    def mail_server(self) -> Server | None:
        """Whom mail is handed to, if anybody."""
        return mail_server_of(self.settings)

    @property
    def digest_domains(self) -> frozenset[str]:
        """The domains of addresses outside the directory that digests go to."""
        parts = self.settings.digest_domains.lower().split(",")
        return frozenset(filter(None, (part.strip() for part in parts)))

    @property
    def posting(self) -> Posting:
        """What hands the digests of subscriptions on."""
        lasts = timedelta(days=self.settings.digest_link_days)
        base, mails = self.settings.public_url or "", self.mail_rules is not None
        return Posting(self.ids, self.vault, lasts, base, mails)

    @property
    def place(self) -> Place | None:
        """Where seals are written besides the database, if anywhere."""
        return place_of(self.settings)

    @property
    def sealer(self) -> Sealer:
        """What seals the record."""
        return Sealer(self.engine, self.clock, self.ids, self.vault, self.place)

    @property
    def verifier(self) -> Verifier:
        """What verifies the record."""
        return Verifier(self.engine, self.place)


def database_of(settings: Settings) -> Path | None:
    """The SQLite file that the settings name; ``None`` where they name a server."""
    return database_file(settings.database_url)


@contextmanager
def database(
    settings: Settings, *, owner: bool = False, application: str = "escalation"
) -> Iterator[Engine]:
    """The database alone, at whatever version it is.

    Raises:
        Broken: another process owns it.
    """
    with ExitStack() as stack:
        file = database_of(settings)
        if owner and file is not None:
            stack.enter_context(own(file))
        engine = make_engine(settings.database_url, owner=owner, application=application)
        stack.callback(engine.dispose)
        yield engine


@contextmanager
def opened(
    settings: Settings,
    *,
    owner: bool = False,
    application: str = "escalation",
    clock: Clock | None = None,
    ids: IdSource | None = None,
) -> Iterator[Container]:
    """Everything built and the desk serving, for the length of the block.

    An owner (``serve``, ``worker``) owns an SQLite file, and migrates an embedded database first;
    a PostgreSQL database is migrated by ``escalation db upgrade`` alone.

    Raises:
        Broken: the database is not at this version, or another process owns it.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(database(settings, owner=owner, application=application))
        embedded = owner and database_of(settings) is not None
        if embedded and not migrate.revision(engine).is_current:
            migrate.upgrade(engine)
        _check(engine)
        clock, ids = clock or SystemClock(), ids or IdSource()
        registry = Registry(timedelta(minutes=settings.outage_minutes))
        desk = Desk(
            engine,
            clock,
            ids,
            registry,
            References(settings.reference_prefix),
            queue_limit=settings.queue_limit,
            backdating=timedelta(days=settings.received_at_past_days),
        )
        desk.start()
        stack.callback(desk.stop)
        vault = vault_of(settings, ids)
        yield Container(
            settings,
            engine,
            clock,
            ids,
            registry,
            desk,
            vault,
            guard_of(settings),
            replace(hooks_of(settings), mail=arriving_of(settings, desk, vault)),
            SurveyBook(settings.config_dir / surveys.NAME),
            tokens_of(settings, clock),
        )


def allowances_of(settings: Settings) -> Allowances:
    """What callers may do in a time.

    Raises:
        Broken: a rate is set for a role that there is none of.
    """
    return Allowances(
        keys=by_role(settings.key_rate, variable_of("key_rate")),
        issues=by_role(settings.issue_rate, variable_of("issue_rate")),
        hooks=rate_of(settings.hook_rate),
        strangers=rate_of(settings.stranger_rate),
    )


def vault_of(settings: Settings, ids: IdSource) -> Vault:
    """What seals secrets: the key of the settings, or the one beside the database."""
    given = settings.master_key
    if given is not None:
        return Vault(lambda: given_keys(given))
    return Vault(lambda: kept_key(settings.data_dir / "master.key", ids))


def place_of(settings: Settings) -> Place | None:
    """The sealing place that the settings name."""
    return None if settings.seal_place is None else Place.at(settings.seal_place)


def guard_of(settings: Settings) -> Guard:
    """Where webhooks may be sent to."""
    return Guard.allowing(settings.webhook_networks.split(","))


def mail_rules_of(settings: Settings, vault: Vault) -> MailRules | None:
    """What goes for every mail; nothing where no server is set, or no address it is from."""
    if settings.smtp_host is None or settings.mail_from is None:
        return None
    own = settings.mail_reply_domain
    return MailRules(
        sender=settings.mail_from,
        domain=own or settings.mail_from.rpartition("@")[2].lower(),
        answer=timedelta(seconds=settings.smtp_answer_seconds),
        again=settings.mail_unconfirmed == "again",
        url=settings.public_url,
        replies=None if own is None else Replies(vault, own),
    )


def mail_server_of(settings: Settings) -> Server | None:
    """Whom mail is handed to; nobody where it is not set, or no address that mail is from."""
    if settings.smtp_host is None or settings.mail_from is None:
        return None
    security = Security(settings.smtp_security)
    usual = IMPLICIT_TLS if security is Security.TLS else SUBMISSION
    authorities = settings.smtp_ca_file
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port or usual,
        security=security,
        trust=trusting(None if authorities is None else str(authorities)),
        user=settings.smtp_user,
        password=settings.smtp_password,
        answer=settings.smtp_answer_seconds,
    )


def arriving_of(settings: Settings, desk: Desk, vault: Vault) -> Arriving | None:
    """What takes in mail; nothing where no domain of ours is set."""
    domain = settings.mail_reply_domain
    return None if domain is None else Arriving(desk, Replies(vault, domain), place_in(settings))


def place_in(settings: Settings) -> Maildir | Imap | None:
    """Where mail to us lies, if it is set."""
    if settings.mail_maildir is not None:
        return Maildir(settings.mail_maildir)
    if settings.imap_host is None:
        return None
    authorities = settings.imap_ca_file
    return Imap(
        settings.imap_host,
        settings.imap_port,
        settings.imap_user or "",
        settings.imap_password or "",
        settings.imap_folder,
        trusting(None if authorities is None else str(authorities)),
    )


def mail_setup_of(settings: Settings) -> MailSetup:
    """How mail is set up, for who examines it."""
    wanted = {
        "ESCALATION_SMTP_HOST": settings.smtp_host,
        "ESCALATION_MAIL_FROM": settings.mail_from,
    }
    lacks = [name for name, given in wanted.items() if any(wanted.values()) and not given]
    lies = None if settings.mail_reply_domain is None else place_in(settings)
    return MailSetup(mail_server_of(settings), lacks, lies, settings.public_url is not None)


def hooks_of(settings: Settings) -> SourceBook:
    """The tools that may post, by the source file as it is whenever it is asked."""
    return SourceBook(settings.config_dir / source_file.NAME, secrets_in(settings.hook_secrets))


def tokens_of(settings: Settings, clock: Clock) -> TokenDoor | None:
    """The door for tokens of an identity provider, where both it and the audience are set.

    Raises:
        Broken: a setting of it is wrong.
    """
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    trust = Trust(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=written.algorithms(settings.oidc_algorithms),
        leeway=timedelta(seconds=settings.oidc_leeway_seconds),
        longest=timedelta(minutes=settings.oidc_token_minutes),
        methods=written.words(settings.oidc_amr),
        contexts=written.words(settings.oidc_acr),
    )
    table = Table(
        issuer=settings.oidc_issuer,
        person_claim=settings.oidc_person_claim,
        person_by=PersonBy(settings.oidc_person_by),
        roles_claim=written.roles_claim(settings.oidc_roles_claim),
        grants=written.grants(settings.oidc_roles),
        person_role=written.person_role(settings.oidc_person_role),
    )
    inside = LOOPBACK if settings.oidc_issuer.startswith("http://") else ()
    guard = Guard.allowing([*settings.oidc_networks.split(","), *inside])
    authorities = settings.oidc_ca_file
    fetcher = Fetcher(guard, authorities=None if authorities is None else str(authorities))
    kept = timedelta(hours=settings.oidc_keys_hours)
    keyring = Keyring(settings.oidc_issuer, fetcher.fetch, clock, kept)
    return TokenDoor(trust, keyring, table, clock)


def lacking_for_tokens(settings: Settings) -> list[str]:
    """The variables without which what is set about tokens has no effect."""
    wanted = {
        "ESCALATION_OIDC_ISSUER": settings.oidc_issuer,
        "ESCALATION_OIDC_AUDIENCE": settings.oidc_audience,
    }
    others = (settings.oidc_roles, settings.oidc_person_role)
    begun = any(wanted.values()) or any(others)
    return [name for name, given in wanted.items() if begun and not given]


def _check(engine: Engine) -> None:
    found = migrate.revision(engine)
    if not found.is_current:
        raise Broken(
            f"The database is at {found.current or 'no version'}, this program needs {found.head}: "
            "run `escalation db upgrade`."
        )

"""What an installation may set, and the only module that reads the environment.

Every setting is a variable ``ESCALATION_<NAME>``, or such a line of a ``.env`` file in the working
folder. Each may be given as ``ESCALATION_<NAME>_FILE`` instead: the name of a file whose text is
the value: use it for a secret. The environment stands before ``.env``.
"""

import difflib
import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from escalation.errors import Fault, WrongSettings
from escalation.mail_settings import MailSettings
from escalation.rates import rate_of, rates_of

PREFIX = "ESCALATION_"
FILE = "_FILE"
_NOT_OURS = ("ESCALATION_TEST_", "ESCALATION_SERVICE_", "ESCALATION_PORT_")  # tests', Kubernetes'


def _networks(text: str) -> str:
    for part in filter(None, (part.strip() for part in text.split(","))):
        ip_network(part)
    return text


def _rate(text: str) -> str:
    rate_of(text)
    return text


def _rates(text: str) -> str:
    rates_of(text)
    return text


def _known_scheme(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("expected sqlite:///path/to/file.db or postgresql://user@host/database")
    return url


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError("expected https://; http:// is for 127.0.0.1, ::1 and localhost alone")
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("expected https://, a name and a path, and nothing else")
    return url


Count = Annotated[int, Field(ge=1)]
DatabaseUrl = Annotated[str, AfterValidator(_known_scheme)]
RateText = Annotated[str, AfterValidator(_rate)]
RatesText = Annotated[str, AfterValidator(_rates)]
Networks = Annotated[str, AfterValidator(_networks)]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)


class Settings(MailSettings, BaseSettings):
    """Everything that can be set; made by ``load``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path("var"), description="The folder of all that the product keeps.")
    config_dir: Path = Field(
        Path("config"), description="The folder of the ladder file, the directory and mappings."
    )
    database_url: DatabaseUrl = Field(
        default_factory=lambda given: f"sqlite:///{given.get('data_dir', 'var')}/escalation.db",
        repr=False,
        description="The database: `sqlite:///path/to/file.db`, or"
        " `postgresql://user:password@host/database`. Without it, a file in the data folder.",
    )
    host: str = Field(
        "127.0.0.1", min_length=1, description="The address to serve on; `0.0.0.0` for all."
    )
    port: int = Field(8080, ge=0, le=65535, description="The port; `0` takes a free one.")
    behind_proxy: Networks = Field(
        "",
        description="The networks of the proxy with TLS before it, such as `10.0.0.0/8`: who calls"
        " is believed from there alone (`X-Forwarded-For`, `X-Forwarded-Proto`).",
    )
    tls_certificate: Path | None = Field(
        None, description="The certificate and its chain, to speak TLS without a proxy."
    )
    tls_key: Path | None = Field(None, description="The key of that certificate.")
    unix_socket: Path | None = Field(
        None,
        description="A socket in the file system to serve on, for its owner alone, in place of an"
        " address and a port.",
    )
    key: str | None = Field(
        None, repr=False, description="The key that commands with `--server` work with."
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = Field(
        "INFO", description="The least of what is logged."
    )
    log_format: Literal["json", "console"] = Field(
        "console", description="`json` for machines, one object a line; `console` for people."
    )
    reference_prefix: str = Field(
        "SSI",
        pattern=r"^[A-Z][A-Z0-9]{1,9}$",
        description="How references begin: `SSI-2026-000123`.",
    )
    received_at_past_days: int = Field(
        7,
        ge=0,
        description="How many days back anyone may say that an issue was received; further back"
        " needs the right to.",
    )
    openapi: Literal["everyone", "callers"] = Field(
        "everyone",
        description="Whom `/openapi.json` describes the interface to: everyone, or callers with a"
        " key or token alone. It is the same for every installation.",
    )
    body_limit_bytes: int = Field(
        1_048_576, ge=1_024, description="The largest request body taken, in bytes."
    )
    body_limit_depth: Count = Field(20, description="The deepest nesting of JSON taken.")
    key_rate: RatesText = Field(
        "60000/minute",
        description="How many requests a key may make; for some roles otherwise, such as"
        " `60000/minute, viewer=600/minute`. A key may have a rate of its own. Beyond it the answer"
        " is 429.",
    )
    issue_rate: RatesText = Field(
        "60000/minute",
        description="How many issues a key may log, one by one and in batches; written alike.",
    )
    hook_rate: RateText = Field(
        "6000/minute", description="How many deliveries a tool that posts here may make."
    )
    stranger_rate: RateText = Field(
        "6000/minute",
        description="How many requests without a key that is good may come from one address; each"
        " process counts by itself.",
    )
    endpoint_quota: Count = Field(
        50,
        description="How many webhook endpoints there may be for each party that scopes name, and"
        " for no party in particular.",
    )
    queue_limit: Count = Field(
        1_000, description="Commands that may wait to be decided; beyond it the answer is 503."
    )
    batch_size: Count = Field(
        1_000, description="Clocks, imports and the like decided at once when nobody waits."
    )
    batch_size_waiting: Count = Field(200, description="The same while people wait for an answer.")
    sweep_interval_seconds: float = Field(
        1.0, gt=0, le=3600, description="How often the worker looks for clocks that have ended."
    )
    heartbeat_interval_seconds: float = Field(
        15.0, gt=0, le=3600, description="How often the worker notes that it is alive."
    )
    overdue_seconds: Count = Field(
        120, description="A step of a clock that has not fired so long after it was due is told."
    )
    outage_minutes: Count = Field(
        10,
        description="Without a heartbeat for so long, the engine was down: what is late then goes"
        " out as one summary for each receiver.",
    )

    master_key: str | None = Field(
        None,
        repr=False,
        description="What secrets are sealed with at rest: 32 random bytes in base64; several,"
        " parted by commas, while it is changed: the first seals. Without it, a file `master.key`"
        " in the data folder, which only its owner reads.",
    )
    seal_interval_seconds: float = Field(
        300.0, gt=0, le=86_400, description="How often what was recorded since is sealed."
    )
    seal_place: Path | None = Field(
        None,
        description="Where seals are written besides the database: a file, or a folder for one,"
        " which whoever can change the database cannot change. Without it, nobody finds out that"
        " the newest seals were taken out of the database.",
    )
    webhook_kept_days: Count = Field(
        90,
        description="How many days what was sent to webhook endpoints is kept: deliveries that have"
        " ended, their messages and attempts. A dead one stays until it is sent again or dropped.",
    )
    webhook_networks: Networks = Field(
        "",
        description="Networks in house that webhooks may be sent to, parted by commas, such as"
        " `10.20.0.0/16`; there plain `http://` may be used too.",
    )
    hook_secrets: str | None = Field(
        None,
        repr=False,
        description="Secrets of tools that post here, by the names that the source file uses:"
        " `jira=s3cret github=an0ther`, parted by space or on lines of their own; a name that"
        " stands twice has two, while one is being changed. Best given as a file.",
    )
    webhook_ca_file: Path | None = Field(
        None, description="Certificates of an authority in house that webhooks trust besides."
    )

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        None,
        description="The identity provider whose tokens open this service too: its issuer, letter"
        " for letter, such as `https://login.example.org/realms/shared-services`.",
    )
    oidc_audience: str | None = Field(
        None, min_length=1, description="What the tokens for this service have in `aud`."
    )
    oidc_algorithms: str = Field(
        "RS256, ES256, EdDSA, Ed25519",
        description="How tokens may be signed, parted by commas; of RS, PS and ES with 256, 384 or"
        " 512, EdDSA and Ed25519.",
    )
    oidc_person_claim: str = Field(
        "sub", min_length=1, description="The claim that names the person of the directory."
    )
    oidc_person_by: Literal["subject", "id", "email"] = Field(
        "subject",
        description="What of a person that claim is: their `subject`, `id` or `email` in the"
        " directory. An email has to be proven: `email_verified`.",
    )
    oidc_roles_claim: str = Field(
        "roles",
        min_length=1,
        description="The claim with the values that give roles, as a JMESPath expression such as"
        " `realm_access.roles`: a list, or words parted by space.",
    )
    oidc_roles: str = Field(
        "",
        description="What the values give, parted by commas, the first that fits: `VALUE=ROLE`, and"
        " narrower `VALUE=ROLE;agency=CODE;function=CODE`. A token has to name a person of the"
        " directory, unless `;program` stands there.",
    )
    oidc_person_role: str | None = Field(
        None,
        description="The role of people whom a token names and gives no other, such as `holder`;"
        " without it they are refused.",
    )
    oidc_amr: str = Field(
        "", description="Ways to sign in, one of which a token must have in `amr`, such as `mfa`."
    )
    oidc_acr: str = Field("", description="Strengths of sign-in, one of which its `acr` must be.")
    oidc_leeway_seconds: int = Field(
        60, ge=0, le=300, description="How much the provider's clock may differ."
    )
    oidc_token_minutes: int = Field(
        120, ge=1, le=1_440, description="Tokens made to live longer are refused."
    )
    oidc_keys_hours: int = Field(
        24,
        ge=1,
        le=168,
        description="How long the provider's keys are used while it cannot be reached.",
    )
    oidc_networks: Networks = Field(
        "", description="Networks in house that the provider may be in, such as `10.20.0.0/16`."
    )
    oidc_ca_file: Path | None = Field(
        None, description="Certificates of an authority in house that the provider's may be of."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then ``.env``, each with the files that it names."""
        del file_secret_settings
        named = [
            part
            for source in (env_settings, dotenv_settings)
            if isinstance(source, EnvSettingsSource)
            for part in (source, _Files(settings_cls, source))
        ]
        return (init_settings, *named)


class _Files(PydanticBaseSettingsSource):
    """The values that stand in files which the environment names."""

    def __init__(self, settings_cls: type[BaseSettings], names: EnvSettingsSource) -> None:
        super().__init__(settings_cls)
        self._variables = {name.upper(): value for name, value in names.env_vars.items()}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text of the file that is named for this field, without space around it."""
        del field
        variable = variable_of(field_name)
        name = self._variables.get(variable + FILE)
        if not name:
            return None, field_name, False
        if self._variables.get(variable):
            raise WrongSettings.at(variable + FILE, f"{variable} is set too: leave one of them out")
        try:
            return Path(name).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise WrongSettings.at(variable + FILE, f"{name} cannot be read: {error}") from error

    def __call__(self) -> dict[str, Any]:
        """The values of all fields that have a file."""
        found = {name: self.get_field_value(field, name)[0] for name, field in _fields().items()}
        return {name: value for name, value in found.items() if value is not None}


def load(env_file: Path | None = Path(".env")) -> Settings:
    """The settings as the environment has them.

    Raises:
        WrongSettings: Some are wrong; each fault names the variable and what it takes.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        faults = [
            _fault(str(wrong["loc"][0]), wrong["msg"], wrong["input"]) for wrong in error.errors()
        ]
        raise WrongSettings(faults) from error


def strangers(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables with our prefix that set nothing, each with the name that may have been meant."""
    names = os.environ if environment is None else environment
    known = [variable_of(field) for field in _fields()]
    known += [name + FILE for name in known]
    found = []
    for name in sorted(names):
        if name.startswith(PREFIX) and not name.startswith(_NOT_OURS) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            found.append(f"{name} sets nothing" + (f"; is {near[0]} meant?" if near else ""))
    return found


def variable_of(field: str) -> str:
    """The name of the variable that sets a field."""
    return f"{PREFIX}{field.upper()}"


def document() -> str:
    """The page of the documentation that lists every setting."""
    rows = [f"| `{variable_of(name)}` | {_default(name, field)} | {field.description} |"
            for name, field in _fields().items()]  # fmt: skip
    return "\n".join([_PAGE, *rows, ""])


_PAGE = """\
# Settings

<!-- Made from src/escalation/settings.py by tools/docs.py; change it there. -->

Each setting is an environment variable, or a line of a file `.env` in the folder where the command
is run; the environment stands before the file. Each may be given as `..._FILE` instead, which names
a file whose text is the value: use that for secrets, such as a database URL with a password.
A wrong value stops the program at its start, and the message names the variable.

| variable | default | what it sets |
|---|---|---|"""


def _fields() -> Mapping[str, FieldInfo]:
    """Every field; those of mail last."""
    every = Settings.model_fields
    of_mail = MailSettings.model_fields
    return {n: f for n, f in every.items() if n not in of_mail} | of_mail


def _default(name: str, field: FieldInfo) -> str:
    value = "sqlite:///var/escalation.db" if name == "database_url" else field.default
    return f"`{value}`"


def _fault(field: str, message: str, given: object) -> Fault:
    # A URL may hold a password, and a key is one.
    found = f", found {given!r}" if _fields()[field].repr else ""
    meaning = _fields()[field].description
    return Fault("setting", f"{message}{found}. {meaning}", parameter=variable_of(field))

from pathlib import Path

import pytest

from escalation import settings
from escalation.errors import Broken
from escalation.settings import Settings, load, strangers


def faults(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(f"ESCALATION_{name}", value)
    with pytest.raises(Broken) as refused:
        load(None)
    return str(refused.value)


def test_without_anything_set_the_database_is_a_file_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(None).database_url == "sqlite:///var/escalation.db"
    monkeypatch.setenv("ESCALATION_DATA_DIR", "/srv/kept")
    assert load(None).database_url == "sqlite:////srv/kept/escalation.db"
    assert load(None).data_dir == Path("/srv/kept")


def test_the_environment_stands_before_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("ESCALATION_PORT=1\nESCALATION_LOG_LEVEL=debug\nOTHER=x\n")
    monkeypatch.setenv("ESCALATION_PORT", "2")
    assert load(env_file).port == 2
    assert load(env_file).log_level == "DEBUG"


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:p@host/db\n")
    monkeypatch.setenv("ESCALATION_DATABASE_URL_FILE", str(secret))
    assert load(None).database_url == "postgresql://u:p@host/db"


def test_the_env_file_may_name_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "prefix").write_text("DOE")
    env_file = tmp_path / ".env"
    env_file.write_text(f"ESCALATION_REFERENCE_PREFIX_FILE={tmp_path / 'prefix'}\n")
    assert load(env_file).reference_prefix == "DOE"


@pytest.mark.parametrize(
    ("issuer", "words"),
    [
        ("http://login.example.org", "expected https://"),
        ("http://127.0.0.1.evil.example", "expected https://"),
        ("ftp://127.0.0.1", "expected https://"),
        ("login.example.org", "expected https://"),
        ("https://", "a name and a path"),
        ("https://me:pw@login.example.org", "a name and a path"),
        ("https://login.example.org/?realm=a", "a name and a path"),
        ("https://login.example.org/#a", "a name and a path"),
    ],
)
def test_an_issuer_that_could_not_be_trusted_is_refused(
    monkeypatch: pytest.MonkeyPatch, issuer: str, words: str
) -> None:
    told = faults(monkeypatch, OIDC_ISSUER=issuer)
    assert "ESCALATION_OIDC_ISSUER" in told
    assert words in told


@pytest.mark.parametrize(
    "issuer", ["https://login.example.org/realms/a/", "http://127.0.0.1:8000", "http://[::1]:80"]
)
def test_an_issuer_is_kept_letter_for_letter(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("ESCALATION_OIDC_ISSUER", issuer)
    assert load(None).oidc_issuer == issuer


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(monkeypatch, PORT_FILE="/nowhere/port")
    assert "ESCALATION_PORT_FILE: /nowhere/port cannot be read" in told


def test_a_value_and_its_file_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "port").write_text("1")
    told = faults(monkeypatch, PORT="2", PORT_FILE=str(tmp_path / "port"))
    assert "ESCALATION_PORT is set too" in told


def test_all_wrong_settings_are_told_at_once_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = faults(monkeypatch, PORT="eighty", LOG_FORMAT="xml", REFERENCE_PREFIX="s")
    assert "ESCALATION_PORT: Input should be a valid integer" in told
    assert "found 'eighty'" in told
    assert "ESCALATION_LOG_FORMAT: Input should be 'json' or 'console'" in told
    assert "ESCALATION_REFERENCE_PREFIX" in told


def test_a_wrong_database_url_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(monkeypatch, DATABASE_URL="mysql://u:hunter2@host/db")
    assert "expected sqlite:///path/to/file.db or postgresql://" in told
    assert "hunter2" not in told


def test_the_password_of_the_database_is_not_printed() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql://u:hunter2@host/db"))


def test_a_misspelt_variable_is_found() -> None:
    names = [
        "ESCALATION_PROT",
        "ESCALATION_HOST",
        "ESCALATION_SERVICE_HOST",
        "PATH",
        "ESCALATION_XYZZY_QUUX_",
    ]
    assert strangers(dict.fromkeys(names, "")) == [
        "ESCALATION_PROT sets nothing; is ESCALATION_PORT meant?",
        "ESCALATION_XYZZY_QUUX_ sets nothing",
    ]


def test_every_setting_says_what_it_sets() -> None:
    fields = Settings.model_fields
    assert [name for name, field in fields.items() if not field.description] == []
    assert all(settings.variable_of(name) in settings.document() for name in fields)

"""``escalation doctor``: what is unsafe or unwise in this installation."""

from dataclasses import asdict
from datetime import timedelta

import typer

from escalation import settings as settings_module
from escalation.bootstrap import (
    database,
    database_of,
    hooks_of,
    lacking_for_tokens,
    mail_setup_of,
    place_of,
    tokens_of,
    vault_of,
)
from escalation.cli.listening import is_loopback
from escalation.cli.opening import load
from escalation.cli.screen import AsJson, say, say_json, tell
from escalation.clock import SystemClock
from escalation.ids import IdSource
from escalation.services.ailments import Ailment, Grade
from escalation.services.doctor import Patient, diagnosed
from escalation.services.record.sealing import Sealer
from escalation.services.registry import Registry
from escalation.services.surroundings import Surroundings
from escalation.settings import Settings
from escalation.store.transaction import Engine


def doctor(*, as_json: AsJson = False) -> None:
    """Say what is unsafe or unwise in this installation, and what mends it.

    Exit status 1 where something is unsafe.

    Example: escalation doctor
    """
    settings = load()
    with database(settings, application="escalation doctor") as engine:
        found = diagnosed(_patient(settings, engine))
    unsafe = [each for each in found if each.grade is Grade.UNSAFE]
    if as_json:
        say_json({"safe": not unsafe, "findings": [asdict(each) for each in found]})
    else:
        _say(found, len(unsafe))
    if unsafe:
        raise typer.Exit(1)


def _say(found: list[Ailment], unsafe: int) -> None:
    for each in found:
        say(f"{each.grade.value.upper()} ({each.code}): {each.what}")
        say(f"    {each.mend}")
    if not found:
        say("Nothing is unsafe or unwise here.")
    else:
        tell(f"{unsafe} unsafe, {len(found) - unsafe} unwise.")


def _patient(settings: Settings, engine: Engine) -> Patient:
    clock, ids = SystemClock(), IdSource()
    vault = vault_of(settings, ids)
    return Patient(
        engine=engine,
        clock=clock,
        registry=Registry(timedelta(minutes=settings.outage_minutes)),
        sealer=Sealer(engine, clock, ids, vault, place_of(settings)),
        data_dir=settings.data_dir,
        config_dir=settings.config_dir,
        database_file=database_of(settings),
        open_address=_open_address(settings),
        own_master_key=settings.master_key is None,
        seal_interval=timedelta(seconds=settings.seal_interval_seconds),
        overdue=timedelta(seconds=settings.overdue_seconds),
        outage=timedelta(minutes=settings.outage_minutes),
        strangers=settings_module.strangers(),
        tokens=tokens_of(settings, clock),
        tokens_lack=lacking_for_tokens(settings),
        mail=mail_setup_of(settings),
        hooks=hooks_of(settings),
        proxies=settings.behind_proxy,
        tls_key=settings.tls_key,
        surroundings=Surroundings(),
    )


def _open_address(settings: Settings) -> str | None:
    covered = settings.behind_proxy or settings.tls_certificate or settings.unix_socket
    return None if covered or is_loopback(settings.host) else settings.host

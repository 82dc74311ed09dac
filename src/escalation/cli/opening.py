"""What a command opens: the settings, the log, the database with its desk."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from escalation import settings as settings_module
from escalation.bootstrap import Container, opened
from escalation.cli import logs
from escalation.settings import Settings
from escalation.workflow.facts import Actor


def load(*, quiet: bool = True) -> Settings:
    """The settings, with the log set up; a ``quiet`` command logs warnings only.

    Raises:
        Broken: some settings are wrong; each fault names the variable.
    """
    settings = settings_module.load()
    level = settings.log_level
    if quiet and level == "INFO":
        level = "WARNING"
    logs.configure(settings.log_format, level)
    return settings


@contextmanager
def at_the_desk() -> Iterator[Container]:
    """Everything a short command needs; a running service goes on beside it.

    Raises:
        Broken: the settings or the database are not in order.
    """
    with opened(load(), application="escalation command line") as container:
        yield container


def me() -> Actor:
    """Whoever runs the command, as the timeline shows it: they hold the database itself."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = "somebody"
    return Actor(kind="person", name=f"{name} at the command line")

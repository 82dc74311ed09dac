"""A trial of deliveries: processes that are killed, a receiver, and what it got."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

from escalation.bootstrap import Container
from escalation.clock import SystemClock, monotonic
from escalation.settings import Settings
from escalation.store.transaction import read
from tests.delivery.receiver import Got
from tests.delivery.sending import FastClock

ROOT = Path(__file__).resolve().parents[2]
HERE = "127.0.0.0/8"


@dataclass(slots=True)
class Trial:
    """A sender that is killed and a receiver that goes away, and all that was received."""

    url: str
    folder: Path
    chance: random.Random
    factor: float = 1.0
    start: datetime = field(default_factory=lambda: SystemClock().now())
    got: list[Got] = field(default_factory=list)
    kills: int = 0
    absences: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)
    """Other settings of all its processes."""

    @property
    def clock(self) -> FastClock:
        """The time that all processes of the trial have, until an outage."""
        return FastClock(self.start, self.factor)

    @property
    def settings(self) -> Settings:
        """Of all its processes."""
        plain = {"data_dir": self.folder, "webhook_networks": HERE, **self.more}
        return Settings(_env_file=None, database_url=self.url, **plain)

    @contextmanager
    def sender(self, part: str = "courier", days: float = 0) -> Iterator[subprocess.Popen[bytes]]:
        """A process that works, so many days later; killed when the block ends."""
        when = [self.start.isoformat(), str(self.factor), str(days)]
        words = [self.url, str(self.folder), *when, part, json.dumps(self.more)]
        command = [sys.executable, "-m", "tests.delivery.sending", *words]
        with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 - our own module
            try:
                yield process
            finally:
                process.kill()


def wait_for(true: Callable[[], bool], seconds: float, every: float = 0.1) -> None:
    until = monotonic() + seconds
    while not true():
        assert monotonic() < until, "it never came to that"
        sleep(every)


def left(inside: Container) -> bool:
    with read(inside.engine) as connection:
        unsent = "SELECT count(*) FROM outbox WHERE dispatched_at IS NULL"
        waits = "SELECT count(*) FROM delivery WHERE ended_at IS NULL"
        return any(connection.exec_driver_sql(sql).scalar_one() for sql in (unsent, waits))

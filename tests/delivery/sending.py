"""A worker, or its sending alone, as a process of its own that a test may kill or stop.

python -m tests.delivery.sending URL DATA_DIR START FACTOR DAYS courier|worker [SETTINGS]
"""

import json
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from escalation.bootstrap import opened
from escalation.clock import SystemClock
from escalation.settings import Settings
from escalation.worker.delivering import Courier, courier_of
from escalation.worker.jobs import worker_of


class FastClock:
    """Real time, ``days`` later and ``factor`` times as fast since ``start``."""

    def __init__(self, start: datetime, factor: float, days: float = 0) -> None:
        self._start = start
        self._factor = factor
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        passed: timedelta = SystemClock().now() - self._start
        return self._start + self._ahead + passed * self._factor


def main(settings: Settings, clock: FastClock, part: str) -> None:
    """Work until told to stop, or killed; a worker takes few clocks at once."""
    with opened(settings, owner=True, application="sending", clock=clock) as inside:
        if part == "worker":
            worker = worker_of(inside)
            signal.signal(signal.SIGTERM, lambda *_: worker.stop())
            worker.run()
        else:
            send(courier_of(inside))


def send(courier: Courier) -> None:
    """Until told to stop."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    courier.start()
    stop.wait()
    courier.stop()


if __name__ == "__main__":
    where, folder, start, factor, days, part, *others = sys.argv[1:]
    given = Settings(
        _env_file=None,
        database_url=where,
        data_dir=Path(folder),
        webhook_networks="127.0.0.0/8",
        batch_size=20,
        **(json.loads(others[0]) if others else {}),
    )
    main(given, FastClock(datetime.fromisoformat(start), float(factor), float(days)), part)

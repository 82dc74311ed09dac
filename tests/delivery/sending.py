"""A worker's sending alone, as a process of its own that a test may kill.

python -m tests.delivery.sending URL DATA_DIR START FACTOR
"""

import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from escalation.bootstrap import opened
from escalation.clock import SystemClock
from escalation.settings import Settings
from escalation.worker.delivering import courier_of


class FastClock:
    """Real time, ``factor`` times as fast since ``start``: waits of minutes take seconds."""

    def __init__(self, start: datetime, factor: float) -> None:
        self._start = start
        self._factor = factor

    def now(self) -> datetime:
        passed: timedelta = SystemClock().now() - self._start
        return self._start + passed * self._factor


def main(url: str, data_dir: str, start: str, factor: str) -> None:
    """Send until told to stop, or killed."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = Settings(
        _env_file=None,
        database_url=url,
        data_dir=Path(data_dir),
        webhook_networks="127.0.0.0/8",
    )
    clock = FastClock(datetime.fromisoformat(start), float(factor))
    with opened(settings, owner=True, application="sending", clock=clock) as inside:
        courier = courier_of(inside)
        courier.start()
        stop.wait()
        courier.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])

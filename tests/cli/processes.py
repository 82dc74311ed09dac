"""The product as its users start it: processes of its own, ended by the test that began them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

import httpx

from escalation.clock import monotonic
from tests.builders import CONFIG

PATIENCE = 60.0
"""Seconds that a process may take to say what it is waited for."""
LAST_LINE = "Ctrl+C stops it."


@dataclass
class Running:
    """A process, with the lines that it has said so far."""

    process: subprocess.Popen[str]
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    readers: list[Thread] = field(default_factory=list)

    def wait_for(self, text: str) -> None:
        """Wait until a line has the text; fail where the process ends before."""
        until = monotonic() + PATIENCE
        while not any(text in line for line in (*self.out, *self.err)):
            alive = self.process.poll() is None
            assert alive, f"it ended with {self.process.returncode}: {self.said}"
            assert monotonic() < until, f"{text!r} was not said: {self.said}"
            self.readers[0].join(0.02)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and answer the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return status

    @property
    def said(self) -> str:
        """Everything, for a failure's message."""
        return "".join([*self.out, *self.err])

    @property
    def address(self) -> str:
        """Where it serves."""
        [found] = re.findall(r"serves on (http://\S+)", "".join(self.out))
        return str(found)

    @property
    def keys(self) -> list[str]:
        """Every key that it has shown."""
        return re.findall(r"esc_\w+", "".join(self.out))

    def client(self, key: str) -> httpx.Client:
        """A client with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30)


@contextmanager
def running(folder: Path, *words: str, **settings: str) -> Iterator[Running]:
    """``escalation ...`` in a folder; killed when the block ends, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "escalation", *words],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        found = Running(process)
        for stream, lines in ((process.stdout, found.out), (process.stderr, found.err)):
            found.readers.append(Thread(target=_collect, args=(stream, lines), daemon=True))
        for reader in found.readers:
            reader.start()
        try:
            yield found
        finally:
            process.kill()
            for reader in found.readers:
                reader.join(PATIENCE)


@contextmanager
def serving(folder: Path, *words: str, **settings: str) -> Iterator[Running]:
    """``escalation serve`` on a free port, once it serves."""
    with running(folder, "serve", "--port", "0", *words, **settings) as found:
        found.wait_for(LAST_LINE)
        yield found


def done(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "escalation", *words],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process, with settings as ``database_url=...``."""
    ours = {"config_dir": str(CONFIG), **settings}
    return {**os.environ, **{f"ESCALATION_{name.upper()}": text for name, text in ours.items()}}


def _collect(stream: IO[str] | None, lines: list[str]) -> None:
    for line in stream or ():
        lines.append(line)  # noqa: PERF402 - each is looked at as it comes

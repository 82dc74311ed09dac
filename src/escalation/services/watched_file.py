"""A file of settings that is read again when it changes; one with a mistake changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from escalation.errors import Broken, EscalationError

_log = structlog.get_logger(__name__)
T = TypeVar("T")
Stamp = tuple[int, int]


@dataclass
class WatchedFile(Generic[T]):
    """What a file says as it is whenever it is asked: ``none`` where there is no file.

    ``read`` makes of the file's bytes and name what it says; ``refused`` is what the log calls it
    when it cannot. ``mistake`` is why the file as it is now is not in force.
    """

    file: Path
    read: Callable[[bytes, str], T]
    none: T
    refused: str
    mistake: EscalationError | None = field(default=None, repr=False)
    _said: T | None = field(default=None, repr=False)
    _stamp: Stamp | None = field(default=None, repr=False)

    def now(self) -> T:
        """What it says."""
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()
        return self.none if self._said is None else self._said

    def check(self) -> None:
        """Make sure that the file as it is now is in force.

        Raises:
            Invalid: with every mistake in it, each with its place.
        """
        self.now()
        if self.mistake is not None:
            raise self.mistake

    def _stamp_now(self) -> Stamp | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _read(self) -> None:
        try:
            text = self.file.read_bytes() if self._stamp is not None else None
            self._said = None if text is None else self.read(text, self.file.name)
            self.mistake = None
        except EscalationError as error:
            self.mistake = error
        except OSError as error:
            self.mistake = Broken(f"{self.file} cannot be read: {error}")
        if self.mistake is not None:
            _log.error(self.refused, file=str(self.file), error=str(self.mistake))

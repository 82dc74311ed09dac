"""Where mail to us lies: a maildir, or a mailbox of a server by IMAP (RFC 3501).

What has been taken in is noted there, and not before: who is killed between reads it again.
"""

import imaplib
import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from escalation.delivery.mail.reading import HEADERS, LARGEST
from escalation.errors import Busy

PATIENCE = 20.0
"""Seconds that a server may take for each answer."""
RETRY_AFTER = 30


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies there, by what it is called there; of a large one the beginning."""

    name: str
    content: bytes
    size: int


class Place(Protocol):
    """Where mail lies."""

    def look(self, limit: int) -> Sequence[Lying]:
        """The mails that have not been taken in, some of them.

        Raises:
            Busy: it cannot be looked at now.
        """
        ...

    def taken(self, names: Sequence[str]) -> None:
        """Note that mails have been taken in.

        Raises:
            Busy: it cannot be noted now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Maildir:
    """A folder that a mail server delivers into, a file for each mail: `new`, `cur`, `tmp`."""

    folder: Path

    def look(self, limit: int) -> Sequence[Lying]:
        """The files of `new`, the oldest name first; what is no file is none of ours."""
        new, found = self.folder / "new", list[Lying]()
        try:
            mails = (each for each in new.iterdir() if each.is_file())
            names = sorted(each.name for each in mails if not each.name.startswith("."))
            for name in names[:limit]:
                with suppress(FileNotFoundError), (new / name).open("rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    content = file.read(HEADERS if size > LARGEST else LARGEST)
                    found.append(Lying(name, content, size))
        except OSError as error:
            raise _busy(f"{new}: {error.strerror}") from error
        return found

    def taken(self, names: Sequence[str]) -> None:
        """Move them to `cur`, as read."""
        cur = self.folder / "cur"
        try:
            cur.mkdir(exist_ok=True)
            for name in names:
                with suppress(FileNotFoundError):
                    (self.folder / "new" / name).rename(cur / f"{name.partition(':')[0]}:2,S")
        except OSError as error:
            raise _busy(f"{cur}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Imap:
    """A folder of a mailbox on a server, over TLS; what has been taken in is marked as seen."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    trust: ssl.SSLContext

    def look(self, limit: int) -> Sequence[Lying]:
        """The mails that are not seen."""
        with self._open() as server:
            found = _answer(server.uid("SEARCH", "UNSEEN"))[0]
            names = found.split()[:limit] if isinstance(found, bytes) else []
            lying = (_fetched(server, name.decode("ascii")) for name in names)
            return [each for each in lying if each is not None]

    def taken(self, names: Sequence[str]) -> None:
        """Mark them as seen."""
        with self._open() as server:
            _answer(server.uid("STORE", ",".join(names), "+FLAGS.SILENT", r"(\Seen)"))

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        try:
            with imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=self.trust, timeout=PATIENCE
            ) as server:
                server.login(self.user, self.password)
                _answer(server.select(f'"{self.folder}"'))
                yield server
        except (imaplib.IMAP4.error, OSError) as error:
            raise _busy(f"{self.host}:{self.port}: {_said(error)}") from error


def _said(error: Exception) -> str:
    """What a server said, which the library gives as the bytes that came."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)


def _fetched(server: imaplib.IMAP4, name: str) -> Lying | None:
    size = _size(_answer(server.uid("FETCH", name, "(RFC822.SIZE)")))
    most = HEADERS if size > LARGEST else LARGEST
    parts = _answer(server.uid("FETCH", name, f"(BODY.PEEK[]<0.{most}>)"))
    if not any(parts):
        return None  # it has gone since it was listed
    content = next((each[1] for each in parts if isinstance(each, tuple)), b"")
    return Lying(name, content, size)


def _answer(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    kind, found = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"the server said {kind}")
    return found


def _size(found: Sequence[object]) -> int:
    text = b" ".join(each for each in found if isinstance(each, bytes))
    digits = text.rpartition(b"RFC822.SIZE ")[2].split(b")")[0].split(b" ")[0]
    return int(digits) if digits.isdigit() else 0


def _busy(why: str) -> Busy:
    return Busy(f"Mail that has come cannot be read: {why}", extra={"retry_after": RETRY_AFTER})

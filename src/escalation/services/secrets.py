"""Secrets at rest: sealed under a master key that is kept beside the database, never in it."""

import hmac
import os
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from escalation.errors import Broken
from escalation.ids import IdSource
from escalation.services.desk import Desk
from escalation.store import sealed_secrets
from escalation.store.private import make_folder
from escalation.store.transaction import Connection

KEY_BYTES = 32
_HOW = "It is 32 random bytes in base64: `openssl rand -base64 32`."


class Vault:
    """Seals and opens short texts; the key is read when it is first needed.

    With several keys the first seals and each of them opens, so that a key can be changed.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        """Take the keys, each 32 bytes, from ``keys``."""
        self._keys = keys

    @cached_property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in self._keys()])

    def seal(self, text: str) -> str:
        """The text sealed: only the same master key opens it, and a changed letter is noticed."""
        return self._fernet.encrypt(text.encode()).decode()

    def sign(self, what: bytes) -> bytes:
        """What shows later that these bytes come from here: 32 bytes, by the first key."""
        return _signed(self._keys()[0], what)

    def has_signed(self, what: bytes, begins: bytes) -> bool:
        """Whether a signature of these bytes, by any of the keys, begins so."""
        made = (_signed(key, what)[: len(begins)] for key in self._keys())
        return any(hmac.compare_digest(each, begins) for each in made)

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            Broken: it was sealed under another master key, or has been changed.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Broken(
                "A sealed secret cannot be opened: the master key is not the one it was sealed "
                "under. Bring that key back (ESCALATION_MASTER_KEY, or master.key in the data "
                "folder); a webhook secret may be rotated instead."
            ) from error


def _signed(key: bytes, what: bytes) -> bytes:
    """Under a key of its own, so that it says nothing of what is sealed."""
    own = hmac.digest(key, b"escalation: signing", "sha256")
    return hmac.digest(own, what, "sha256")


def reseal(desk: Desk, vault: Vault) -> int:
    """Seal every secret again under the first of the master's keys; answers how many there are.

    After that the other keys are not needed any more.

    Raises:
        Broken: one of them was sealed under a key that is not among them; nothing was changed.
    """

    def chore(connection: Connection, now: datetime) -> int:
        del now
        return sealed_secrets.each(connection, lambda sealed: vault.seal(vault.open(sealed)))

    count: int = desk.do(chore).result()
    return count


def given_keys(text: str) -> Sequence[bytes]:
    """The keys of a setting, parted by commas; the first seals.

    Raises:
        Broken: one of them is not 32 bytes in base64.
    """
    return [_key(part.strip(), "ESCALATION_MASTER_KEY") for part in text.split(",")]


def kept_key(file: Path, ids: IdSource) -> Sequence[bytes]:
    """The key of a file that only its owner reads; made the first time.

    Raises:
        Broken: the file cannot be read or holds no key.
    """
    make_folder(file.parent)
    part = file.with_name(f"{file.name}.{ids.token(8).hex()}")
    try:
        if not file.exists():
            _write(part, urlsafe_b64encode(ids.token(KEY_BYTES)) + b"\n")
            try:
                os.link(part, file)  # whoever is second keeps the first one's
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return [_key(file.read_text(encoding="ascii").strip(), str(file))]
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"The master key {file} cannot be read: {error}") from error


def _write(file: Path, text: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, text)
        os.fsync(handle)
    finally:
        os.close(handle)


def _key(text: str, where: str) -> bytes:
    try:
        key = b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (NoBase64, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Broken(f"{where} holds no master key. {_HOW}")
    return key

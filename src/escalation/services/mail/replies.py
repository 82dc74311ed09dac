"""Addresses of our own that say what a mail to them is about: signed, so that none can be made up.

`reply+TOKEN` is where an answer goes, `bounce+TOKEN` where a mail comes back that cannot be
delivered, `prefs+TOKEN` where its reader says how they want their mail. The token names the issue,
and whose mailbox it is.
"""

import re
from base64 import b32hexdecode, b32hexencode
from dataclasses import dataclass
from enum import StrEnum

from escalation.services.secrets import Vault

ID = 26
"""Letters of an identifier after its prefix."""
SHORT, SIGNED = 10, 16
"""Letters of a mailbox's identifier, and of the signature, in a token."""
_NOTHING = "0" * ID
_TOKEN = re.compile(rf"([a-z]+)\+([0-9a-z]{{{ID}}})([0-9a-z]{{{SHORT}}})([0-9a-v]{{{SIGNED}}})")


class Purpose(StrEnum):
    """What mail to an address of ours is."""

    REPLY = "reply"
    BOUNCE = "bounce"
    PREFERENCES = "prefs"


@dataclass(frozen=True, slots=True)
class Meant:
    """What an address of ours says: which issue, if any, and how the mailbox's id begins."""

    purpose: Purpose
    issue: str | None
    mailbox_begins: str
    signature: str

    def of(self, mailbox: str, vault: Vault) -> bool:
        """Whether it was made here for this mailbox."""
        signature = b32hexdecode(self.signature.upper())
        return vault.has_signed(_what(self.purpose, self.issue, mailbox), signature)


@dataclass(frozen=True, slots=True)
class Replies:
    """Makes such addresses at one domain, and reads them."""

    vault: Vault
    domain: str

    def address(self, purpose: Purpose, issue: str | None, mailbox: str) -> str:
        """The address for mail about an issue, or none, from whose mailbox it is."""
        about = _NOTHING if issue is None else _tail(issue)
        made = self.vault.sign(_what(purpose, issue, mailbox))
        signature = b32hexencode(made).decode().lower()[:SIGNED]
        token = f"{about}{_tail(mailbox)[:SHORT]}{signature}"
        return f"{purpose.value}+{token}@{self.domain}"

    def meant(self, address: str) -> Meant | None:
        """What an address says, where it has the form of ours; whether it is is ``of`` to say."""
        local, _, domain = address.strip().lower().rpartition("@")
        found = _TOKEN.fullmatch(local)
        if domain != self.domain or found is None or found[1] not in _PURPOSES:
            return None
        issue = None if found[2] == _NOTHING else f"iss_{found[2]}"
        return Meant(Purpose(found[1]), issue, f"mbx_{found[3]}", found[4])


_PURPOSES = frozenset(purpose.value for purpose in Purpose)


def _what(purpose: Purpose, issue: str | None, mailbox: str) -> bytes:
    return f"mail\x1f{purpose}\x1f{issue or ''}\x1f{mailbox}".encode()


def _tail(name: str) -> str:
    return name[-ID:]

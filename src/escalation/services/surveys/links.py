"""The link of an invitation: a token that is signed, ends by itself, and is kept nowhere."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from escalation.errors import NotFound
from escalation.services.secrets import Vault
from escalation.store.surveys import Invitation

PATH = "/survey"
"""Where the page stands; the token follows."""
PREFIX = "svy"
_PURPOSE = "survey link 1"
SIGNATURE = 32
"""How many bytes a signature has."""
_TOKEN = re.compile(r"([0-9a-hjkmnp-tv-z]{26})\.([0-9]{1,11})\.([A-Za-z0-9_-]{43})")
ABSENT = "There is no survey here. Look whether the whole address has come with you."
"""What is said of every token that leads nowhere: one that nobody made, or changed, or ours."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good token names: an invitation, and until when it may be answered."""

    invitation: str
    expires_at: datetime


def token_of(vault: Vault, invitation: Invitation) -> str:
    """The token of an invitation; always the same under the same master key."""
    name = invitation.id.removeprefix(f"{PREFIX}_")
    end = str(int(invitation.expires_at.timestamp()))
    return f"{name}.{end}.{_written(vault.sign(_bound(name, end)))}"


def path_of(vault: Vault, invitation: Invitation) -> str:
    """The path of its page, to be told to nobody but whoever is asked."""
    return f"{PATH}/{token_of(vault, invitation)}"


def opened(vault: Vault, token: str) -> Opened:
    """What a token names, before anything is looked up.

    Raises:
        NotFound: it was not signed here; told as of one that nobody made.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise NotFound(ABSENT)
    signature = urlsafe_b64decode(f"{found[3]}=")
    whole = len(signature) == SIGNATURE and _written(signature) == found[3]
    if not whole or not vault.has_signed(_bound(found[1], found[2]), signature):
        raise NotFound(ABSENT)
    return Opened(f"{PREFIX}_{found[1]}", datetime.fromtimestamp(int(found[2]), UTC))


def _bound(name: str, end: str) -> bytes:
    """What is signed: that it is a survey's link, of which invitation, and until when."""
    return f"{_PURPOSE}\n{name}\n{end}".encode()


def _written(signature: bytes) -> str:
    """A signature in the one way that it is written."""
    return urlsafe_b64encode(signature).decode().rstrip("=")

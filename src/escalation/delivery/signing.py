"""Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 over ``id.timestamp.body``.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_of(random: bytes) -> str:
    """A secret as receivers are given it.

    Raises:
        ValueError: fewer than 24 or more than 64 bytes, which the specification forbids.
    """
    if not 24 <= len(random) <= 64:  # noqa: PLR2004 - the specification's own bounds
        raise ValueError(f"a secret has 24 to 64 bytes, not {len(random)}")
    return PREFIX + b64encode(random).decode()


def headers(
    message_id: str, at: datetime, body: bytes, secrets: Sequence[str]
) -> Mapping[str, str]:
    """The three headers of a message sent at ``at`` (UTC), with one signature for each secret."""
    text = body.decode()
    signed = [Webhook(secret).sign(message_id, at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }

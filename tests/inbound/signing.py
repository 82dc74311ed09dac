"""Deliveries signed as each tool signs them, by the tool's own documentation."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

SECRETS: Mapping[str, str] = {
    "jira": "jira-secret",
    "servicenow": "servicenow-secret",
    "zendesk": "zendesk-secret",
    "freshservice": "freshservice-password",
    "pagerduty": "pagerduty-secret",
    "github": "github-secret",
    "gitlab": "gitlab-token",
    "open311": "open311-token",
    "cloudevents": "whsec_c2lnbmVkLWJ5LXRoZS1zcGVjaWZpY2F0aW9uISE=",
    "generic": "whsec_c2lnbmVkLWJ5LXRoZS1zcGVjaWZpY2F0aW9uIT8=",
}
SETTING = " ".join(f"{name}={secret}" for name, secret in SECRETS.items())
Headers = dict[str, str]


def _hex(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, "sha256").hexdigest()


def _base64(key: bytes, body: bytes) -> str:
    return b64encode(hmac.new(key, body, "sha256").digest()).decode()


def jira(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del now
    signed = f"sha256={_hex(secret, body)}"
    return {"X-Hub-Signature": signed, "X-Atlassian-Webhook-Identifier": name}


def zendesk(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    at = now.isoformat().replace("+00:00", "Z")
    return {
        "X-Zendesk-Webhook-Signature": _base64(secret.encode(), at.encode() + body),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": name,
    }


def standard(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    at = str(int(now.timestamp()))
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = b64decode(secret.removeprefix("whsec_"))
    signed = _base64(key, f"{name}.{at}.".encode() + body)
    return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": f"v1,{signed}"}


def pagerduty(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del now, name
    return {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={_hex(secret, body)}"}


def github(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del now
    return {
        "X-Hub-Signature-256": f"sha256={_hex(secret, body)}",
        "X-GitHub-Delivery": name,
        "X-GitHub-Event": "issue_comment" if b'"comment":' in body else "issues",
    }


def gitlab(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del body, now
    return {"X-Gitlab-Token": secret, "Idempotency-Key": name}


def basic(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del body, now, name
    return {"Authorization": f"Basic {b64encode(f'freshservice:{secret}'.encode()).decode()}"}


def bearer(secret: str, body: bytes, now: datetime, name: str) -> Headers:
    del body, now, name
    return {"Authorization": f"Bearer {secret}"}


SIGNERS: Mapping[str, Callable[[str, bytes, datetime, str], Headers]] = {
    "jira": jira,
    "servicenow": standard,
    "zendesk": zendesk,
    "freshservice": basic,
    "pagerduty": pagerduty,
    "github": github,
    "gitlab": gitlab,
    "open311": bearer,
    "cloudevents": standard,
    "generic": standard,
}


def signed(source: str, body: bytes, now: datetime, name: str) -> Headers:
    """The headers with which a tool sends these bytes; ``name`` is what it calls the delivery."""
    return SIGNERS[source](SECRETS[source], body, now, name)


def text(body: Any) -> bytes:
    """A body's bytes."""
    return json.dumps(body).encode()

"""Whether a delivery comes from its source: over the raw bytes, before anything of them is read.

Every comparison takes the same time wherever two values differ, and a source that is not known is
looked at as one whose signature is wrong.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from escalation.services.inbound.fields import Basic, Bearer, Check, Hmac
from escalation.services.inbound.values import instant_of

AHEAD = timedelta(seconds=60)
"""How far a sender's clock may be before ours."""
TOLERANCE = timedelta(minutes=5)
"""How old a signed timestamp may be where the source says nothing."""
WHSEC = "whsec_"
DIGESTS = 4
"""How many signatures a refusal has cost at least, whichever source it is of."""
STRANGER = Check(hmac=Hmac(header="x-signature"))
"""What a source that is not known is looked at with, so that it takes as long."""


def verified(
    checks: Sequence[Check],
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> bool:
    """Whether one of the checks holds under one of the secrets; all are tried.

    Args:
        checks: how the source may be told.
        secrets: what it may be told by; several while one is being changed.
        headers: by name in lower case, as they came.
        body: the bytes, as they came.
        now: the present instant.
    """
    good = False
    for check in checks:
        for secret in secrets or ("",):
            good |= _holds(check, secret, headers, body, now)
    for _ in range(0 if good else lacking(checks, secrets)):
        hmac.digest(b"nobody", body, "sha256")
    return good


def told_of(
    checks: Sequence[Check], secrets: Sequence[str], headers: Mapping[str, str], now: datetime
) -> str:
    """Why a delivery was refused, for who runs the service; the sender is told nothing of it."""
    if not secrets and not any(check.none for check in checks):
        return "no secret of this source is set"
    sent = [check for check in checks if _header_of(check) in headers]
    if not sent:
        names = " or ".join(sorted({_header_of(check) for check in checks}))
        return f"it has no header {names}"
    stamps = [
        (check.hmac, headers.get(check.hmac.timestamp or "", "")) for check in sent if check.hmac
    ]
    if stamps and not any(hmac.timestamp is None or _fresh(hmac, at, now) for hmac, at in stamps):
        return "its timestamp is missing, too old or ahead of this machine's clock"
    users = [check.basic.user for check in sent if check.basic is not None]
    if users and _user_in(headers) not in {None, *users}:
        return f"it was sent with another user than {' or '.join(users)}"
    return "what it was signed or sent with is not the secret that is set here"


def _user_in(headers: Mapping[str, str]) -> str | None:
    """The user of Basic authentication; None where none is said."""
    kind, _, sent = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return b64decode(sent.strip(), validate=True).decode().partition(":")[0]
    except (NoBase64, ValueError):
        return None


def _header_of(check: Check) -> str:
    """The header that a check looks at."""
    if check.hmac is not None:
        return check.hmac.header
    return "authorization" if check.bearer is None else check.bearer.header


def lacking(checks: Sequence[Check], secrets: Sequence[str]) -> int:
    """How many digests of the body a refusal lacks, so that large bodies tell no source apart."""
    made = sum(check.hmac is not None for check in checks) * sum(map(bool, secrets))
    return max(0, DIGESTS - made)


def secret_headers(checks: Sequence[Check]) -> frozenset[str]:
    """The headers that a check is made by: they are not kept."""
    named = {"authorization", "cookie", "proxy-authorization"}
    for check in checks:
        if check.hmac is not None:
            named.add(check.hmac.header)
        if check.bearer is not None:
            named.add(check.bearer.header)
    return frozenset(named)


def _holds(
    check: Check, secret: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    if check.none is not None:
        return True
    if not secret:
        return False
    if check.bearer is not None:
        return _bearer(check.bearer, secret, headers)
    if check.basic is not None:
        return _basic(check.basic, secret, headers)
    return check.hmac is not None and _signed(check.hmac, secret, headers, body, now)


def _bearer(check: Bearer, secret: str, headers: Mapping[str, str]) -> bool:
    sent = headers.get(check.header, "")
    begins = sent[: len(check.prefix)].lower() == check.prefix.lower()
    return _same(sent[len(check.prefix) :].strip(), secret) & begins


def _basic(check: Basic, secret: str, headers: Mapping[str, str]) -> bool:
    sent = headers.get("authorization", "")
    wanted = b64encode(f"{check.user}:{secret}".encode()).decode()
    return _same(sent[len("Basic ") :].strip(), wanted) & (sent[:6].lower() == "basic ")


def _signed(
    check: Hmac, secret: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    named = {
        "id": headers.get(check.id or "", ""),
        "timestamp": headers.get(check.timestamp or "", ""),
    }
    digest = hmac.digest(_key(check, secret), _message(check.signed, named, body), check.algorithm)
    wanted = digest.hex() if check.encoding == "hex" else b64encode(digest).decode()
    sent = headers.get(check.header, "")
    good = False
    for each in sent.split(check.separator) if check.separator else [sent]:
        signature = each.strip()
        begins = signature.startswith(check.prefix)
        signature = signature[len(check.prefix) :]
        if check.encoding == "hex":
            signature = signature.lower()
        good |= _same(signature, wanted) & begins
    return good and (check.timestamp is None or _fresh(check, named["timestamp"], now))


def _message(signed: str, named: Mapping[str, str], body: bytes) -> bytes:
    """What is signed: the template, with the header values and the body's own bytes in it."""
    head, _, tail = signed.partition("{body}")
    parts = []
    for part in (head, tail):
        text = part.replace("{timestamp}", named["timestamp"]) if "{timestamp}" in part else part
        parts.append(text.replace("{id}", named["id"]) if "{id}" in part else text)
    return parts[0].encode("latin-1", "replace") + body + parts[1].encode("latin-1", "replace")


def _key(check: Hmac, secret: str) -> bytes:
    if check.secret == "text":  # noqa: S105 - a word of the source file, not a secret
        return secret.encode()
    try:
        return b64decode(secret.removeprefix(WHSEC), validate=True)
    except (NoBase64, ValueError):
        return secret.encode()


def _fresh(check: Hmac, sent: str, now: datetime) -> bool:
    try:
        at = instant_of(sent, "UTC")
    except ValueError:
        return False
    given = check.tolerance
    tolerance = TOLERANCE if given is None else timedelta(seconds=given.seconds)
    return at is not None and now - tolerance <= at <= now + AHEAD


def _same(one: str, other: str) -> bool:
    """Whether two texts are the same, compared as bytes: a header may hold any."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))

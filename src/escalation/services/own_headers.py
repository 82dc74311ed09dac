"""Headers of an endpoint's own, such as what a tool takes for authentication; sealed at rest."""

import re
from collections.abc import Mapping

from escalation.errors import Fault, Invalid
from escalation.services.secrets import Vault

MOST = 20
LONGEST = 4_096
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_OURS = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-encoding", "content-length",
        "content-type", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding",
        "upgrade", "user-agent",
    }
)  # fmt: skip
_OUR_PREFIXES = ("webhook-", "escalation-", "ce-", "proxy-")


def sealed(headers: Mapping[str, str], vault: Vault) -> Mapping[str, str]:
    """The headers as they are kept: names in lower case, each value sealed.

    Raises:
        Invalid: a name or a value is none that can be sent, or a name is one of ours.
    """
    faults = [
        Fault("wrong_header", wrong, pointer=f"/headers/{name}")
        for name, value in headers.items()
        if (wrong := _wrong(name, value)) is not None
    ]
    if len(headers) > MOST:
        found = f"found {len(headers)} headers, expected at most {MOST}"
        faults.append(Fault("too_long", found, pointer="/headers"))
    if len({name.lower() for name in headers}) < len(headers):
        found = "found a name twice, expected each once: case does not matter"
        faults.append(Fault("wrong_header", found, pointer="/headers"))
    if faults:
        raise Invalid("A header cannot be sent; nothing was changed.", errors=faults)
    return {name.lower(): vault.seal(value) for name, value in sorted(headers.items())}


def opened(kept: Mapping[str, str] | None, vault: Vault) -> Mapping[str, str]:
    """The headers as they are sent.

    Raises:
        Broken: a value was sealed under another master key.
    """
    return {name: vault.open(value) for name, value in (kept or {}).items()}


def _wrong(name: str, value: str) -> str | None:
    """What is wrong with a header; its value is a secret, and is never told."""
    if not _NAME.fullmatch(name):
        return "expected a name of letters, digits and `-`, such as `Authorization`"
    if name.lower() in _OURS or name.lower().startswith(_OUR_PREFIXES):
        return f"`{name}` is set by the sender itself; expected another name"
    if len(value) > LONGEST or not _VALUE.fullmatch(value):
        return f"expected 1 to {LONGEST} printable ASCII characters, no space at either end"
    return None

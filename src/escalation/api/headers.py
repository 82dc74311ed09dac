"""The request headers that mean something here: read strictly, refused by name."""

import re
from collections.abc import Sequence

from escalation.api.deps import Asked
from escalation.api.refusals import WrongMediaType
from escalation.errors import Fault, Malformed

JSON = ("application/json",)
YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain")

_ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
_VERSION = re.compile(r'"(0|[1-9][0-9]{0,8})"')
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
NO_SUCH_VERSION = -1


def if_match(asked: Asked) -> int | None:
    """The version that the caller saw; None where they sent none, or `*` for any.

    Raises:
        Malformed: it is no strong ETag.
    """
    sent = asked.header(b"if-match")
    if sent is None or sent == "*":
        return None
    version = _VERSION.fullmatch(sent)
    if version is not None:
        return int(version[1])
    if _ETAG.fullmatch(sent):
        return NO_SUCH_VERSION
    weak = "a weak ETag is no promise that nothing has changed; " if sent.startswith("W/") else ""
    detail = f'found `{sent[:80]}`, expected one strong ETag such as `"3"`, or `*`'
    raise Malformed(
        f"If-Match cannot be read: {weak}send the ETag as it was answered.",
        errors=[Fault("wrong_header", detail, parameter="If-Match")],
    )


def any_version(asked: Asked) -> bool:
    """Whether the caller wants the change whatever the version."""
    return asked.header(b"if-match") == "*"


def idempotency_key(asked: Asked) -> str | None:
    """The key that makes a repeat of this request harmless.

    Raises:
        Malformed: it is empty, too long, or not printable ASCII.
    """
    sent = asked.header(b"idempotency-key")
    if sent is None or _KEY.fullmatch(sent):
        return sent
    detail = f"found {len(sent)} characters, expected 1 to 255 of printable ASCII"
    raise Malformed(
        "The Idempotency-Key cannot be used.",
        errors=[Fault("wrong_header", detail, parameter="Idempotency-Key")],
    )


def media_type(asked: Asked, taken: Sequence[str] = JSON) -> str:
    """The kind of the body, without its parameters; the first that is taken where none is said.

    Raises:
        WrongMediaType: it is none of those that are taken, or not in UTF-8.
    """
    sent = asked.header(b"content-type")
    if sent is None or sent == taken[0]:
        return taken[0]
    kind, *parameters = (part.strip().lower() for part in sent.split(";"))
    if kind not in taken and not (kind.endswith("+json") and JSON[0] in taken):
        raise _wrong(f"{kind or 'nothing'} is not taken here", taken)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in _UTF8:
            raise _wrong(f"the charset {value} is not taken here", taken)
    return kind


def _wrong(what: str, taken: Sequence[str]) -> WrongMediaType:
    kinds = ", ".join(taken)
    return WrongMediaType(
        f"{what[0].upper()}{what[1:]}; send {kinds} in UTF-8.", extra={"Accept-Post": kinds}
    )

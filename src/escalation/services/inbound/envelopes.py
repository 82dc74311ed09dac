"""What came, unwrapped: a body with its headers, or the CloudEvents in it.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import json
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from escalation.errors import Fault, Invalid
from escalation.services.inbound.expressions import NoAnswer, answer_of
from escalation.services.inbound.source_file import Envelope, Reading
from escalation.services.inbound.values import mended

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MANY = 100
"""How many events one batch may hold."""
_NEEDED = ("id", "source", "type")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Came:
    """One thing that a tool said: what expressions are asked of, and the bytes to keep.

    ``headers`` are by name in lower case, without those that a secret stands in; ``part`` is its
    number in a body that holds several tickets.
    """

    body: Any
    headers: Mapping[str, str]
    raw: bytes
    part: int | None = None

    @property
    def digest(self) -> str:
        """What the bytes are known by."""
        return f"sha256:{sha256(self.raw).hexdigest()}"

    @property
    def context(self) -> dict[str, Any]:
        """What expressions are asked of."""
        return {"body": self.body, "headers": dict(self.headers)}


def kept_headers(headers: Mapping[str, str], secret: frozenset[str]) -> dict[str, str]:
    """The headers that are kept with a delivery: short ones, without a secret or a signature."""
    return {
        name: value.replace("\x00", "")
        for name, value in headers.items()
        if name not in secret and "signature" not in name and len(value) <= _LONGEST
    }


def unwrapped(
    source: Reading, data: object, headers: Mapping[str, str], raw: bytes
) -> Sequence[Came]:
    """What a request says: one thing, or each of a batch.

    Args:
        source: how the source wraps what it says.
        data: the body as plain data.
        headers: those that are kept, by name in lower case.
        raw: the body's bytes.

    Raises:
        Invalid: it is no CloudEvent, or a batch of too many.
    """
    if b"\\u" in raw:
        data = mended(data)
        raw = _text(data)
    if source.envelope is Envelope.JSON:
        items = _items(source, data, headers)
        if items is None:
            return [Came(data, headers, raw)]
        return [Came(each, headers, _text(each), part) for part, each in enumerate(items)]
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        return _batch(data, headers)
    if kind == STRUCTURED:
        return [_event(data, headers, "")]
    return [_binary(data, headers)]


def _items(source: Reading, data: object, headers: Mapping[str, str]) -> list[Any] | None:
    """The tickets of a body that holds several."""
    for expression in source.each or ():
        with suppress(NoAnswer):
            found = answer_of(expression, {"body": data, "headers": dict(headers)})
            if isinstance(found, list):
                if not 1 <= len(found) <= MANY:
                    raise _wrong("", f"found {len(found)} tickets, expected 1 to {MANY}", "batch")
                return found
    return None


def _batch(data: object, headers: Mapping[str, str]) -> Sequence[Came]:
    if not isinstance(data, list) or len(data) > MANY:
        found = f"a list of {len(data)}" if isinstance(data, list) else "no list"
        raise _wrong("", f"found {found}, expected a list of at most {MANY} events", "batch")
    return [_event(each, headers, f"/{number}") for number, each in enumerate(data)]


def _binary(data: object, headers: Mapping[str, str]) -> Came:
    """An event of headers, with the body as its data."""
    attributes = _attributes(headers)
    if "specversion" not in attributes:
        raise _wrong(
            None,
            f"found neither the header `ce-specversion` nor the content type `{STRUCTURED}`, "
            "expected one of them",
        )
    for name in _NEEDED:
        if not attributes.get(name):
            raise _wrong(None, f"found no header `ce-{name}`, expected it with text")
    return _event({**attributes, "data": data}, headers, "")


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes of an event whose body is its data alone; values are percent-encoded."""
    return {n.removeprefix("ce-"): unquote(v) for n, v in headers.items() if n.startswith("ce-")}


def _event(data: object, headers: Mapping[str, str], where: str) -> Came:
    """An event as it is kept: structured, whichever way it came."""
    if not isinstance(data, dict):
        raise _wrong(where, "found no table, expected a CloudEvent")
    if data.get("specversion") != "1.0":
        raise _wrong(f"{where}/specversion", "expected a CloudEvent of `specversion` 1.0")
    for name in _NEEDED:
        if not isinstance(data.get(name), str) or not data[name]:
            raise _wrong(f"{where}/{name}", f"found no `{name}`, expected text")
    event = dict(data)
    if "data_base64" in event:
        event["data"] = _decoded(event.pop("data_base64"), where)
    kept = {name: value for name, value in headers.items() if not name.startswith("ce-")}
    return Came(event, {**kept, "content-type": STRUCTURED}, _text(event))


def _text(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":"), sort_keys=True).encode()


def _decoded(sent: object, where: str) -> object:
    try:
        decoded = b64decode(str(sent), validate=True).decode()
    except (NoBase64, ValueError) as error:
        raise _wrong(
            f"{where}/data_base64", "expected text in base64 that is UTF-8 within"
        ) from error
    return decoded


def _wrong(where: str | None, detail: str, what: str = "CloudEvent") -> Invalid:
    fault = Fault("wrong_value", detail, pointer=where)
    return Invalid(f"This is no {what} that is taken here; nothing was kept.", errors=[fault])

"""CloudEvents 1.0.2 over HTTP, one event in a request: structured, or binary.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from escalation.delivery.formats.options import CloudEvents
from escalation.delivery.formats.requests import JSON, Request, Requests
from escalation.delivery.formats.told import Told

_STRUCTURED = "application/cloudevents+json; charset=utf-8"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F))).replace("%", "").replace('"', "")


def cloudevents(options: CloudEvents, told: Told) -> Requests:
    """The event; ``data`` is that of the standard body. ``sequence`` sorts as the numbers do."""
    attributes = {
        "specversion": "1.0",
        "id": told.id,
        "source": options.source,
        "type": options.prefix + told.type,
        "time": told.body["timestamp"],
        "datacontenttype": JSON,
    }
    if told.reference is not None:
        attributes["subject"] = told.reference
    if "number" in told.data:
        attributes["sequence"] = f"{told.data['number']:010d}"
    if options.mode == "structured":
        body = _json({**attributes, "data": told.data})
        return (Request(content_type=_STRUCTURED, body=body),)
    del attributes["datacontenttype"]
    headers = {f"ce-{name}": quote(value, safe=_PRINTABLE) for name, value in attributes.items()}
    return (Request(headers=headers, body=_json(told.data)),)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

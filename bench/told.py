"""What a bench's issues have on their timelines: ten entries each, as the product writes them."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bench.crowd import kept
from bench.template import Row

_LEAD = {"kind": "person", "name": "Rowena Pike", "key": "key_bench"}
_OUTCOME = {"summary": "Half of it is to be paid", "reasons": "Half of it was ours"}
ENTRIES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("issue.logged", {"title": "The pay is late", "rung": "service_manager", "severity": "low"}),
    ("issue.acknowledged", {"rung": "service_manager"}),
    ("issue.noted", {"text": "The pay run of the week before has the same mistake."}),
    ("issue.informed", {"text": "We are on it.", "channel": "phone"}),
    ("issue.held", {"reason": "The signed form is to come.", "awaiting": "raiser"}),
    ("issue.resumed", {"rung": "service_manager", "how": "the hold ended"}),
    ("issue.escalated", {"from": "service_manager", "to": "function_director", "how": "past"}),
    ("issue.tabled", {"forum": "bmf-southern-cross", "meeting": "mtg_x"}),
    ("issue.proposed", {"rung": "business_manager_forum", "seat": "provider", "number": 1,
                        "outcome": _OUTCOME}),
    ("issue.contacted", {"text": "She called again.", "channel": "phone"}),
)  # fmt: skip
"""Types and payloads of an issue's entries, in order."""
IN_BRIEF = ("issue.logged", "issue.acknowledged", "issue.held", "issue.resumed",
            "issue.escalated", "issue.tabled")  # fmt: skip
"""Those of them that a history in brief tells."""
_PAYLOADS = [json.dumps({"actor": _LEAD, **payload}) for _, payload in ENTRIES]


def entries(number: int, event: Row, issue: str, began: datetime) -> Iterator[Row]:
    """The entries of the n-th issue, a quarter of a day between them."""
    like = event["effective_at"]
    for place, (kind, _) in enumerate(ENTRIES):
        at = kept(began + place * timedelta(hours=6), like)
        yield {
            **event,
            "id": f"evt_{number:022}{place:04}",
            "aggregate": issue,
            "number": place + 1,
            "type": kind,
            "effective_at": at,
            "recorded_at": at,
            "payload": _PAYLOADS[place],
        }

"""Reports that are looked at and not kept: parts of a scorecard, and the whole of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from escalation.digests import arrivals
from escalation.digests import satisfaction as opinions
from escalation.digests.measures import Dimension

HEAD = ("title", "level", "of", "since", "as_at", "known_at", "zone", "dictionary", "titles")
STATUTORY = ("complaints_received", "further_action", "no_further_action")
_TOLD_BY = (Dimension.PROVIDER, Dimension.AGENCY)


def statutory_counts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The statutory three counts of a scorecard, in both periods, by provider and agency."""
    return {
        **_head(document),
        "counts": {when: _three(each) for when, each in document["figures"].items()},
        "by": {
            each.value: [
                {"code": line["code"], **_three(line)} for line in document["by"]["now"][each.value]
            ]
            for each in _TOLD_BY
        },
    }


def satisfaction(
    document: Mapping[str, Any], standards: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What surveys come to in both periods, and the charter's standards that they ask after."""
    nothing = {when: opinions.told({}) for when in document["figures"]}
    found = document.get("satisfaction", nothing)
    return {**_head(document), "satisfaction": found, "standards": list(standards)}


def workload(document: Mapping[str, Any]) -> dict[str, Any]:
    """What waits for each seat, how old it is, when issues come in, and what a week may bring."""
    parts = ("workload", "arrivals")
    since, until = (datetime.fromisoformat(document[each]) for each in ("since", "as_at"))
    zone = document["zone"]
    return {
        **_head(document),
        "expected": arrivals.expected(document["arrivals"], since, until, zone),
        "ages": document["ages"]["now"],
        **{part: document[part] for part in parts},
    }


def _head(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in HEAD}


def _three(figures: Mapping[str, Any]) -> dict[str, int]:
    return {name: figures[name] for name in STATUTORY}

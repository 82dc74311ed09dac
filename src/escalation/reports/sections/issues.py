"""How an issue stands in the tables of a digest: the columns that all of them begin with."""

from collections.abc import Mapping
from typing import Any

from escalation.reports.layout import Cells, Words, word

COLUMNS = ("Reference", "Issue", "Agency", "Service", "Severity", "Status")


def cells(item: Mapping[str, Any], words: Words) -> Cells:
    """The cells of an issue in these columns."""
    function, region = item["function"], item["region"]
    service = [words.title("functions", function)] if function else []
    service += [words.title("regions", region)] if region else []
    agencies = (item["agency"], *item["also_affects"])
    provider = words.title("providers", item["provider"])
    return (
        item["reference"],
        item["title"],
        ", ".join(words.title("agencies", code) for code in agencies),
        ", ".join([*service, provider]),
        word(item["severity"]),
        _status(item, words),
    )


def _status(item: Mapping[str, Any], words: Words) -> str:
    parts = [word(item["status"])]
    if item["hold_until"] is not None:
        parts.append(f"until {words.day(item['hold_until'])}")
    if item["exhausted_at"] is not None:
        parts.append("exhausted: nowhere left to climb")
    elif item["past_target"]:
        parts.append("past target")
    if item["reported_up_to"]:
        parts.append("reported up")
    return "; ".join(parts)

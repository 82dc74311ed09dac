"""What is not as it was agreed: all that a layer tells which reports by exception."""

from collections.abc import Iterable, Mapping
from typing import Any

_ASTRAY = ("past_target", "updates_missed", "unresolved_past_target", "unresolved_exhausted")
"""Measures of which any is one too many (our reading)."""
_TOLD_BY = ("provider", "agency", "rung", "severity")


def told(
    standards: Iterable[Mapping[str, Any]], by: Mapping[str, Iterable[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The standards that a visit missed, and by whom and what else something went astray."""
    return {
        "planned": [each for each in standards if each["now"]["past_target"]],
        "by": {
            name: [
                {"code": line["code"], **{measure: line[measure] for measure in _ASTRAY}}
                for line in by[name]
                if any(line[measure] for measure in _ASTRAY)
            ]
            for name in _TOLD_BY
        },
    }

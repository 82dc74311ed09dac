"""The one dictionary: every measure of every report, and its page of the documentation."""

from collections.abc import Mapping

from escalation.digests.measures import MEASURES, SUPPRESSION, VERSION, Measure
from escalation.digests.survey_measures import SURVEYED

DICTIONARY: Mapping[str, Measure] = {**MEASURES, **SURVEYED}
"""All of them."""


def document() -> str:
    """The dictionary as a page of the documentation."""
    lines = [
        "# Measures",
        "",
        "<!-- Made from src/escalation/digests by tools/docs.py; change it there. -->",
        "",
        "Every figure of every scorecard, benchmark and pack, defined once: the same words on",
        "paper, over REST (`GET /v1/measures`) and on the command line (`escalation measures",
        f"list`). This is `{VERSION}`; under one version no measure changes its meaning.",
        "",
        "A period is what took effect after its beginning and not after its end, so that periods",
        "one after the other tile time. What moves is told by how the issue stood when it moved.",
        "",
        f"Suppression: {SUPPRESSION}. Where only one of several counts beside each other is small,",
        "the least of the others is withheld with it (our reading).",
    ]
    for measure in DICTIONARY.values():
        told = measure.told()
        rows = ("formula", "unit", "taken", "key_result_area", "source")
        lines += ["", f"## {measure.title}", "", f"`{measure.id}`: {measure.meaning}", ""]
        lines += ["| | |", "|---|---|"]
        lines += [f"| {row.replace('_', ' ')} | {told[row]} |" for row in rows]
        lines += [f"| dimensions | {', '.join(told['dimensions'])} |"]
        if measure.withheld != SUPPRESSION:
            lines += [f"| suppression | {measure.withheld} |"]
    return "\n".join(lines) + "\n"

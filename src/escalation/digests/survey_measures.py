"""The measures of surveys: what people answered, told where enough have."""

from collections.abc import Mapping

from escalation.digests.measures import Measure, Unit
from escalation.digests.suppression import THRESHOLD

_SURVEYS = (
    '"Structured feedback", "client and customer surveys" (domain: after resolution, periodic)'
)
_FEW = (
    f"withheld below {THRESHOLD}, to everybody; and with it the least of the others, where one of "
    "several beside each other is small"
)
_SURVEYED = (
    Measure(
        id="surveys_sent",
        title="Asked",
        meaning="Raisers asked how their issue went, and people asked by periodic surveys.",
        formula="Count of invitations made in the period.",
        unit=Unit.PEOPLE,
        source=_SURVEYS,
        withheld="told in full: it says nothing that anybody answered",
    ),
    Measure(
        id="surveys_returned",
        title="Have answered",
        meaning="Those of them who have answered.",
        formula="Count of `surveys_sent` that were answered by the end of the period.",
        unit=Unit.PEOPLE,
        source=_SURVEYS,
        withheld=_FEW,
    ),
    Measure(
        id="response_rate",
        title="Response rate",
        meaning="How many of those who were asked have answered.",
        formula="`surveys_returned` / `surveys_sent`, to a tenth of a percent, half up.",
        unit=Unit.PERCENT,
        source=_SURVEYS,
        withheld=f"{_FEW}: as `surveys_returned` is",
    ),
    Measure(
        id="ratings",
        title="Ratings",
        meaning="Answers that say how satisfied somebody is.",
        formula=(
            "Count of answers given in the period, after resolution, periodic and imported, to the "
            "first rating of their survey; beside it the same by each step."
        ),
        unit=Unit.PEOPLE,
        source=_SURVEYS,
        withheld=_FEW,
    ),
    Measure(
        id="satisfaction",
        title="Satisfaction",
        meaning="How satisfied they are, from 1 (the worst) to 5.",
        formula="Sum of the steps of `ratings` / `ratings`, to a hundredth, half up (our reading).",
        unit=Unit.STEPS,
        source=_SURVEYS,
        withheld=f"{_FEW}: as `ratings` are",
    ),
    Measure(
        id="satisfied",
        title="Satisfied",
        meaning="How many of them gave one of the two best steps.",
        formula="Count of `ratings` of 4 or 5 / `ratings`, to a tenth of a percent, half up.",
        unit=Unit.PERCENT,
        source=_SURVEYS,
        withheld=f"{_FEW}: as `ratings` are",
    ),
)
SURVEYED: Mapping[str, Measure] = {measure.id: measure for measure in _SURVEYED}
"""Every measure of surveys by its id, in the order in which reports have them."""

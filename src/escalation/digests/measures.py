"""The dictionary of measures: each figure of every report, defined once.

Source: the framework's "Performance measurement" and "Benchmarking", which ask for "a core set of
performance measures consistent across the SSI". What the framework leaves open is marked in the
formula as (our reading).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from escalation.digests.suppression import THRESHOLD

VERSION: Final = "measures/1"
"""The dictionary's version: under one version no measure changes its meaning."""


class Unit(StrEnum):
    """What a measure counts or measures."""

    ISSUES = "issues"
    VISITS = "visits"
    UPDATES = "updates"
    PERCENT = "percent"
    BUSINESS_SECONDS = "business seconds"
    PEOPLE = "people"
    STEPS = "steps from 1 to 5"


class Dimension(StrEnum):
    """What a measure can be told apart by, beside the period."""

    PROVIDER = "provider"
    CLUSTER = "cluster"
    AGENCY = "agency"
    FUNCTION = "function"
    REGION = "region"
    CHANNEL = "channel"
    SEVERITY = "severity"
    RUNG = "rung"
    OLA = "ola"


class Result(StrEnum):
    """The framework's four key result areas."""

    CUSTOMERS = "customers"
    IMPROVEMENT = "improvement"
    CAPABILITY = "capability"
    BENEFITS = "benefits"


EVERYWHERE = tuple(Dimension)
OF_A_TARGET = (Dimension.PROVIDER, Dimension.OLA, Dimension.RUNG, Dimension.SEVERITY)
SUPPRESSION = (
    f"told in full to those whose figures they are; in a benchmark withheld below {THRESHOLD}; of "
    f"sealed issues told in steps of {THRESHOLD}, and below {THRESHOLD} not at all, none included"
)
_SCORECARDS = 'Performance measurement: "performance is monitored via scorecards"'
_PLANNED = (
    'Performance measurement: "whether actual service delivery is in accordance with planned '
    'services (as documented in operating level agreements)"'
)
_CHARTER = 'Customer service charter: "the services and standards that customers are entitled to"'
_COMPLAINTS = "Public Service Act 2008 (Qld), section 219A: customer complaints, yearly"
_LADDER = "Issue resolution and escalation process"
_WORK = '"prioritise and actively manage existing and incoming work"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: what it means, how it is worked out, and what it can be told apart by.

    ``at_the_end`` is one that is taken at the end of a period; the others are counted over it.
    ``withheld`` is what of it is not told, and to whom.
    """

    id: str
    title: str
    meaning: str
    formula: str
    source: str
    unit: Unit = Unit.ISSUES
    result: Result = Result.CUSTOMERS
    dimensions: tuple[Dimension, ...] = EVERYWHERE
    at_the_end: bool = False
    withheld: str = SUPPRESSION

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "meaning": self.meaning,
            "formula": self.formula,
            "unit": self.unit.value,
            "dimensions": [each.value for each in self.dimensions],
            "taken": "at the end of the period" if self.at_the_end else "over the period",
            "suppression": self.withheld,
            "key_result_area": self.result.value,
            "source": self.source,
            "version": VERSION,
        }


_ALL = (
    Measure(
        id="logged",
        title="Logged",
        meaning="Issues that came in.",
        formula="Count of issues logged in the period, by when that took effect.",
        source=_SCORECARDS,
    ),
    Measure(
        id="resolved",
        title="Resolved",
        meaning="Issues that were given an outcome; an issue resolved twice counts twice.",
        formula="Count of moves to `resolved` in the period.",
        source=_SCORECARDS,
    ),
    Measure(
        id="first_contact",
        title="Resolved at first contact",
        meaning="Issues that were resolved by the act that logged them.",
        formula="Count of issues logged in the period with an outcome.",
        source=_CHARTER,
    ),
    Measure(
        id="closed",
        title="Closed",
        meaning="Issues that ended, merged ones among them; one closed twice counts twice.",
        formula="Count of moves to `closed` in the period.",
        source=_SCORECARDS,
    ),
    Measure(
        id="withdrawn",
        title="Withdrawn",
        meaning="Issues that their raiser took back.",
        formula="Count of moves to `withdrawn` in the period.",
        source=_SCORECARDS,
    ),
    Measure(
        id="disputed",
        title="Disputed",
        meaning="Outcomes that were not accepted.",
        formula="Count of disputes in the period.",
        source=_LADDER,
    ),
    Measure(
        id="reopened",
        title="Reopened",
        meaning="Issues that came back after they had been resolved or closed.",
        formula="Count of reopenings in the period.",
        source=_LADDER,
    ),
    Measure(
        id="escalated",
        title="Escalated",
        meaning="Climbs to a higher rung, by people, a forum, or the engine past target.",
        formula="Count of climbs in the period, each told by the rung that was left.",
        source=_LADDER,
        result=Result.IMPROVEMENT,
    ),
    Measure(
        id="referred_back",
        title="Referred back",
        meaning="Issues that went back to a lower rung with a question.",
        formula="Count of referrals back in the period, each told by the rung that was left.",
        source=_LADDER,
        result=Result.IMPROVEMENT,
    ),
    Measure(
        id="held",
        title="Put on hold",
        meaning="Times that an issue was put on hold.",
        formula="Count of moves to `on_hold` in the period.",
        source=_LADDER,
        result=Result.IMPROVEMENT,
    ),
    Measure(
        id="in_target",
        title="Left a rung in target",
        meaning="Visits to a rung of officers that ended before its agreed time had run out.",
        formula="Count of ended visits that ended before the rung's due instant.",
        unit=Unit.VISITS,
        source=_PLANNED,
    ),
    Measure(
        id="past_target",
        title="Left a rung past target",
        meaning="Visits to a rung of officers that ended at or after its due instant.",
        formula="Count of ended visits that did not end before the rung's due instant.",
        unit=Unit.VISITS,
        source=_PLANNED,
    ),
    Measure(
        id="share_in_target",
        title="Share in target",
        meaning="How many visits to rungs of officers kept the agreed time.",
        formula="`in_target` / (`in_target` + `past_target`), to a tenth of a percent, half up.",
        unit=Unit.PERCENT,
        source=_PLANNED,
    ),
    Measure(
        id="time_on_rung",
        title="Time on a rung",
        meaning="Business time that a visit to a rung of officers took, holds included.",
        formula=(
            "Open seconds of the issue's calendar from entering to leaving, over the visits that "
            "ended in the period: their mean, in whole seconds, rounded down (our reading)."
        ),
        unit=Unit.BUSINESS_SECONDS,
        dimensions=OF_A_TARGET,
        source=_PLANNED,
        result=Result.IMPROVEMENT,
    ),
    Measure(
        id="updates_given",
        title="Updates given",
        meaning="Times that a raiser was told how their unresolved issue stands.",
        formula="Count of informings in the period of issues that were unresolved.",
        unit=Unit.UPDATES,
        source=_CHARTER,
    ),
    Measure(
        id="updates_missed",
        title="Updates missed",
        meaning="Times that the agreed time to tell a raiser ran out.",
        formula="Count of ends of `inform` clocks in the period.",
        unit=Unit.UPDATES,
        source=_CHARTER,
    ),
    Measure(
        id="updates_kept",
        title="Updates kept",
        meaning="How many updates were given where one was owed.",
        formula=(
            "`updates_given` / (`updates_given` + `updates_missed`), to a tenth of a percent, half "
            "up (our reading)."
        ),
        unit=Unit.PERCENT,
        source=_CHARTER,
    ),
    Measure(
        id="acknowledgements_missed",
        title="Acknowledged late",
        meaning="Times that the agreed time to acknowledge ran out.",
        formula="Count of ends of `acknowledge` clocks in the period.",
        source=_CHARTER,
    ),
    Measure(
        id="complaints_received",
        title="Complaints received",
        meaning="The first of the statutory three counts.",
        formula="Count of complaints logged in the period.",
        source=_COMPLAINTS,
    ),
    Measure(
        id="further_action",
        title="Complaints resulting in further action",
        meaning="The second of the statutory three counts.",
        formula="Count of complaints resolved in the period whose outcome names further action.",
        source=_COMPLAINTS,
    ),
    Measure(
        id="no_further_action",
        title="Complaints resulting in no further action",
        meaning="The third of the statutory three counts.",
        formula=(
            "Count of complaints resolved in the period whose outcome says that there is none, or "
            "says nothing of it (our reading)."
        ),
        source=_COMPLAINTS,
    ),
    Measure(
        id="unresolved",
        title="Unresolved",
        meaning="Issues on which somebody still has to act.",
        formula="Count of issues that stand open, in progress, on hold or tabled at that instant.",
        source=_WORK,
        at_the_end=True,
    ),
    Measure(
        id="unresolved_past_target",
        title="Unresolved past target",
        meaning="Unresolved issues of which an agreed clock is past target.",
        formula="Count of `unresolved` whose earliest agreed due instant has come.",
        source=_PLANNED,
        at_the_end=True,
    ),
    Measure(
        id="unresolved_exhausted",
        title="Exhausted",
        meaning="Unresolved issues that have nowhere left to climb.",
        formula="Count of `unresolved` that are exhausted.",
        source=_LADDER,
        at_the_end=True,
    ),
    Measure(
        id="unresolved_on_hold",
        title="On hold",
        meaning="Unresolved issues that wait for somebody.",
        formula="Count of `unresolved` that are on hold.",
        source=_WORK,
        at_the_end=True,
    ),
)

MEASURES: Mapping[str, Measure] = {measure.id: measure for measure in _ALL}
"""Every measure of issues by its id, in the order in which a scorecard has them."""

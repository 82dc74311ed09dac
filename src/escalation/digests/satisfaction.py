"""How satisfied people are: what surveys come to, told where enough have answered.

Source: the framework's "qualitative and quantitative performance measurements" and "client and
customer surveys". That a mean of few is withheld, with the least of the others where one alone
would follow from the sum, is our reading.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from escalation.digests import suppression
from escalation.digests.measures import Dimension
from escalation.digests.shares import mean, percent
from escalation.digests.tallies import TOTAL, Counts, Tallies
from escalation.routing.surveys import HIGHEST, LOWEST

SURVEY, PERIOD = "survey", "period"
BY: Final = (*(each.value for each in Dimension), SURVEY, PERIOD)
"""What opinions are told apart by: every dimension, the survey, and its period."""
SENT, RETURNED = "surveys_sent", "surveys_returned"
STEPS: Final = {step: f"rated_{step}" for step in range(LOWEST, HIGHEST + 1)}
"""The count of each step of the scale, by the step."""
_GOOD = (4, 5)
Key = tuple[str, str | None]
Told = dict[str, Any]


def told(opinions: Tallies) -> dict[str, Any]:
    """What surveys of a period come to: of all, and by each code of each dimension."""
    return {
        "all": _alone(opinions.get((TOTAL, None), {})),
        "by": {by: _beside(opinions, by) for by in BY},
    }


def beside(opinions: Tallies, by: Iterable[str]) -> dict[str, list[Told]]:
    """The same by some dimensions alone, without the sum."""
    return {name: _beside(opinions, name) for name in by}


def any_of(*several: Tallies) -> bool:
    """Whether anybody was asked or has answered."""
    return any(sum(each.get((TOTAL, None), {}).values()) for each in several)


def ratings(counts: Counts) -> int:
    """How many have rated."""
    return sum(counts.get(name, 0) for name in STEPS.values())


def _alone(counts: Counts) -> Told:
    rated = suppression.told(ratings(counts))
    returned = suppression.told(counts.get(RETURNED, 0))
    return _figures(counts, rated=rated, returned=returned)


def _beside(opinions: Tallies, by: str) -> list[Told]:
    """By the codes of one dimension, in their order; what has no code comes last."""
    found = {code: counts for (of, code), counts in opinions.items() if of == by}
    codes = sorted(found, key=lambda code: (code is None, code or ""))
    names = {code: str(number) for number, code in enumerate(codes)}
    rated = suppression.beside({names[code]: ratings(found[code]) for code in codes})
    returned = suppression.beside({names[code]: found[code].get(RETURNED, 0) for code in codes})
    return [
        {
            "code": code,
            **_figures(found[code], rated=rated[names[code]], returned=returned[names[code]]),
        }
        for code in codes
    ]


def _figures(counts: Counts, *, rated: int | None, returned: int | None) -> Told:
    """Every measure of surveys; nothing of what too few have said."""
    sent = counts.get(SENT, 0)
    steps: Mapping[int, int] = {step: counts.get(name, 0) for step, name in STEPS.items()}
    enough = bool(rated)
    return {
        SENT: sent,
        RETURNED: returned,
        "response_rate": None if returned is None else percent(returned, sent),
        "ratings": rated,
        "satisfaction": mean(steps) if enough else None,
        "satisfied": percent(sum(steps[step] for step in _GOOD), rated or 0),
        "distribution": {str(step): steps[step] for step in steps} if enough else None,
    }

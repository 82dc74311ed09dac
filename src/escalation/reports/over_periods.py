"""How the figures of a scorecard went: the period beside those before it, as many as were asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.digests.measures import MEASURES
from escalation.digests.survey_measures import SURVEYED
from escalation.reports.layout import NOW, Cells, Chart, Document, Local, Section, Table
from escalation.reports.measured_cells import value_of
from escalation.reports.satisfaction_section import answered_of

_DRAWN = ("logged", "resolved", "unresolved", "unresolved_past_target", "share_in_target")
"""What is drawn; the table has every measure."""


def over_periods(document: Document, local: Local) -> Section:
    """The headline figures drawn, and every measure in a table."""
    points = document["trend"]
    ends = (*(local.last_day(point["as_at"]) for point in points[:-1]), NOW)
    drawn = tuple(
        (end, *(value_of(MEASURES[name], point["figures"][name]) for name in _DRAWN))
        for end, point in zip(ends, points, strict=True)
    )
    titles = tuple(MEASURES[name].title for name in _DRAWN)
    numbers = frozenset(range(1, len(_DRAWN) + 1))
    caption = "The period to each day."
    chart = Table(caption, ("Period to", *titles), drawn, numbers, chart=Chart.TREND)
    rows = (*_measured(points), *_surveyed(points))
    every = Table(
        "Every measure, in the period to each day.",
        ("Measure", *ends),
        rows,
        frozenset(range(1, len(ends) + 1)),
    )
    about = (
        f"The last {len(points)} periods, each as long as this one, by what is known now. The last "
        "one is the scorecard's own."
    )
    return Section("trend", "Over the periods", about, (chart, every))


def _measured(points: list[Mapping[str, Any]]) -> Iterator[Cells]:
    for measure in MEASURES.values():
        values = (value_of(measure, point["figures"][measure.id]) for point in points)
        yield (measure.title, *values)


def _surveyed(points: list[Mapping[str, Any]]) -> Iterator[Cells]:
    """What people answered, where anybody was asked in any of the periods."""
    if "satisfaction" not in points[0]:
        return
    for measure in SURVEYED.values():
        values = (answered_of(measure.id, point["satisfaction"]) for point in points)
        yield (measure.title, *values)

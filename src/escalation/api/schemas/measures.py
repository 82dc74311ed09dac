"""Measures: what each figure of a report means."""

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.shape import Shape


class MeasureView(Shape):
    """One measure: meaning, formula in words, unit, and what it can be told apart by."""

    id: str
    title: str
    meaning: str
    formula: str
    unit: str
    dimensions: list[str]
    taken: str
    suppression: str
    key_result_area: str
    source: str
    version: str


class MeasureList(Shape):
    """The dictionary of measures."""

    data: list[MeasureView]
    links: Links
    meta: Meta

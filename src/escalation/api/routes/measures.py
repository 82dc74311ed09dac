"""The dictionary of measures."""

from fastapi import Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.schemas.measures import MeasureList
from escalation.digests.dictionary import DICTIONARY


async def list_measures(asked: Ask) -> Response:
    """Every figure of every report: what it means and how it is worked out."""
    return paging.whole(asked, (measure.told() for measure in DICTIONARY.values()))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/measures",
        name="list_measures",
        tag="reports",
        summary="List the measures",
        endpoint=list_measures,
        answer=MeasureList,
        refusals=READS,
    ),
)

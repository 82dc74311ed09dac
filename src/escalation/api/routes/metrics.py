"""Figures for a monitoring system."""

from datetime import timedelta

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST

from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.services import watch


def get_metrics(asked: Ask) -> Response:
    """Ages and counts of what is due, in Prometheus's text format."""
    inside = asked.means.container
    bound = timedelta(seconds=inside.settings.overdue_seconds)
    text = watch.metrics(inside.desk, bound)
    return Response(text, 200, {"Content-Type": CONTENT_TYPE_LATEST})


OPERATIONS = (
    Operation(
        method="GET",
        path="/metrics",
        name="get_metrics",
        tag="operations",
        summary="Tell how the engine stands, for Prometheus",
        endpoint=get_metrics,
        refusals=READS,
        kind="text/plain",
    ),
)

"""What this interface is, what its problems mean, and whether it works."""

from fastapi import Response

from escalation import __version__
from escalation.api import paging
from escalation.api.codes import CODES, Code
from escalation.api.deps import Ask
from escalation.api.operations import Operation
from escalation.api.problems import PAGES
from escalation.errors import NotFound
from escalation.routing.wording import not_among
from escalation.services.reading import health

_NOT_READY = 503


async def get_api(asked: Ask) -> Response:  # noqa: ARG001 - one shape for all
    """Name, version and documentation of the interface."""
    return paging.single(
        {
            "api_name": "escalation",
            "api_version": "v1",
            "api_released": __version__,
            "api_documentation": "/openapi.json",
            "api_status": "active",
        }
    )


async def list_problems(asked: Ask) -> Response:
    """Every code that a problem may have."""
    return paging.whole(asked, (_page(name, code) for name, code in CODES.items()))


async def get_problem(asked: Ask, code: str) -> Response:  # noqa: ARG001 - one shape for all
    """What a problem's `type` means, and what to do about it."""
    found = CODES.get(code)
    if found is None:
        raise NotFound(f"No problem has that code: {not_among(code, CODES)}.")
    return paging.single(_page(code, found))


def _page(name: str, code: Code) -> dict[str, object]:
    return {
        "id": name,
        "type": f"{PAGES}{name}",
        "code": name,
        "status": code.status,
        "title": code.title,
        "remedy": code.remedy,
    }


async def check_life(asked: Ask) -> Response:  # noqa: ARG001 - one shape for all
    """Whether the process answers at all."""
    return paging.single({"status": "alive"})


def check_readiness(asked: Ask) -> Response:
    """Whether it can work: desk, database, schema, ladder and directory."""
    inside = asked.means.container
    checks = health.checks(inside.desk)
    ready = all(check.good for check in checks)
    told = {
        "status": "ready" if ready else "not ready",
        "checks": {check.name: {"ok": check.good, "detail": check.detail} for check in checks},
    }
    response = paging.single(told)
    if not ready:
        response.status_code = _NOT_READY
    return response


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/",
        name="get_api",
        tag="interface",
        summary="Tell what this interface is",
        endpoint=get_api,
        refusals=(400, 500),
    ),
    Operation(
        method="GET",
        path="/v1/problems",
        name="list_problems",
        tag="interface",
        summary="List the codes of problems",
        endpoint=list_problems,
        refusals=(400, 500),
    ),
    Operation(
        method="GET",
        path="/v1/problems/{code}",
        name="get_problem",
        tag="interface",
        summary="Tell what a problem means",
        endpoint=get_problem,
        refusals=(400, 404, 500),
    ),
    Operation(
        method="GET",
        path="/livez",
        name="check_life",
        tag="operations",
        summary="Tell whether the process lives",
        endpoint=check_life,
        refusals=(400, 500),
    ),
    Operation(
        method="GET",
        path="/readyz",
        name="check_readiness",
        tag="operations",
        summary="Tell whether it can work",
        endpoint=check_readiness,
        also=(_NOT_READY,),
        refusals=(400, 500),
    ),
)

from collections.abc import Callable, Iterator

import httpx
import pytest

from escalation.client import Client
from tests.api.service import Service, serving

Calling = Callable[..., Client]


class Through(httpx.BaseTransport):
    """Carries the client's requests to an application of this process, byte for byte."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kept = {"authorization", "if-match", "idempotency-key", "content-type", "accept"}
        headers = {n.replace("-", "_"): v for n, v in request.headers.items() if n in kept}
        answer = self._service.call(
            request.method,
            request.url.raw_path.decode(),
            raw=request.read() or None,
            key=None,
            **headers,
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service, once on each database."""
    with serving(furnished_url) as found:
        yield found


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of it, with an admin's key."""
    with Client("http://localhost", service.admin, transport=Through(service)) as found:
        yield found

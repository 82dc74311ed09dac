"""The web server of one process, run from the program itself."""

import socket
from collections.abc import Callable

from uvicorn import Config, Server

from escalation.api.app import create_app
from escalation.bootstrap import Container
from escalation.cli.connections import Connection
from escalation.cli.listening import Front
from escalation.cli.stopping import Stopping

FINISHING = 30
"""Seconds that requests in flight may take to finish once the service is told to stop."""


class _Announcing(Server):
    """Says once that it serves."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def run(
    container: Container,
    bound: socket.socket,
    stopping: Stopping,
    front: Front,
    *,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the API on ``bound`` until a signal comes; what is in flight is finished first."""
    config = Config(
        create_app(container),
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=front.behind_proxy is not None,
        forwarded_allow_ips=front.behind_proxy or "",
        ssl_certfile=front.certificate,
        ssl_keyfile=front.key,
        timeout_graceful_shutdown=FINISHING,
    )
    server = _Announcing(config, ready)

    def stop() -> None:
        server.should_exit = True

    stopping.calls(stop)
    # The server takes the signals while it runs, and raises them again for us when it has ended.
    server.run(sockets=[bound])

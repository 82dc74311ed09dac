"""Connections of clients that are slow, silent or greedy: ended, so that others are served."""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 10
"""How long a request line and its headers may take to come; a body has as long (``api/gate``)."""
HEAD_BYTES = 65_536
"""How large they may be until they have come whole; the gate is stricter with what has."""
READING_SECONDS = 30
"""How long a client may take nothing of an answer that waits for it."""


class Connection(HttpToolsProtocol):
    """A connection whose other end has to keep up."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - the server's own
        """Take what the server gives to each connection."""
        super().__init__(*args, **named)
        self._head: TimerHandle | None = None
        self._read: TimerHandle | None = None
        self._size = 0

    # -- a head that does not come

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the next head is waited for from its first byte on."""
        self._size += len(data)
        super().data_received(data)
        if self._head is None and self._between:
            self._await_head()
        if self._head is not None and self._size > HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """Answer the request."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        self._stop_reading()
        super().connection_lost(exc)

    @property
    def _between(self) -> bool:
        """Whether a request is due, and none is being answered or kept open for."""
        cycle: RequestResponseCycle | None = self.cycle
        answered = cycle is None or cycle.response_complete
        return answered and self.timeout_keep_alive_task is None and not self.transport.is_closing()

    def _await_head(self) -> None:
        self._size = 0
        self._head = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _head_is_late(self) -> None:
        if self._size:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status
            )
            self.transport.close()

    # -- an answer that is not taken

    def pause_writing(self) -> None:
        """More of an answer waits for the client than is kept ready for it."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """It has taken most of it."""
        self._stop_reading()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """No request has followed; an answer that is still being taken is waited for."""
        if not self.transport.get_write_buffer_size():
            super().timeout_keep_alive_handler()
            return
        if self._read is None:
            self._await_reading()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _await_reading(self) -> None:
        self._stop_reading()
        waits = self.transport.get_write_buffer_size()
        self._read = self.loop.call_later(READING_SECONDS, self._reading_is_late, waits)

    def _reading_is_late(self, waited: int) -> None:
        """Let go whoever took nothing of what waited; whoever took some has as long again."""
        self._read = None
        waits = self.transport.get_write_buffer_size()
        if waits >= waited:
            self.transport.abort()
        elif waits:
            self._await_reading()

    def _stop_reading(self) -> None:
        if self._read is not None:
            self._read.cancel()
            self._read = None

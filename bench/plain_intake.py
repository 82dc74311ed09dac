"""The plain way to take an issue in: a bare FastAPI handler over SQL written by hand.

    python -m bench.plain_intake --database KIND --url URL --issue ID --port P

The body is checked by pydantic; nobody is authenticated, no key is looked up, nothing is decided.
One writer thread takes what waits and commits it together: the rows that the product wrote for
issue ``ID``, copied with fresh identifiers and the body's words. The answer is the same bytes.
"""

import argparse
import asyncio
from collections import deque
from collections.abc import Sequence
from threading import Condition, Thread
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

from bench.databases import Postgres, Sqlite
from bench.plain_rows import BySql, Making, makings

AT_ONCE = 128


class Raiser(BaseModel):
    """Who raised it."""

    type: str
    name: str | None = None


class Body(BaseModel):
    """The fields of the load client's body."""

    title: str
    description: str
    channel: str
    agency: str
    provider: str | None = None
    function: str | None = None
    raiser: Raiser


Waiting = tuple[str, Body, "asyncio.Future[bytes]"]


class Writer(Thread):
    """Commits what waits, at most 128 at once."""

    def __init__(self, connection: Any, made: Sequence[Making], by: BySql) -> None:  # noqa: ANN401 - either driver's
        """Writes on ``connection``."""
        super().__init__(daemon=True)
        self._connection = connection
        self._makings = made
        self._by = by
        self._body = next(making.body for making in made if making.body is not None)
        self._waiting: deque[Waiting] = deque()
        self._wake = Condition()
        self._made = 0

    def take(self, body: Body, future: "asyncio.Future[bytes]") -> None:
        """Put an issue in the queue."""
        with self._wake:
            self._made += 1
            self._waiting.append((f"{self._made:09}", body, future))
            self._wake.notify()

    def run(self) -> None:
        """Write for ever."""
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
                size = min(len(self._waiting), AT_ONCE)
                taken = [self._waiting.popleft() for _ in range(size)]
            self._by(self._connection, self._makings, taken)
            taken[0][2].get_loop().call_soon_threadsafe(self._answer, taken)

    def _answer(self, taken: Sequence[Waiting]) -> None:
        for number, _, future in taken:
            if not future.done():
                future.set_result(number.encode().join(self._body))


def app_of(writer: Writer) -> FastAPI:
    """One route."""
    app = FastAPI(openapi_url=None)

    @app.post("/v1/issues", status_code=201)
    async def log(body: Body) -> Response:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        writer.take(body, future)
        return Response(await future, 201, media_type="application/json")

    return app


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="Take issues in the plain way.")
    parser.add_argument("--database", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--issue", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    kind = Sqlite if given.database == "sqlite" else Postgres
    connection = kind.connect(given.url)
    made, by = makings(connection, given.database, given.issue)
    writer = Writer(connection, made, by)
    writer.start()
    uvicorn.run(app_of(writer), port=given.port, loop="uvloop", http="httptools",
                log_level="warning", access_log=False)  # fmt: skip


if __name__ == "__main__":
    main()

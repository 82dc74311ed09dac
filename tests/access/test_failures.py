"""Whatever fails, and wherever: whoever asked is told that it did, and nothing of the inside.

Every function that a request runs through is found by looking on, then broken, one after the other.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import httpx
import pytest

from escalation import __version__
from tests.access.estate import SCHOOLS, UNLIMITED, Matter, done, matter
from tests.api.service import Service, problem, serving
from tests.builders import copied_sqlite

LAYERS = (
    "api", "services", "store", "reports", "digests", "workflow", "routing", "timekeeping",
)  # fmt: skip
TELLS = ("the-inside", "Traceback", 'File "', "site-packages", "SELECT", "sqlalchemy", "sqlite3")


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("the-inside of it")


def _fails_in_sql(*_: object, **__: object) -> None:
    raise __import__("sqlalchemy").exc.OperationalError(
        "SELECT secret FROM the-inside", {}, Exception("sqlite3: the-inside is locked")
    )


FAILURES: tuple[Callable[..., None], ...] = (_fails, _fails_in_sql)
HANDLES = {
    "escalation.api.problems", "escalation.api.gate", "escalation.api.codes",
    "escalation.api.refusals", "escalation.services.desk", "escalation.services.jobs",
}  # fmt: skip
"""What tells of failures, the one loop that everything waits for, and how it gives its outcomes:
tests of their own."""


def requests(service: Service, seen: Matter) -> Iterator[Callable[[], httpx.Response]]:
    """Requests that run through every layer: one that logs, acts, reads, decides, makes."""
    issue, meeting = seen.names["issue"], seen.names["meeting"]
    key = service.admin
    log = {**SCHOOLS.log, "title": "t", "severity": "high"}
    yield lambda: service.post("/v1/issues", log, key=key)
    yield lambda: service.post(f"/v1/issues/{issue}/acts/note", {"text": "t"}, key=key)
    yield lambda: service.get(f"/v1/issues/{issue}", key=key)
    yield lambda: service.get("/v1/issues?sort=due_at&include_total=true&q=t", key=key)
    yield lambda: service.get(f"/v1/issues/{issue}/explain", key=key)
    yield lambda: service.get(f"/v1/issues/{issue}/clocks", key=key)
    yield lambda: service.get(f"/v1/meetings/{meeting}/minutes", key=key, accept="text/html")
    yield lambda: service.get(f"/v1/digests/{seen.names['digest']}.md", key=key)
    yield lambda: service.post("/v1/digests", {"forum": SCHOOLS.forum}, key=key)
    yield lambda: service.get("/v1/seats?role=service_manager&party=meridian", key=key)
    yield lambda: service.post("/v1/ladder-checks", {"text": "x: ["}, key=key)
    yield lambda: service.get("/v1/audit/verify", key=key)


@contextmanager
def opened(template: Path, folder: Path) -> Iterator[tuple[Service, Matter]]:
    """A service with a matter on it."""
    folder.mkdir()
    url = copied_sqlite(template, folder / "escalation.db")
    with serving(url, data_dir=folder, **UNLIMITED) as service:
        done(service, "/v1/webhook-endpoints", {"url": "https://93.184.216.34/in"})
        yield service, matter(service, SCHOOLS, "wombat")


def run_through(template: Path, folder: Path) -> list[list[FunctionType]]:
    """For each request, the product's own functions that it runs through, in whichever thread."""
    codes: dict[CodeType, str] = {}

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            codes[frame.f_code] = str(frame.f_globals.get("__name__"))

    threading.setprofile(look)
    try:
        with opened(template, folder) as (service, seen):
            found = []
            for ask in requests(service, seen):
                codes.clear()
                assert ask().status_code < 500
                found.append(list(_functions(dict(codes))))
            return found
    finally:
        threading.setprofile(None)


def _functions(codes: Mapping[CodeType, str]) -> Iterator[FunctionType]:
    """Those of modules: what is patched by its code is patched for whoever has imported it."""
    for code, module in codes.items():
        _, _, inside = module.partition("escalation.")
        if inside.split(".")[0] not in LAYERS or module in HANDLES or code.co_freevars:
            continue
        function = getattr(sys.modules[module], code.co_name, None)
        if isinstance(function, FunctionType) and function.__code__ is code:
            yield function


@contextmanager
def broken(function: FunctionType, how: Callable[..., None]) -> Iterator[None]:
    """The function fails, whoever calls it, until the block ends."""
    whole, defaults = function.__code__, function.__kwdefaults__
    function.__code__ = how.__code__
    try:
        yield
    finally:
        function.__code__, function.__kwdefaults__ = whole, defaults


@pytest.mark.slow
@pytest.mark.campaign
def test_a_failure_anywhere_is_told_without_its_inside(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    through = run_through(furnished_sqlite, tmp_path / "one")
    layers, failed = set(), set()
    with opened(furnished_sqlite, tmp_path / "other") as (service, seen):
        for functions, ask in zip(through, requests(service, seen), strict=True):
            for function, how in product(functions, FAILURES):
                if (function, how) in failed:
                    continue
                with broken(function, how):
                    answer = ask()
                where = f"{function.__module__}.{function.__name__}, {how.__name__}"
                _told_without(answer, where)
                if answer.status_code >= 500:
                    failed.add((function, how))
                    layers.add(function.__module__.split(".")[1])
                assert service.container.desk.alive, where
    assert layers == set(LAYERS)


def _told_without(answer: httpx.Response, where: str) -> None:
    said = f"{answer.headers} {answer.text}"
    assert [word for word in TELLS if word in said] == [], (where, said)
    assert answer.status_code < 300 or __version__ not in said, (where, said)
    if answer.status_code >= 400:
        problem(answer, answer.status_code, answer.json()["code"])

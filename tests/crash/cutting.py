"""A story cut at one moment after the other, and told to its end."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Engine

from escalation.store.engine import make_engine
from tests.crash.harness import running
from tests.crash.invariants import broken
from tests.crash.ledger import answers
from tests.crash.points import Death, summary, tell, tell_until

Seen = TypeVar("Seen")
Copy = Callable[[], AbstractContextManager[str]]
"""Gives a furnished database of its own for the length of a block."""


def moments(copy: Copy) -> tuple[list[str], dict[str, Any]]:
    """The names of all moments of the story on such a database, and what it leaves behind."""
    names: list[str] = []
    with copy() as url:
        tell(url, lambda _, name: names.append(name))
        return names, _summary(url)


def cut_at(copy: Copy, numbers: Iterable[int], whole: dict[str, Any]) -> list[str]:
    """Cut the story at each of these moments, tell it to its end, and say what was wrong then."""
    return [wrong for number in numbers for wrong in _cut(copy, number, whole)]


def _cut(copy: Copy, number: int, whole: dict[str, Any]) -> list[str]:
    with copy() as url:
        with running(tell_until, Death(url, number)) as (process, lines):
            told = {said["key"]: said["hash"] for said in map(json.loads, lines)}
            process.join()
            code = process.exitcode
        wrong = [f"it was to be killed and ended with {code}"] if code != -9 else []
        wrong += [f"lost: {key}" for key in told.items() - _looked(url, answers).items()]
        wrong += _broken(url)
        tell(url, lambda *_: None)
        wrong += _broken(url)
        now = _summary(url)
        wrong += [f"{n}: {now[n]} for {whole[n]}" for n in whole if now[n] != whole[n]]
        return [f"moment {number}: {place}" for place in wrong]


def _broken(url: str) -> list[str]:
    return _looked(url, broken)


def _summary(url: str) -> dict[str, Any]:
    return _looked(url, summary)


def _looked(url: str, look: Callable[[Engine], Seen]) -> Seen:
    engine = make_engine(url, application="look")
    try:
        return look(engine)
    finally:
        engine.dispose()

"""Whatever is posted, signed as it should be, is kept and explained, or refused; nothing fails.

Many bodies are read as the route reads them, without a database; some are posted. With
``ESCALATION_FUZZED_HOOKS`` so many are read, over all tools, and a tenth as many posted.
"""

import copy
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from escalation.api import body
from escalation.cli.fields import DEPTH
from escalation.errors import EscalationError
from escalation.services.inbound import inbox
from escalation.services.inbound.envelopes import unwrapped
from escalation.services.inbound.mapping import meaning_of, view_of
from tests.inbound.hooked import SAMPLES, Hooked, shipped
from tests.inbound.signing import SIGNERS

READ = int(os.environ.get("ESCALATION_FUZZED_HOOKS", "5000"))  # noqa: TID251 - a test's own switch
POSTED = READ // 10
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**90, 1.5e300, "", " ", "\x00", "\ud800", "\u202e", "9" * 400,
    "x" * 40_000,
    "2026-02-30T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59-23:59", [], {}, [None] * 50,
    {"a": {"b": [1, {"c": "d"}]}}, "<p>" * 900, "critical", "rivers", [[["deep"]]],
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += _places(inner, (*path, key))
    return found


def _mutated(draw: random.Random, sent: Any) -> Any:
    """A body with some of its values replaced, moved or left out."""
    sent = copy.deepcopy(sent)
    for _ in range(draw.randint(1, 6)):
        path = draw.choice(_places(sent)[1:] or [()])
        if not path:
            return draw.choice(ODD)
        inner = sent
        for step in path[:-1]:
            inner = inner[step]
        if draw.random() < 0.15:
            del inner[path[-1]]
        else:
            inner[path[-1]] = copy.deepcopy(draw.choice(ODD))
    return sent


def _deep(draw: random.Random, sent: Any) -> bytes:
    del sent
    levels = draw.choice([19, 21, 500, 20_000])
    return b'{"a":' * levels + b"1" + b"}" * levels


def _broken(draw: random.Random, sent: Any) -> bytes:
    raw = bytearray(json.dumps(sent).encode())
    for _ in range(draw.randint(1, 20)):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    return bytes(raw[: draw.randint(0, len(raw))] if draw.random() < 0.3 else raw)


def odd(draw: random.Random, sent: Any) -> bytes:
    return json.dumps(_mutated(draw, sent)).encode()


def _huge(draw: random.Random, sent: Any) -> bytes:
    del sent
    return json.dumps({"ticket": "x" * draw.choice([900_000, 1_100_000])}).encode()


KINDS: tuple[tuple[Callable[[random.Random, Any], bytes], int], ...] = (
    (odd, 80),
    (_broken, 15),
    (_deep, 4),
    (_huge, 1),
)


def samples_of(tool: str) -> list[Any]:
    return [json.loads(file.read_bytes()) for file in sorted(Path(SAMPLES / tool).glob("*"))]


def kind_of(tool: str) -> str:
    return "application/cloudevents+json" if tool == "cloudevents" else "application/json"


def drawn(draw: random.Random, samples: list[Any]) -> bytes:
    """A body that is none, or not quite."""
    makers, weights = zip(*KINDS, strict=True)
    [make] = draw.choices(makers, weights)
    made: bytes = make(draw, draw.choice(samples))
    return made


@pytest.mark.parametrize("tool", sorted(SIGNERS))
def test_any_body_means_something_or_is_refused(tool: str) -> None:
    draw = random.Random(f"reading of {tool}")  # noqa: S311 - the same bodies each time
    samples, source = samples_of(tool), shipped()[tool]
    kept = 0
    for _ in range(READ // len(SIGNERS)):
        raw = drawn(draw, samples)
        try:
            data = body.parse(raw, DEPTH)
            came = unwrapped(source, data, {"content-type": kind_of(tool)}, raw)
        except EscalationError:
            continue
        for each in came:
            meaning = meaning_of(source, each)
            assert json.dumps(view_of(meaning, each), default=str)
            kept += 1
    assert kept


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("tool", sorted(SIGNERS))
def test_any_body_is_kept_and_explained_or_refused(hooked: Hooked, tool: str) -> None:
    draw = random.Random(f"fuzz of {tool}")  # noqa: S311 - the same bodies each time
    samples = samples_of(tool)
    kept = 0
    for number in range(max(1, POSTED // len(SIGNERS) // 2)):
        raw = drawn(draw, samples)
        answer = hooked.send(tool, raw, content_type=kind_of(tool))
        assert answer.status_code == 202 or 400 <= answer.status_code < 500, (number, raw[:500])
        kept += answer.status_code == 202
    inside = hooked.service.container
    page = inbox.page(inside.desk, limit=10_000).items
    assert all(each["state"] == "done" or each["reason"] for each in page)
    assert len(page) >= min(kept, 1)
    for each in page[:20]:  # and what is kept can be looked at
        assert hooked.kept(each["id"])["reading"] is not None

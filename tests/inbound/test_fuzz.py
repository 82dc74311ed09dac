"""Whatever is posted, signed as it should be, is kept and explained, or refused; nothing fails.

``ESCALATION_FUZZED_HOOKS`` says how many bodies are drawn, over all tools; 5,000 in a full run.
"""

import copy
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from escalation.services.inbound import inbox
from tests.inbound.hooked import SAMPLES, Hooked
from tests.inbound.signing import SIGNERS

MANY = int(os.environ.get("ESCALATION_FUZZED_HOOKS", "600"))  # noqa: TID251 - a test's own switch
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


def _mutated(draw: random.Random, body: Any) -> Any:
    """A body with some of its values replaced, moved or left out."""
    body = copy.deepcopy(body)
    for _ in range(draw.randint(1, 6)):
        path = draw.choice(_places(body)[1:] or [()])
        if not path:
            return draw.choice(ODD)
        inner = body
        for step in path[:-1]:
            inner = inner[step]
        if draw.random() < 0.15:
            del inner[path[-1]]
        else:
            inner[path[-1]] = copy.deepcopy(draw.choice(ODD))
    return body


def _deep(draw: random.Random, body: Any) -> bytes:
    del body
    levels = draw.choice([19, 21, 500, 20_000])
    return b'{"a":' * levels + b"1" + b"}" * levels


def _broken(draw: random.Random, body: Any) -> bytes:
    raw = bytearray(json.dumps(body).encode())
    for _ in range(draw.randint(1, 20)):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    return bytes(raw[: draw.randint(0, len(raw))] if draw.random() < 0.3 else raw)


def _odd(draw: random.Random, body: Any) -> bytes:
    return json.dumps(_mutated(draw, body)).encode()


def _huge(draw: random.Random, body: Any) -> bytes:
    del body
    return json.dumps({"ticket": "x" * draw.choice([900_000, 1_100_000])}).encode()


KINDS: tuple[tuple[Callable[[random.Random, Any], bytes], int], ...] = (
    (_odd, 80),
    (_broken, 15),
    (_deep, 4),
    (_huge, 1),
)


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("tool", sorted(SIGNERS))
def test_any_body_is_kept_and_explained_or_refused(hooked: Hooked, tool: str) -> None:
    draw = random.Random(f"fuzz of {tool}")  # noqa: S311 - the same bodies each time
    samples = [json.loads(file.read_bytes()) for file in sorted(Path(SAMPLES / tool).glob("*"))]
    makers, weights = zip(*KINDS, strict=True)
    kept = 0
    for number in range(max(1, MANY // len(SIGNERS) // 2)):
        [make] = draw.choices(makers, weights)
        raw = make(draw, draw.choice(samples))
        kind = "application/cloudevents+json" if tool == "cloudevents" else "application/json"
        answer = hooked.send(tool, raw, content_type=kind)
        assert answer.status_code == 202 or 400 <= answer.status_code < 500, (number, raw[:500])
        kept += answer.status_code == 202
    inside = hooked.service.container
    page = inbox.page(inside.desk, limit=10_000).items
    assert all(each["state"] == "done" or each["reason"] for each in page)
    assert len(page) >= min(kept, 1)
    for each in page[:20]:  # and what is kept can be looked at
        assert hooked.kept(each["id"])["reading"] is not None

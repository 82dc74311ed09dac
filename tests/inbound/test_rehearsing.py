"""A preview is what the post comes to, whatever a tool sends, mutated at random."""

import json
import random
from pathlib import Path

import pytest

from escalation.api import body
from escalation.errors import EscalationError
from escalation.services.inbound import receiving
from escalation.services.inbound.envelopes import unwrapped
from escalation.services.inbound.receiving import Known
from escalation.services.inbound.rehearsing import rehearsed
from tests.builders import copied_sqlite, desk_on
from tests.inbound.hooked import shipped
from tests.inbound.signing import SIGNERS
from tests.inbound.test_fuzz import kind_of, odd, samples_of

BODIES = 25
"""Of each tool; every fifth as the tool sends it."""


@pytest.mark.parametrize("tool", sorted(SIGNERS))
def test_what_is_previewed_is_what_is_posted(
    furnished_sqlite: Path, tmp_path: Path, tool: str
) -> None:
    draw = random.Random(f"rehearsal of {tool}")  # noqa: S311 - the same bodies each time
    samples, known = samples_of(tool), Known(tool, shipped()[tool])
    seen: set[str] = set()
    with desk_on(copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")) as desk:
        for number in range(BODIES):
            sent = draw.choice(samples)
            raw = odd(draw, sent) if number % 5 else json.dumps(sent).encode()
            try:
                data = body.parse(raw, 20)
                came = unwrapped(known.source, data, {"content-type": kind_of(tool)}, raw)
            except EscalationError:
                continue
            previewed = rehearsed(desk, known, came)
            posted = receiving.receive(desk, known, came).result()
            for one, other in zip(previewed, posted, strict=True):
                if other.id not in seen:  # one that came before is left as it is
                    seen.add(other.id)
                    assert (one.state, one.reason) == (other.state, other.reason), raw[:500]
                    assert list(one.did) == list(other.did), raw[:500]
    assert seen

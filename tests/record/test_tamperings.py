"""Whatever is done to what was sealed is found: a thousand random forgeries here, more on demand.

``ESCALATION_TAMPERINGS=100000 pytest -o faulthandler_timeout=0 tests/record/test_tamperings.py``
"""

import os
from pathlib import Path

import pytest

from tests.builders import CLERK, desk_on
from tests.record.forging import Forger, told
from tests.record.recorded import an_issue, noted, sealer_of, verifier_of

ASKED = int(os.environ.get("ESCALATION_TAMPERINGS", "1000"))  # noqa: TID251 - a test's own switch
SEED = 20_261_125


@pytest.mark.slow
@pytest.mark.campaign
def test_every_tampering_of_what_was_sealed_is_found(furnished_url: str, tmp_path: Path) -> None:
    place = tmp_path / "seals.jsonl"
    with desk_on(furnished_url) as desk:
        sealer, verifier = sealer_of(desk, place), verifier_of(desk, place)
        issues = [an_issue(desk) for _ in range(3)]
        sealer.seal()
        for issue in issues:
            noted(desk, issue)
            sealer.seal()
        sealer.rotate(CLERK)
        an_issue(desk)
        sealer.seal()
        noted(desk, issues[0], "Not sealed yet.")
        assert verifier.all().ok
        forger = Forger(desk.engine, SEED)
        missed = []
        for _ in range(ASKED):
            what = forger.forge()
            if verifier.all().ok:
                missed.append(what)
            forger.mend()
        assert missed == []
        report = verifier.all()
        assert report.ok, told(report)  # each was mended, so each was found on its own

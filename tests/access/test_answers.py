"""No answer has a key that nobody has looked at: each is written down for the roles it is told."""

import json
from pathlib import Path

import pytest

from tests.access.answers import KEPT, answered
from tests.access.estate import UNLIMITED
from tests.api.service import serving
from tests.builders import copied_sqlite


@pytest.mark.slow
@pytest.mark.campaign
def test_each_role_is_told_the_keys_that_were_looked_at_and_no_other(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with serving(url, data_dir=tmp_path, **UNLIMITED) as service:
        told = answered(service)
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    differ = [name for name in {**kept, **told} if kept.get(name) != told.get(name)]
    assert differ == [], "look at what is new, then: python -m tests.access.answers"

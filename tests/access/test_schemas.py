"""Every answer is as the OpenAPI document tells: some calls here, more by a command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from escalation.services.keys import KeyRole
from tests.access.estate import UNLIMITED
from tests.access.schemas import hold
from tests.api.service import Service, serving

EXAMPLES = 50
"""Calls of each operation at most; more by the command of `tests.access.schemas`."""

PARTS = 4
"""Of the operations, so that nobody waits long for the last of them."""


@pytest.fixture
def unlimited(furnished_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(furnished_url, data_dir=tmp_path, **UNLIMITED) as service:
        yield service


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_answered_is_what_the_document_tells(unlimited: Service, part: int) -> None:
    assert hold(unlimited, KeyRole.ADMIN, EXAMPLES, part=(part, PARTS)) > 1_000 // PARTS

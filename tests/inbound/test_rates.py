"""A tool that posts too much is told to wait; the others, and who signs wrongly, have their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.service import problem, serving
from tests.inbound.conftest import config_in
from tests.inbound.hooked import Hooked, sample
from tests.inbound.signing import SETTING


@pytest.fixture
def slow(furnished_url: str, tmp_path: Path) -> Iterator[Hooked]:
    rates: dict[str, Any] = {"hook_rate": "2/day", "stranger_rate": "3/day"}
    config = config_in(tmp_path)
    with serving(furnished_url, hook_secrets=SETTING, config_dir=config, **rates) as service:
        yield Hooked(service, config)


def test_a_tool_that_posts_too_much_waits_and_another_does_not(slow: Hooked) -> None:
    body = sample("generic", "raised")
    assert [slow.send("generic", body).status_code for _ in range(2)] == [202, 202]
    refused = slow.send("generic", body)
    assert "generic may post 2 a day" in problem(refused, 429, "rate_limited")["detail"]
    assert refused.headers["ratelimit-policy"] == '"hook";q=2;w=86400'
    assert int(refused.headers["retry-after"]) > 0
    assert slow.send("jira", sample("jira", "created")).status_code == 202


def test_who_signs_wrongly_uses_up_nothing_of_the_tools(slow: Hooked) -> None:
    body = sample("generic", "raised")
    path = "/v1/hooks/generic"
    asked = [slow.service.post(path, body, key=None).status_code for _ in range(5)]
    assert asked == [401, 401, 401, 429, 429]
    assert slow.send("generic", body).status_code == 202

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.service import Service, serving
from tests.builders import CONFIG, desk_on
from tests.fakes import virtual_clock
from tests.inbound.hooked import Desked, Hooked
from tests.inbound.signing import SETTING


def config_in(folder: Path) -> Path:
    """A config folder of the test's own, with the shipped source file."""
    config = folder / "config"
    config.mkdir()
    shutil.copyfile(CONFIG / "webhook_sources.yaml", config / "webhook_sources.yaml")
    return config


@pytest.fixture
def hooked(furnished_url: str, tmp_path: Path) -> Iterator[Hooked]:
    """A service to which tools may post, once on each database."""
    config = config_in(tmp_path)
    given: dict[str, Any] = {
        "hook_secrets": SETTING,
        "config_dir": config,
        "data_dir": tmp_path / "data",
    }
    with serving(furnished_url, webhook_networks="127.0.0.0/8", **given) as service:
        yield Hooked(service, config)


@pytest.fixture
def service(hooked: Hooked) -> Service:
    """The service alone."""
    return hooked.service


@pytest.fixture
def desked(furnished_url: str) -> Iterator[Desked]:
    """A desk at which deliveries are handed in without HTTP, once on each database."""
    with desk_on(furnished_url, virtual_clock()) as desk:
        yield Desked(desk)

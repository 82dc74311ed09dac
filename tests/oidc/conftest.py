from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import sqlite_service
from tests.api.service import Service, serving
from tests.builders import copied_postgres, copied_sqlite
from tests.oidc.mint import AUDIENCE, SUBJECT, Mint, minting

__all__ = ["sqlite_service"]

ROLES = "ops=operator, seats=holder, readers=viewer;agency=rivers, nightly=integration;program"


def trusting(issuer: str, **more: Any) -> dict[str, Any]:
    """The settings of a service that trusts an issuer."""
    return {"oidc_issuer": issuer, "oidc_audience": AUDIENCE, "oidc_roles": ROLES, **more}


def changed(service: Service, path: str, **change: str) -> None:
    """Change an entry of the directory."""
    answer = service.call("PATCH", path, change, key=service.admin, if_match="*")
    assert answer.status_code == 200, answer.text


def known(service: Service, person: str, subject: str) -> None:
    """Enter who the provider says somebody is into the directory."""
    changed(service, f"/v1/people/{person}", subject=subject)


@pytest.fixture(scope="session")
def mint() -> Iterator[Mint]:
    with minting() as mint:
        yield mint


@pytest.fixture
def own_mint() -> Iterator[Mint]:
    """A mint for a test that changes it."""
    with minting() as mint:
        yield mint


@pytest.fixture
def trustful(furnished_url: str, own_mint: Mint) -> Iterator[Service]:
    """A service of this test's own that trusts the test's own mint, once on each database."""
    with serving(furnished_url, **trusting(own_mint.issuer)) as service:
        known(service, "bronwyn-tait", SUBJECT)
        yield service


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, mint: Mint
) -> Iterator[Service]:
    """A service that trusts the mint, for tests that are refused or only look."""
    if request.param == "postgres":
        urls: Iterator[str] = copied_postgres(request)
    else:
        template: Path = request.getfixturevalue("furnished_sqlite")
        urls = iter([copied_sqlite(template, tmp_path_factory.mktemp("oidc") / "escalation.db")])
    for url in urls:
        with serving(url, **trusting(mint.issuer)) as service:
            known(service, "bronwyn-tait", SUBJECT)
            yield service

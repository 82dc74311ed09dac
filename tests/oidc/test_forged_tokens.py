"""No forged token opens anything, writes anything, or learns why it was not believed."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from escalation.services.oidc.trust import UNTOLD, Reason
from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import COMPLAINT, Service, problem
from tests.oidc.forging import FORGED
from tests.oidc.mint import SUBJECT, Mint

TOLD = {Reason.EXPIRED: "has expired", Reason.EARLY: "not valid yet"}


def shown(service: Service, token: str) -> httpx.Response:
    """What trying to log an issue with a token is answered."""
    sent: Any = f"Bearer {token}".encode()
    return service.post("/v1/issues", dict(COMPLAINT), key=None, authorization=sent)


def kept(service: Service) -> dict[str, int]:
    """How many rows each table has, but for when keys were used."""
    with read(service.container.engine) as connection:
        tables = models.metadata.sorted_tables
        return {
            t.name: connection.execute(select(func.count()).select_from(t)).scalar_one()
            for t in tables
        }


def test_a_good_token_logs_an_issue_and_the_timeline_says_who_by_what(
    trustful: Service, own_mint: Mint
) -> None:
    token = own_mint.token(trustful.clock.now())
    answer = shown(trustful, token)
    assert answer.status_code == 201, answer.text
    path = f"/v1/issues/{answer.json()['id']}/timeline"
    actor = trustful.found(path, key=token)["data"][0]["actor"]
    assert actor == {
        "kind": "person",
        "name": "Bronwyn Tait",
        "person": "bronwyn-tait",
        "subject": SUBJECT,
    }


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_opens_nothing_and_nothing_is_written(
    guarded: Service, mint: Mint, name: str
) -> None:
    forge, reason = FORGED[name]
    token = forge(mint, guarded.clock.now())
    before = kept(guarded)
    with capture_logs() as logs:
        answers = [shown(guarded, token) for _ in range(2)]  # and again: nothing is learned
    for answer in answers:
        told = problem(answer, 401, "unauthenticated")
        assert TOLD.get(reason, UNTOLD) in told["detail"]
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer realm="escalation", error="invalid_token"')
    assert kept(guarded) == before
    assert [log["reason"] for log in logs if log["event"] == "turned_away"] == [reason, reason]
    assert not any(part in str(logs) for part in token.split(".") if len(part) > 8)


def test_what_was_refused_does_not_spoil_what_is_good(guarded: Service, mint: Mint) -> None:
    good = mint.token(guarded.clock.now())
    assert guarded.get("/v1/issues", key=good).status_code == 200
    problem(guarded.get("/v1/issues", key=good[:-5]), 401, "unauthenticated")
    assert guarded.get("/v1/issues", key=good).status_code == 200


def test_a_token_says_nothing_where_no_provider_is_trusted(
    sqlite_service: Service, mint: Mint
) -> None:
    answer = sqlite_service.get("/v1/issues", key=mint.token(sqlite_service.clock.now()))
    assert "not a key" in problem(answer, 401, "unauthenticated")["detail"]

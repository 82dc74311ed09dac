"""People and programs come with tokens of a whole provider: flows, its keys, and their ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from escalation.clock import SystemClock
from escalation.services.oidc.keyring import PAUSE
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import copied_sqlite
from tests.oidc.conftest import known, trusting
from tests.oidc.provider import Provider, providing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with providing(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def own_provider(tmp_path: Path) -> Iterator[Provider]:
    """A provider for a test that ends it."""
    with providing(tmp_path) as provider:
        yield provider


@contextmanager
def service_of(url: str, provider: Provider) -> Iterator[Service]:
    settings = trusting(provider.issuer, oidc_roles_claim="roles || client_id")
    with serving(url, **settings) as service:
        service.clock.move_to(SystemClock().now())
        known(service, "bronwyn-tait", "bronwyn")
        yield service


@pytest.fixture
def service(furnished_url: str, provider: Provider) -> Iterator[Service]:
    with service_of(furnished_url, provider) as service:
        yield service


def test_somebody_signs_in_and_does_what_their_seat_allows(
    service: Service, provider: Provider
) -> None:
    theirs, others = service.log(), service.log(agency="schools")
    token = provider.sign_in("bronwyn")["access_token"]
    seen = service.found("/v1/issues", key=token)["data"]
    assert [issue["id"] for issue in seen] == [theirs["id"]]
    problem(service.get(f"/v1/issues/{others['id']}", key=token), 404, "not_found")
    note = service.try_act(theirs, "note", key=token, text="Rang them.", visibility="agency")
    assert note.status_code == 200, note.text
    written = service.found(f"/v1/issues/{theirs['id']}/timeline", key=token)["data"][-1]
    assert written["actor"]["person"] == "bronwyn-tait"
    assert written["actor"]["subject"] == "bronwyn"


def test_an_id_token_is_no_access_token(service: Service, provider: Provider) -> None:
    token = provider.sign_in("bronwyn")["id_token"]
    problem(service.get("/v1/issues", key=token), 401, "unauthenticated")


def test_who_is_not_in_the_directory_is_nobody_whatever_their_token_gives(
    service: Service, provider: Provider
) -> None:
    token = provider.sign_in("visitor")["access_token"]
    told = problem(service.get("/v1/issues", key=token), 401, "unauthenticated")
    assert "names nobody of the directory" in told["detail"]


def test_a_program_logs_with_a_token_of_its_own(service: Service, provider: Provider) -> None:
    token = provider.program("nightly")
    answer = service.post("/v1/issues", dict(COMPLAINT), key=token, idempotency_key="one")
    assert answer.status_code == 201, answer.text
    again = service.post("/v1/issues", dict(COMPLAINT), key=token, idempotency_key="one")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["id"] == answer.json()["id"]
    written = service.found(f"/v1/issues/{answer.json()['id']}/timeline")["data"][0]["actor"]
    assert written == {"kind": "person", "name": "nightly", "subject": "nightly"}


def test_a_token_ends_when_it_says_but_for_the_leeway_of_clocks(
    service: Service, provider: Provider
) -> None:
    token = provider.program("nightly")
    service.clock.advance(timedelta(minutes=5, seconds=50))
    assert service.get("/v1/issues", key=token).status_code == 200
    service.clock.advance(timedelta(seconds=20))
    answer = service.get("/v1/issues", key=token)
    assert "has expired" in problem(answer, 401, "unauthenticated")["detail"]
    assert 'error_description="This token has expired"' in answer.headers["www-authenticate"]


def test_a_provider_that_signs_with_another_key_is_followed(
    service: Service, provider: Provider
) -> None:
    before = provider.program("nightly")
    assert service.get("/v1/issues", key=before).status_code == 200
    provider.rotate()
    after = provider.program("nightly")
    problem(service.get("/v1/issues", key=after), 401, "unauthenticated")  # asked a moment ago
    service.clock.advance(PAUSE)
    assert service.get("/v1/issues", key=after).status_code == 200
    assert service.get("/v1/issues", key=before).status_code == 200  # it still lists that key


def test_while_the_provider_is_down_its_keys_still_open_and_who_has_none_says_not_now(
    furnished_sqlite: Path, tmp_path: Path, own_provider: Provider
) -> None:
    urls = [copied_sqlite(furnished_sqlite, tmp_path / f"{n}.db") for n in range(2)]
    token = own_provider.program("nightly")
    with service_of(urls[0], own_provider) as warm, service_of(urls[1], own_provider) as cold:
        assert warm.get("/v1/issues", key=token).status_code == 200
        own_provider.end()
        assert warm.get("/v1/issues", key=token).status_code == 200
        answer = cold.get("/v1/issues", key=token)
        assert "cannot be reached" in problem(answer, 503, "busy")["detail"]
        assert answer.headers["retry-after"] == "5"
        assert cold.get("/v1/issues").status_code == 200, "keys have nothing to do with it"
